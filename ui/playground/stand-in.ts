import type {
  Failure,
  FailureCode,
  PendingJob,
  PlacedFill,
  Recipe,
  RequestMessage,
  RequestName,
  Requests,
  SandboxMessage,
  Selection,
  Settings,
  Source,
} from '../../plugin/messages.ts'
import { strings } from '../strings.ts'
import {
  type Fill,
  groundOf,
  type Picture,
  type PlaygroundDocument,
  placementOn,
  withFill,
  withoutFill,
} from './document.ts'
import { hashOf } from './hash.ts'
import type { History } from './history.ts'

/** What the stand-in needs of the page around it. */
export interface Surroundings {
  readonly document: History<PlaygroundDocument>
  /** The companion's; null: not paired. */
  readonly token: string | null
  readonly port: number | null
  readonly settings: KeptSettings
  /** The fill the window was opened to edit, if it was. */
  editLayerId(): string | null
  resize(widthPx: number, heightPx: number): void
  reveal(layerId: string): void
}

export interface KeptSettings {
  read(): Settings
  /** @throws Error when they cannot be kept. */
  write(settings: Settings): void
}

/** Answers one request of the window. */
export type StandIn = (request: RequestMessage) => Promise<SandboxMessage>

/**
 * Stands in for Figma's sandbox: answers what the window asks from the page's one document, in which the picture is
 * always what is selected.
 */
export function createStandIn(surroundings: Surroundings): StandIn {
  const answers = createAnswers(surroundings)
  function gets<Name extends RequestName>(name: Name, asks: Requests[Name]['asks']) {
    return answers[name](asks)
  }
  return async ({ call, name, asks }) => {
    try {
      return { type: 'reply', call, gets: await gets(name, asks) }
    } catch (error) {
      return { type: 'refusal', call, failure: failureOf(error) }
    }
  }
}

export function selectionOf({ picture }: PlaygroundDocument): Selection {
  if (picture !== null) return { state: 'fillable', layers: [{ id: picture.id, name: picture.name }] }
  return {
    state: 'not-fillable',
    reason: 'nothing',
    message: strings.playground.nothingOpen,
  }
}

/** A request that cannot be met, with a sentence for the person at the screen. */
class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: FailureCode

  constructor(code: FailureCode, message: string) {
    super(message)
    this.code = code
  }
}

type Answers = {
  readonly [Name in RequestName]: (
    asks: Requests[Name]['asks'],
  ) => Requests[Name]['gets'] | Promise<Requests[Name]['gets']>
}

function createAnswers(surroundings: Surroundings): Answers {
  const { document, settings, port } = surroundings
  let { token } = surroundings
  let pendingJob: PendingJob | null = null

  return {
    start: () => ({
      settings: settings.read(),
      token,
      port,
      selection: selectionOf(document.value),
      pendingJob: pendingJob?.layer.id === document.value.picture?.id ? pendingJob : null,
      editLayerId: surroundings.editLayerId(),
      host: 'playground',
    }),
    openSource: ({ layerId }) => sourceOf(document.value, layerId),
    lookAtSource: ({ layerId }) => sourceOf(document.value, layerId),
    openFill: ({ layerId }) => ({ png: findFill(document.value, layerId).png }),
    // Nothing lies beside the picture here.
    openShapes: () => [],
    editFill({ layerId }) {
      const fill = findFill(document.value, layerId)
      const picture = document.value.picture!
      return {
        source: sourceOf(document.value, picture.id),
        recipe: fill.recipe,
        mask: fill.mask,
        avoid: fill.avoid,
        replaces: layerId,
      }
    },
    async place({ layerId, sourceHash, placement, png, recipe, mask, avoid, replaces }) {
      const hash = await hashOf(png)
      const { picture } = document.value
      // Two pictures cannot lie beside one another here, so it cannot be placed all the same either.
      if (picture?.id !== layerId || picture.hash !== sourceHash)
        throw new Refusal('not-fillable', strings.playground.otherPicture)
      const replaced = document.value.fills.find((fill) => fill.layerId === replaces)
      const fill: Fill = {
        layerId: replaced?.layerId ?? crypto.randomUUID(),
        name: replaced?.name ?? nameOf(recipe),
        hash,
        placement,
        png,
        recipe,
        mask,
        avoid,
        margins: recipe.margins ?? null,
        isVisible: true,
      }
      document.change(withFill(document.value, fill))
      return { fill: placedFill(fill), notes: [] }
    },
    removeFill({ layerId }) {
      if (document.value.fills.some((fill) => fill.layerId === layerId)) {
        document.change(withoutFill(document.value, layerId))
      }
      return null
    },
    saveSettings(asks) {
      settings.write(asks.settings)
      return null
    },
    saveToken(asks) {
      token = asks.token
      return null
    },
    savePendingJob({ job }) {
      pendingJob = job
      return null
    },
    resize({ width, height }) {
      surroundings.resize(width, height)
      return null
    },
    reveal({ layerId }) {
      surroundings.reveal(layerId)
      return null
    },
  }
}

/** With the fills that can be seen: what is hidden is not in the way of the next fill. */
function sourceOf(document: PlaygroundDocument, layerId: string): Source {
  const picture = findPicture(document, layerId)
  const { id, name, hash, bytes, widthPx, heightPx } = picture
  return {
    layer: { id, name },
    kind: 'image',
    hash,
    bytes,
    widthPx,
    heightPx,
    visible: { x: 0, y: 0, width: widthPx, height: heightPx },
    shape: null,
    fills: document.fills.filter(({ isVisible }) => isVisible).map(placedFill),
    placement: placementOn(picture),
    notes: [],
    warning: null,
    expansion: {
      state: 'possible',
      ...groundOf(picture),
      toFrame: null,
      maxSidePx: longestSidePx,
      placement: placementOn(picture),
    },
  }
}

/** As in Figma, so that what is tried here can be done there. */
const longestSidePx = 4096

function findPicture({ picture }: PlaygroundDocument, layerId: string): Picture {
  if (picture?.id !== layerId) throw new Refusal('source-gone', strings.playground.otherPicture)
  return picture
}

function findFill({ fills }: PlaygroundDocument, layerId: string): Fill {
  const fill = fills.find((fill) => fill.layerId === layerId)
  if (fill === undefined) throw new Refusal('fill-gone', strings.playground.fillGone)
  return fill
}

function placedFill({ layerId, name, hash, placement, margins, recipe }: Fill): PlacedFill {
  return { layerId, name, hash, placement, margins, recipe }
}

function nameOf({ task, prompt }: Recipe): string {
  return `Infill – ${prompt || strings.playground.made[task]}`
}

function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return { code: error.code, message: error.message }
  console.error(error)
  return { code: 'internal', message: strings.playground.internal(String(error)) }
}
