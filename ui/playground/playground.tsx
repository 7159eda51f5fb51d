import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
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
  const editNext = useRef<string | null>(null)
  const frame = useRef<HTMLIFrameElement>(null)

  const standIn = useMemo(
    () =>
      createStandIn({
        document: history,
        token: config.token,
        port: config.port,
        settings: storedSettings,
        editLayerId() {
          const layerId = editNext.current
          editNext.current = null
          return layerId
        },
        resize: (widthPx, heightPx) => setSize({ widthPx, heightPx }),
        reveal: setRevealed,
        close: () => setOpen(false),
      }),
    [history, config],
  )

  const pictureId = document.picture?.id
  useEffect(() => {
    tell(frame.current, { type: 'selection', selection: selectionOf(history.value) })
  }, [history, pictureId])

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
        Pairing code for the plugin in Figma: <strong>{config.code}</strong>. It is good for five minutes;
        load this page again for a new one.
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
  return `Something went wrong on this page: ${String(error)}`
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
      <p>Drop a picture here, or paste one.</p>
      <p class="quiet">Then paint over what should go, in the window beside.</p>
    </div>
  )
}
