import {
  defaultSettings,
  type PlacedShape,
  type Settings,
  type Source,
  type Start,
} from '../../plugin/messages.ts'
import { emptyDocument, type Picture, type PlaygroundDocument } from '../../ui/playground/document.ts'
import { createHistory, type History } from '../../ui/playground/history.ts'
import { createStandIn } from '../../ui/playground/stand-in.ts'
import type { Scene } from './scene.ts'
import type { Sandbox } from './window-page.ts'

export interface OpenDocument {
  /** Windows that are opened one after another see what the earlier ones left behind. */
  readonly sandbox: Sandbox
  readonly document: History<PlaygroundDocument>
  settings: Settings
  /** Layers that the window brought into view. */
  readonly revealed: readonly string[]
}

export interface DocumentOptions {
  readonly token?: string
  readonly settings?: Partial<Settings>
  /** What this layer has that no layer of the playground has. */
  readonly source?: Partial<Source>
  /** What is selected beside the picture. */
  readonly shapes?: readonly PlacedShape[]
}

const looksAtSource: ReadonlySet<string> = new Set(['openSource', 'lookAtSource'])

/** A document with a scene selected. */
export function openDocument({ png, image }: Scene, options: DocumentOptions = {}): OpenDocument {
  const { width, height } = image
  return openPictureDocument({ bytes: new Uint8Array(png), widthPx: width, heightPx: height }, options)
}

/** A document with one picture selected, behind the playground's stand-in for the sandbox; the window takes it for Figma. */
export function openPictureDocument(
  picture: Pick<Picture, 'bytes' | 'widthPx' | 'heightPx'> & Partial<Pick<Picture, 'name'>>,
  { token, settings, source, shapes = [] }: DocumentOptions = {},
): OpenDocument {
  const document = createHistory<PlaygroundDocument>({
    ...emptyDocument,
    picture: {
      id: 'picture',
      name: 'Discs',
      ...picture,
      hash: 'hash of the discs',
      isOpaque: true,
      isVisible: true,
    },
  })
  const revealed: string[] = []
  const opened = { document, revealed, settings: { ...defaultSettings, hasSeenGuide: true, ...settings } }
  const answer = createStandIn({
    document,
    token: token ?? null,
    port: null,
    settings: {
      read: () => opened.settings,
      write(changed) {
        opened.settings = changed
      },
    },
    editLayerId: () => null,
    resize() {},
    reveal: (layerId) => void revealed.push(layerId),
  })
  const sandbox: Sandbox = (send) => async (request) => {
    const reply = await answer(request)
    if (reply.type === 'reply' && request.name === 'start') {
      send({ ...reply, gets: { ...(reply.gets as Start), host: 'figma' } })
    } else if (reply.type === 'reply' && looksAtSource.has(request.name)) {
      send({ ...reply, gets: { ...(reply.gets as Source), ...source } })
    } else if (reply.type === 'reply' && request.name === 'openShapes') {
      send({ ...reply, gets: shapes })
    } else {
      send(reply)
    }
  }
  return Object.assign(opened, { sandbox })
}
