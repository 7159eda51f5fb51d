import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Settings } from '../../plugin/messages.ts'
import { strings } from '../strings.ts'
import { Bar } from './bar.tsx'
import { compositePng } from './composite.ts'
import type { PlaygroundConfig } from './config.ts'
import { emptyDocument, type Fill, withLayerToggled, withoutFill } from './document.ts'
import { createHistory } from './history.ts'
import { useIncomingFiles } from './incoming-files.ts'
import { Layers } from './layers.tsx'
import { openPicture, PictureRefusal } from './open-picture.ts'
import { PluginWindow, tell } from './plugin-window.tsx'
import { saveFile } from './save-file.ts'
import { storedSettings } from './settings.ts'
import { speakAs } from './speech.ts'
import { Stage } from './stage.tsx'
import { createStandIn, selectionOf } from './stand-in.ts'

/** Infill without Figma: the window on a page of the companion, with one picture to work on. */
export function Playground({ config }: { readonly config: PlaygroundConfig }) {
  const history = useMemo(() => createHistory(emptyDocument), [])
  const [document, setDocument] = useState(history.value)
  useEffect(() => history.subscribe(() => setDocument(history.value)), [history])

  const [message, setMessage] = useState<Message | null>(null)
  const [isOpen, setOpen] = useState(true)
  const [size, setSize] = useState(() => {
    const { windowWidth, windowHeight } = storedSettings.read()
    return { widthPx: windowWidth, heightPx: windowHeight }
  })
  const [revealed, setRevealed] = useState<string | null>(null)
  const [locale, setLocale] = useState(() => storedSettings.read().locale)
  const editNext = useRef<string | null>(null)
  const frame = useRef<HTMLIFrameElement>(null)

  const standIn = useMemo(
    () =>
      createStandIn({
        document: history,
        token: config.token,
        port: config.port,
        settings: { read: storedSettings.read, write: keep },
        editLayerId() {
          const layerId = editNext.current
          editNext.current = null
          return layerId
        },
        resize: (widthPx, heightPx) => setSize({ widthPx, heightPx }),
        reveal: setRevealed,
      }),
    [history, config],
  )

  const pictureId = document.picture?.id
  useEffect(() => {
    tell(frame.current, { type: 'selection', selection: selectionOf(history.value) })
  }, [history, pictureId, locale])

  const open = useCallback(
    async (file: File) => {
      try {
        const { picture, note } = await openPicture(file)
        history.change({ picture, fills: [] })
        setMessage(note === null ? null : { kind: 'note', text: note })
      } catch (error) {
        setMessage({ kind: 'error', text: sentenceOf(error) })
      }
    },
    [history],
  )
  const isDragging = useIncomingFiles(open)
  useUndoKey(history.undo)

  function keep(settings: Settings): void {
    storedSettings.write(settings)
    speakAs(settings)
    setLocale(settings.locale)
  }

  function edit({ layerId }: Fill): void {
    if (isOpen) tell(frame.current, { type: 'edit', layerId })
    else editNext.current = layerId
    setOpen(true)
  }

  async function download(): Promise<void> {
    try {
      saveFile(await compositePng(document), `${document.picture?.name}-infill.png`)
    } catch (error) {
      setMessage({ kind: 'error', text: sentenceOf(error) })
    }
  }

  return (
    <div class={isDragging ? 'playground dragging' : 'playground'}>
      <Bar
        hasPicture={document.picture !== null}
        canUndo={history.canUndo}
        isWindowOpen={isOpen}
        onFile={open}
        onUndo={history.undo}
        onDownload={download}
        onOpenWindow={() => setOpen(true)}
      />
      {message && (
        <p class={`message ${message.kind}`} role={message.kind === 'error' ? 'alert' : 'status'}>
          {message.text}
        </p>
      )}
      <main>
        <Layers
          document={document}
          revealed={revealed}
          onToggle={(layerId) => history.change(withLayerToggled(history.value, layerId))}
          onEdit={edit}
          onDownload={({ name, png }) => saveFile(new Blob([png as BlobPart]), `${name}.png`)}
          onDelete={({ layerId }) => history.change(withoutFill(history.value, layerId))}
        />
        {document.picture === null ? <DropHere /> : <Stage document={document} />}
      </main>
      {isOpen && <PluginWindow {...size} frame={frame} standIn={standIn} onClose={() => setOpen(false)} />}
      <footer>
        {strings.playground.code} <strong>{config.code}</strong>. {strings.playground.codeEnds}
      </footer>
    </div>
  )
}

interface Message {
  readonly kind: 'note' | 'error'
  readonly text: string
}

function sentenceOf(error: unknown): string {
  if (error instanceof PictureRefusal) return error.message
  console.error(error)
  return strings.playground.internal(String(error))
}

function useUndoKey(undo: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z') {
        event.preventDefault()
        undo()
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [undo])
}

function DropHere() {
  return (
    <div class="drop-here">
      <p>{strings.playground.drop}</p>
      <p class="quiet">{strings.playground.dropNext}</p>
    </div>
  )
}
