import type { Image, Mask, Size } from '../image/image.ts'
import { unite } from '../image/mask.ts'
import { coverMask, resizeImage } from '../image/resize.ts'
import { ways } from '../notes.ts'
import type { Device } from '../protocol.ts'
import type { Run } from '../run.ts'
import { describeDevice } from '../runtime/device.ts'
import type { Runtime, Session } from '../runtime/session.ts'
import type { FillSettings, OpenEngine, Tile } from './engine.ts'
import { type Fallback, failureOf, withFallbacks } from './fallbacks.ts'
import { refuseBlank } from './nonsense.ts'

/** A network that fills a tile in one run, without words. */
export interface OnePassNetwork {
  readonly title: string
  /** Where the runtime keeps its session. */
  readonly slot: string
  /** How much smaller a tile may be computed when memory is short, of its sides, one after another. */
  readonly smallerScales: readonly number[]
  /** A session for tiles of this size. */
  load(size: Size, on: 'best' | 'cpu', run: Run): Promise<Session>
  /** Fills the masked pixels. */
  infer(session: Session, tile: MarkedImage, run: Run): Promise<Image>
}

/** What is to be filled of it: exactly 0 or 255, of the image's size. */
export interface MarkedImage {
  readonly image: Image
  readonly mask: Mask
}

/** An engine of one such network, that is ready for tiles of `size`. What was loaded stays loaded for the next job. */
export async function openOnePass(
  network: OnePassNetwork,
  runtime: Runtime,
  size: Size,
  run: Run,
): Promise<OpenEngine> {
  const engine = new OnePassEngine(network, runtime, await describeDevice('cpu'))
  await engine.prepare(size, run)
  return engine
}

class OnePassEngine implements OpenEngine {
  readonly #network: OnePassNetwork
  readonly #runtime: Runtime
  readonly #notes = new Set<string>()
  /** Where nothing could be loaded so far: what should have computed. */
  #device: Device

  constructor(network: OnePassNetwork, runtime: Runtime, device: Device) {
    this.#network = network
    this.#runtime = runtime
    this.#device = device
  }

  /** Loads what tiles of this size need. */
  async prepare(size: Size, run: Run): Promise<void> {
    try {
      await this.#load(size, 'best', run)
    } catch (error) {
      // Tried again by `fill`, and then by other ways.
      if (failureOf(error) === null) throw error
      const { kind } = await this.#runtime.outlook([this.#network.slot], 'best', run)
      this.#device = await describeDevice(kind)
    }
  }

  get device(): Device {
    return this.#device
  }

  get notes(): readonly string[] {
    return [...this.#notes]
  }

  get peakBytes(): number {
    return this.#runtime.peakBytes
  }

  async fill({ image, mask, avoid }: Tile, _settings: FillSettings, run: Run): Promise<Image> {
    // What must not be copied is not shown to the network either.
    const tile = { image, mask: unite(mask, avoid) }
    run.onProgress({ stage: 'fill', done: 0, total: 1, unit: 'steps' })
    const first = () => this.#fillBy({ on: 'best', scale: 1 }, tile, run)
    const { result, note } = await withFallbacks(first, this.#fallbacks(tile, run))
    if (note !== null) this.#notes.add(note)
    run.onProgress({ stage: 'fill', done: 1, total: 1, unit: 'steps' })
    return result
  }

  async close(): Promise<void> {}

  async #fillBy({ on, scale }: Way, tile: MarkedImage, run: Run): Promise<Image> {
    const small = scale === 1 ? tile : scaleDown(tile, scale)
    const session = await this.#load(small.image, on, run)
    const fill = await this.#network.infer(session, small, run)
    refuseBlank(this.#network.title, fill, small)
    return scale === 1 ? fill : resizeImage(fill, tile.image)
  }

  async #load(size: Size, on: 'best' | 'cpu', run: Run): Promise<Session> {
    const session = await this.#network.load(size, on, run)
    this.#device = session.device
    for (const note of session.notes) this.#notes.add(note)
    return session
  }

  /** In this order. The CPU, which computes in float32, is also what helps where float16 was too small. */
  #fallbacks(tile: MarkedImage, run: Run): Fallback<Image>[] {
    const alone: Fallback<Image> = {
      against: ['out-of-memory'],
      what: ways.alone,
      attempt: async () => {
        await this.#runtime.unload()
        return this.#fillBy({ on: 'best', scale: 1 }, tile, run)
      },
    }
    const smaller = this.#network.smallerScales.map(
      (scale): Fallback<Image> => ({
        against: ['out-of-memory'],
        what: ways.smaller(Math.round(100 * scale)),
        attempt: () => this.#fillBy({ on: 'best', scale }, tile, run),
      }),
    )
    const onCpu: Fallback<Image> = {
      against: ['out-of-memory', 'nonsense', 'device'],
      what: ways.onCpu,
      attempt: () => this.#fillBy({ on: 'cpu', scale: 1 }, tile, run),
    }
    return [alone, ...smaller, ...(this.#device.kind === 'cpu' ? [] : [onCpu])]
  }
}

/** Where and how large a fill is computed. */
interface Way {
  readonly on: 'best' | 'cpu'
  /** Of the tile's sides. */
  readonly scale: number
}

function scaleDown({ image, mask }: MarkedImage, scale: number): MarkedImage {
  const scaled = (side: number) => Math.max(1, Math.round(side * scale))
  const size = { width: scaled(image.width), height: scaled(image.height) }
  return { image: resizeImage(image, size), mask: coverMask(mask, size) }
}
