import type { Engine, FillSettings, Limits, OpenEngine, Tile } from '../../companion/engines/engine.ts'
import { createImage, type Image } from '../../companion/image/image.ts'
import type { Option, Task } from '../../companion/protocol.ts'
import type { Run } from '../../companion/run.ts'
import { pngOf } from './encoded.ts'

/** An engine for tests: quick, predictable, and careless about the pixels that are not its business. */
export interface StubEngine extends Engine {
  /** What it was given, in order. */
  readonly fills: readonly { readonly tile: Tile; readonly settings: FillSettings }[]
  /** How many blocked fills were ended by their signal. */
  readonly cancelled: number
  /** How many times it was opened and not closed again. */
  readonly openCount: number
  /** From now on each fill stands still in the middle, until `release` or its signal. */
  block(): void
  /** Blocked fills go on, and later ones are not blocked. */
  release(): void
  /** Resolves when a fill stands still because of the last `block`. */
  blocked(): Promise<void>
  /** From now on each fill throws this; null: fills again. */
  failWith(error: Error | null): void
}

export interface StubSettings {
  readonly id?: string
  readonly title?: string
  readonly tasks?: readonly Task[]
  readonly takesPrompt?: boolean
  readonly models?: readonly string[]
  readonly options?: readonly Option[]
  readonly limits?: Partial<Limits>
  readonly lane?: Engine['lane']
}

/** What masked pixels become; their blue is the seed's lowest byte. */
export const stubFill = { red: 200, green: 120, alpha: 255 } as const

/** What every third known pixel becomes, which must never be seen. */
export const stubKnown = { red: 1, green: 254, blue: 3, alpha: 77 } as const

export function stubEngine(settings: StubSettings = {}): StubEngine {
  const fills: { tile: Tile; settings: FillSettings }[] = []
  let cancelled = 0
  let openCount = 0
  let failure: Error | null = null
  let exit = createGate()
  let arrival = createGate()
  exit.open()

  async function fill(tile: Tile, fillSettings: FillSettings, { signal, onProgress }: Run): Promise<Image> {
    fills.push({ tile, settings: fillSettings })
    onProgress({ stage: 'fill', done: 0, total: 2, unit: 'levels' })
    if (failure !== null) throw failure
    signal.throwIfAborted()
    const preview = fillSettings.options.preview === true ? { preview: await previewPng() } : {}
    onProgress({ stage: 'fill', done: 1, total: 2, unit: 'levels', ...preview })
    if (!exit.isOpen) {
      arrival.open()
      try {
        await Promise.race([exit.opened, rejectedBy(signal)])
      } catch (reason) {
        cancelled += 1
        throw reason
      }
    }
    onProgress({ stage: 'fill', done: 2, total: 2, unit: 'levels' })
    return paint(tile, fillSettings.seed)
  }

  return {
    id: settings.id ?? 'stub',
    title: settings.title ?? 'Stub',
    tasks: settings.tasks ?? ['remove', 'expand'],
    takesPrompt: settings.takesPrompt ?? false,
    seeded: true,
    models: settings.models ?? [],
    licences: [],
    options: settings.options ?? [],
    limits: { contextPx: () => 16, contextPixels: 2 ** 26, sideMultiple: 1, ...settings.limits },
    lane: settings.lane ?? 'embedded',
    fills,
    get cancelled() {
      return cancelled
    },
    get openCount() {
      return openCount
    },
    block() {
      exit = createGate()
      arrival = createGate()
    },
    release() {
      exit.open()
    },
    blocked: () => arrival.opened,
    failWith(error) {
      failure = error
    },
    async open(): Promise<OpenEngine> {
      openCount += 1
      return {
        device: { kind: 'cpu', name: 'stub', precision: 'fp32' },
        fill,
        async close() {
          openCount -= 1
        },
      }
    },
  }
}

/** Six pixels by four in the fill's colour. */
function previewPng(): Promise<Buffer> {
  const preview = createImage(6, 4)
  for (let pixel = 0; pixel < 6 * 4; pixel += 1)
    preview.data.set([stubFill.red, stubFill.green, 0, stubFill.alpha], pixel * 4)
  return pngOf(preview)
}

function paint({ image, mask }: Tile, seed: number): Image {
  const painted = createImage(image.width, image.height)
  painted.data.set(image.data)
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    if (mask.data[pixel] === 255) {
      painted.data.set([stubFill.red, stubFill.green, seed & 0xff, stubFill.alpha], pixel * 4)
    } else if (pixel % 3 === 0) {
      painted.data.set([stubKnown.red, stubKnown.green, stubKnown.blue, stubKnown.alpha], pixel * 4)
    }
  }
  return painted
}

interface Gate {
  readonly isOpen: boolean
  readonly opened: Promise<void>
  open(): void
}

function createGate(): Gate {
  let isOpen = false
  let resolve = () => {}
  const opened = new Promise<void>((resolveOpened) => {
    resolve = resolveOpened
  })
  return {
    get isOpen() {
      return isOpen
    },
    opened,
    open() {
      isOpen = true
      resolve()
    },
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
