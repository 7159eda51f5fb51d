import type { FillSettings, Means, OpenEngine, Tile } from '../engines/engine.ts'
import { type Fallback, withFallbacks } from '../engines/fallbacks.ts'
import { refuseBlank } from '../engines/nonsense.ts'
import { CompanionError } from '../errors.ts'
import { encodePatch } from '../image/codec.ts'
import type { Image, Mask, Size } from '../image/image.ts'
import { unite } from '../image/mask.ts'
import { coverMask, resizeImage } from '../image/resize.ts'
import type { Device } from '../protocol.ts'
import type { Run } from '../run.ts'
import { describeDevice } from '../runtime/device.ts'
import { inGigabytes } from '../runtime/memory.ts'
import type { DenoiseRun, Guidance } from './denoise.ts'
import type { FoundModel, Network } from './found-model.ts'
import { inpaint } from './inpaint.ts'
import { latentSize } from './latents.ts'
import { type Computed, Networks, type Part, type Way } from './networks.ts'
import { createGenerator } from './noise.ts'
import type { Numbers } from './options.ts'
import {
  imageFromSamples,
  samplesFromImage,
  samplesFromTensor,
  tensorFromMask,
  tensorFromSamples,
} from './preprocess.ts'
import { previewOf } from './preview.ts'
import { workingSize } from './working-size.ts'

/** How a tile is filled. */
export interface Recipe {
  readonly model: FoundModel
  /** Runs beside the UNet; null: none does. */
  readonly lora: Network | null
  /** What steers it, computed in this way. */
  guide(networks: Networks, way: Way, run: Run): Promise<Guidance>
  readonly numbers: Numbers
  /** The size that a tile is worked on at, for a working side; absent: `workingSize`. */
  sizeFor?(tile: Pick<Tile, 'image' | 'mask'>, side: number): Size
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

  get worked() {
    return this.#worked
  }

  get peakBytes(): number {
    return this.#means.runtime.memory.peakBytes
  }

  async fill({ image, mask, avoid, prefilled }: Tile, settings: FillSettings, run: Run): Promise<Image> {
    const recipe = await this.#recipeFor(settings)
    const startsWithNothing = recipe.numbers.strength < 1 && prefilled === undefined
    const hole: Hole = {
      // What must not be copied is not shown to the model either.
      ...{ image: prefilled ?? image, mask: unite(mask, avoid), seed: settings.seed },
      recipe: startsWithNothing ? this.#fromNoise(recipe) : recipe,
      preview: settings.options.preview === true,
    }
    const usual: ScaledWay = {
      ...{ on: 'best', inTiles: false, queriesAtOnce: undefined, scale: 1 },
      rowsAtOnce: recipe.numbers.guidance > 1 ? 2 : 1,
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
    this.#notes.add(
      'Nothing around the mask could be used to begin with, so the fill began with noise (strength 1).',
    )
    return { ...recipe, numbers: { ...recipe.numbers, strength: 1 } }
  }

  async #fillBy(way: ScaledWay, hole: Hole, run: Run): Promise<Image> {
    const { model, lora, numbers } = hole.recipe
    const side = numbers.size * way.scale
    const size = hole.recipe.sizeFor?.(hole, side) ?? workingSize(hole.image, side)
    const networks = new Networks(model, this.#means.runtime, this.#computed, (part, session) => {
      this.#device = session.device
      for (const note of session.notes) this.#notes.add(note)
      this.#reportLoaded(partsToLoad.indexOf(part) + 1, run)
    })
    // What is loaded is reported above, for all parts together.
    const loading = { signal: run.signal, onProgress: () => {} }

    // 1. The words.
    const guidance = await hole.recipe.guide(networks, way, loading)
    this.#checkBudget(model.title, networks.neededBytes(size, way))

    // 2. The picture, at the size that the model works at.
    const { image, mask } = resized(hole, size)
    const { scheduler, steps, strength, eta } = numbers
    const request = {
      ...{ size, guidance, scheduler, steps, strength, eta, pictures: 1 },
      ...{ picture: tensorFromSamples(samplesFromImage(image)), mask: tensorFromMask(mask) },
      generator: createGenerator(hole.seed),
    }
    const watch = watchSteps(hole, size, run)
    const [made] = await inpaint(networks.inpaintModel(size, lora, way, loading), request, watch)

    // 3. Back to the tile.
    const fill = imageFromSamples(samplesFromTensor(made!, size))
    refuseBlank(model.title, fill, { image, mask })
    this.#worked = { steps: watch.end(), size }
    return isSameSize(fill, hole.image) ? fill : resizeImage(fill, hole.image)
  }

  /** Told once for all fills: what is loaded again later on belongs to them. */
  #reportLoaded(done: number, run: Run): void {
    if (done <= this.#loaded) return
    this.#loaded = done
    run.onProgress({ stage: 'load', done, total: partsToLoad.length, unit: 'steps' })
  }

  /** @throws CompanionError 'out-of-memory' */
  #checkBudget(title: string, neededBytes: number): void {
    const { budgetBytes } = this.#means.runtime.memory
    if (this.#device.kind !== 'cpu' || neededBytes <= budgetBytes) return
    throw new CompanionError(
      'out-of-memory',
      `${title} needs about ${inGigabytes(neededBytes)} of memory for this fill, and ${inGigabytes(budgetBytes)} are free. Close other programs.`,
    )
  }

  /** In this order, each with what those before it do. Which device computes is known once something has been loaded. */
  *#fallbacks(usual: ScaledWay, hole: Hole, run: Run): Generator<Fallback<Image>> {
    const inTwoRuns = { ...usual, rowsAtOnce: 1 } as const
    const inTiles = { ...inTwoRuns, inTiles: true }
    const sliced = { ...inTiles, queriesAtOnce: 1024 }
    const smaller = (what: string, way: ScaledWay, prepare = async () => {}): Fallback<Image> => ({
      ...{ against: ['out-of-memory'], what },
      attempt: async () => {
        await prepare()
        return this.#fillBy(way, hole, run)
      },
    })
    if (usual.rowsAtOnce === 2) yield smaller('guidance was computed in two runs', inTwoRuns)
    yield smaller('all else was unloaded', inTwoRuns, () => this.#means.runtime.unload())
    yield smaller('the picture was encoded and decoded in tiles', inTiles)
    // Elsewhere attention is fused, and holds little.
    if (this.#device.kind === 'coreml') yield smaller('attention was computed in slices', sliced)
    for (const scale of [0.75, 0.5]) {
      yield smaller(`the fill was computed at ${100 * scale} % of its size`, { ...sliced, scale })
    }
    if (this.#device.kind === 'cpu') return
    yield {
      against: ['out-of-memory', 'nonsense', 'device'],
      what: 'the CPU computed the fill',
      attempt: () => this.#fillBy({ ...usual, on: 'cpu' }, hole, run),
    }
  }
}

const partsToLoad: readonly Part[] = ['text encoder', 'encoder', 'unet']

function resized({ image, mask }: Hole, size: Size): Pick<Hole, 'image' | 'mask'> {
  if (isSameSize(image, size)) return { image, mask }
  return { image: resizeImage(image, size), mask: coverMask(mask, size) }
}

function isSameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}

const stepsBetweenPreviews = 4

/** Reports each step of the fill, and at the `end` the decoder's as one more; it says how many steps were made. */
function watchSteps({ preview: wanted }: Hole, size: Size, { signal, onProgress }: Run) {
  let total = 0
  const report = (done: number, shown: { preview?: Uint8Array } = {}) =>
    onProgress({ stage: 'fill', done, total, unit: 'steps', ...shown })
  const onStep: DenoiseRun['onStep'] = async ({ done, total: steps, original }) => {
    total = steps + 1
    const isShown = wanted && (done % stepsBetweenPreviews === 0 || done === steps)
    report(done, isShown ? { preview: await encodePatch(previewOf(original, latentSize(size)), null) } : {})
  }
  const end = () => {
    report(total)
    return total - 1
  }
  return { signal, onStep, end }
}

interface ScaledWay extends Way {
  /** Of the working side. */
  readonly scale: number
}

/** What is to be filled, of which picture, and how. */
interface Hole {
  readonly image: Image
  readonly mask: Mask
  readonly recipe: Recipe
  readonly seed: number
  readonly preview: boolean
}
