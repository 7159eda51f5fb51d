import { variants } from '../../models/onnx/providers.ts'
import type { FillSettings, Means, OpenEngine, Tile } from '../engines/engine.ts'
import { type Fallback, withFallbacks } from '../engines/fallbacks.ts'
import { CompanionError } from '../errors.ts'
import type { Image, Mask, Size } from '../image/image.ts'
import { openPixels, unite } from '../image/mask.ts'
import { resizeImage } from '../image/resize.ts'
import { notes, ways } from '../notes.ts'
import type { Device } from '../protocol.ts'
import type { Run } from '../run.ts'
import type { Optimisation } from '../runtime/child.ts'
import { describeDevice, providerOf } from '../runtime/device.ts'
import { inGigabytes } from '../runtime/memory.ts'
import type { Guidance } from './denoise.ts'
import type { FoundModel, Network } from './found-model.ts'
import { type Made, makeFill, planPasses } from './make-fill.ts'
import { type Computed, Networks, type Part, usualTileSide } from './networks.ts'
import { optimisationFor } from './optimisation.ts'
import type { Numbers } from './options.ts'
import { spacedFor } from './schedulers/few-steps.ts'
import type { Way } from './way.ts'
import { type WorkingSizes, workingSizes } from './working-size.ts'

/** How a tile is filled. */
export interface Recipe {
  readonly model: FoundModel
  /** Runs beside the UNet; null: none does. */
  readonly lora: Network | null
  /** What steers it, computed in this way. */
  guide(networks: Networks, way: Way, run: Run): Promise<Guidance>
  readonly numbers: Numbers
  /** What a tile is worked on at, for a working side and a share of it; absent: `workingSizes`. */
  readonly sizesFor?: (tile: Pick<Tile, 'image' | 'mask'>, side: number, scale: number) => WorkingSizes
}

/**
 * An engine that fills tiles by denoising. What it loaded stays loaded for the next job.
 *
 * @param recipeFor How a tile is filled with these settings. Asked once for each tile, before anything is loaded.
 */
export async function openDiffusion(
  means: Means,
  computed: Computed,
  recipeFor: (settings: FillSettings) => Promise<Recipe>,
): Promise<OpenEngine> {
  return new Diffusion(means, computed, recipeFor, await describeDevice('cpu'))
}

class Diffusion implements OpenEngine {
  readonly #means: Means
  readonly #computed: Computed
  readonly #recipeFor: (settings: FillSettings) => Promise<Recipe>
  readonly #notes = new Set<string>()
  /** How many parts are loaded, of those that a fill needs before its first step. */
  #loaded = 0
  #loadMs = 0
  #device: Device
  #worked: { readonly steps: number; readonly size: Size } | undefined

  /** @param device What is said before anything was loaded. */
  constructor(
    means: Means,
    computed: Computed,
    recipeFor: (settings: FillSettings) => Promise<Recipe>,
    device: Device,
  ) {
    this.#means = means
    this.#computed = computed
    this.#recipeFor = recipeFor
    this.#device = device
  }

  get device(): Device {
    return this.#device
  }

  get notes(): readonly string[] {
    return [...this.#notes]
  }

  get loadMs(): number {
    return this.#loadMs
  }

  get worked() {
    return this.#worked
  }

  get peakBytes(): number {
    return this.#means.runtime.peakBytes
  }

  async fill({ image, mask, avoid, prefilled }: Tile, settings: FillSettings, run: Run): Promise<Image> {
    const recipe = await this.#recipeFor(settings)
    const startsWithNothing = recipe.numbers.strength < 1 && prefilled === undefined
    const hole: Hole = {
      image: prefilled ?? image,
      // What must not be copied is not shown to the model either, nor what is transparent, which would be black.
      mask: unite(unite(openPixels(image), mask), avoid),
      seed: settings.seed,
      recipe: startsWithNothing ? this.#fromNoise(recipe) : recipe,
      preview: settings.options.preview === true,
    }
    const rowsAtOnce = recipe.numbers.guidance > 1 ? 2 : 1
    const usual: ScaledWay = {
      on: 'best',
      precision: 'usual',
      tileSide: undefined,
      queriesAtOnce: undefined,
      scale: 1,
      pictureByPicture: true,
      rowsAtOnce,
      optimisation: optimisationOf(hole, rowsAtOnce),
    }
    const { result, note } = await withFallbacks(
      () => this.#fillBy(usual, hole, run),
      this.#fallbacks(usual, hole, run),
    )
    if (note !== null) this.#notes.add(note)
    return result
  }

  async close(): Promise<void> {}

  /** Without a fill to begin with, what is in the hole would come back through it. */
  #fromNoise(recipe: Recipe): Recipe {
    this.#notes.add(notes.fromNoise)
    return { ...recipe, numbers: { ...recipe.numbers, strength: 1 } }
  }

  async #fillBy(way: ScaledWay, hole: Hole, run: Run): Promise<Image> {
    const { image, mask, seed, preview } = hole
    const { model, lora, numbers } = hole.recipe
    const sizes = sizesOf(hole, way.scale)
    const networks = new Networks(model, this.#means.runtime, this.#computed, (part, session, ms) => {
      this.#device = session.device
      this.#loadMs += ms
      for (const note of session.notes) this.#notes.add(note)
      this.#reportLoaded(partsToLoad.indexOf(part) + 1, run)
    })
    // What is loaded is reported above, for all parts together.
    const loading = { signal: run.signal, onProgress: () => {} }

    if (way.isAlone === true) await this.#means.runtime.unload()
    const guidance = await hole.recipe.guide(networks, way, loading)
    await this.#checkBudget(networks, sizes.generated, way, run)
    const modelFor = (size: Size) => {
      const isLarge = Math.max(size.width, size.height) > largestWhole
      const tiled = { ...way, tileSide: way.tileSide ?? usualTileSide }
      const loaded = networks.inpaintModel(size, lora, isLarge ? tiled : way, loading)
      return { ...loaded, noise: spacedFor(numbers.steps, model.noise) }
    }
    const task = { image, mask, sizes, guidance, numbers, seed, title: model.title, withPreviews: preview }
    const made = await makeFill(modelFor, task, run)

    this.#worked = { steps: made.steps, size: sizes.refined ?? sizes.generated }
    if (made.slices > 0) this.#notes.add(refinedFrom(sizes.generated, made))
    return isSameSize(made.image, image) ? made.image : resizeImage(made.image, image)
  }

  /** Told once for all fills: what is loaded again later on belongs to them. */
  #reportLoaded(done: number, run: Run): void {
    if (done <= this.#loaded) return
    this.#loaded = done
    run.onProgress({ stage: 'load', done, total: partsToLoad.length, unit: 'steps' })
  }

  /** @throws CompanionError 'out-of-memory' */
  async #checkBudget(networks: Networks, size: Size, way: Way, run: Run): Promise<void> {
    const { kind, neededBytes, budgetBytes } = await networks.demand(size, way, run)
    // Nothing may have been loaded there so far.
    if (kind !== this.#device.kind) this.#device = await describeDevice(kind)
    if (neededBytes <= budgetBytes) return
    throw new CompanionError(
      'out-of-memory',
      `${networks.title} needs about ${inGigabytes(neededBytes)} of memory for this fill, and ${inGigabytes(budgetBytes)} are free. Close other programs.`,
    )
  }

  /** In this order, each with what those before it do. Which device computes is known once something has been loaded. */
  *#fallbacks(usual: ScaledWay, hole: Hole, run: Run): Generator<Fallback<Image>> {
    const lean = { ...usual, optimisation: 'extended' } as const
    const inTwoRuns = { ...lean, rowsAtOnce: 1 } as const
    const inTiles = { ...inTwoRuns, tileSide: smallTileSide }
    const sliced = { ...inTiles, queriesAtOnce: 256 }
    const smaller = (what: string, way: ScaledWay): Fallback<Image> => ({
      against: ['out-of-memory'],
      what,
      attempt: () => this.#fillBy(way, hole, run),
    })
    if (usual.optimisation === 'all' && this.#device.kind === 'cpu') yield smaller(ways.lean, lean)
    if (usual.rowsAtOnce === 2) yield smaller(ways.inTwoRuns, inTwoRuns)
    yield smaller(ways.alone, { ...inTwoRuns, isAlone: true })
    yield smaller(ways.inTiles, inTiles)
    // Elsewhere attention is fused, and holds little.
    if (variants[providerOf[this.#device.kind]].attention === 'products') {
      yield smaller(ways.sliced, sliced)
    }
    for (const scale of [0.75, 0.5]) {
      yield smaller(ways.smaller(100 * scale), { ...sliced, scale })
    }
    if (this.#device.kind === 'cpu') return
    const isHalf = this.#device.precision === 'fp16'
    if (isHalf) {
      yield {
        against: ['nonsense'],
        what: ways.inFloat32,
        attempt: () => this.#fillBy({ ...usual, precision: 'float32' }, hole, run),
      }
    }
    yield {
      against: isHalf ? ['out-of-memory', 'device'] : ['out-of-memory', 'device', 'nonsense'],
      what: ways.onCpu,
      attempt: () => this.#fillBy({ ...lean, on: 'cpu' }, hole, run),
    }
  }
}

/** From a longer side on pictures are encoded and decoded in tiles. */
const largestWhole = 768
/** Of the autoencoder's tiles, latents, where memory is short. */
const smallTileSide = 32

function refinedFrom(size: Size, { image, slices }: Made): string {
  return notes.refined(inWords(size), inWords(image), slices)
}

function inWords({ width, height }: Size): string {
  return `${width} × ${height}`
}

function optimisationOf(hole: Hole, rows: 1 | 2): Optimisation {
  const { numbers, lora, model } = hole.recipe
  // Weights that it is merged into come with each run, and only those that are there while loading are rearranged.
  if (lora !== null) return 'extended'
  const passes = planPasses({ sizes: sizesOf(hole, 1), numbers }, spacedFor(numbers.steps, model.noise))
  return optimisationFor(passes, rows)
}

function sizesOf({ image, mask, recipe }: Hole, scale: number): WorkingSizes {
  const { sizesFor, numbers } = recipe
  if (sizesFor === undefined) return workingSizes(image, numbers.size, scale)
  return sizesFor({ image, mask }, numbers.size, scale)
}

const partsToLoad: readonly Part[] = ['text encoder', 'encoder', 'unet']

function isSameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}

interface ScaledWay extends Way {
  /** Of the working side. */
  readonly scale: number
  /** Whatever is loaded is given back before. */
  readonly isAlone?: boolean
}

/** What is to be filled, of which picture, and how. */
interface Hole {
  readonly image: Image
  readonly mask: Mask
  readonly recipe: Recipe
  readonly seed: number
  readonly preview: boolean
}
