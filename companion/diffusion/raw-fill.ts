import type { FillSettings, Means, RawFill } from '../engines/engine.ts'
import { CompanionError } from '../errors.ts'
import type { Image, Mask, Size } from '../image/image.ts'
import type { Device, Options } from '../protocol.ts'
import type { Run } from '../run.ts'
import type { Guidance } from './denoise.ts'
import type { FoundModel } from './found-model.ts'
import { type Computed, Networks, usualTileSide } from './networks.ts'
import { createGenerator } from './noise.ts'
import { imageFromSamples, latentScale, samplesFromImage } from './preprocess.ts'
import { inpaintRaw } from './raw.ts'
import type { SchedulerId } from './schedulers/index.ts'
import type { Way } from './way.ts'

/** What one pipeline does otherwise than another. */
export interface RawRecipe {
  readonly model: FoundModel
  /** Steps of its own, where none are asked for. */
  readonly steps: number
  /** @param scale 1: no guidance. */
  guide(networks: Networks, scale: number, way: Way, run: Run): Promise<Guidance>
}

/** One call of a pipeline. */
export interface RawCall {
  readonly picture: { readonly image: Image; readonly mask: Mask }
  readonly settings: FillSettings
  readonly means: Means
  /** How many pictures are asked for. */
  readonly count: number
  readonly computed: Computed
}

/**
 * What a reference pipeline makes of picture and mask: its arguments are the options, its defaults the defaults, and all
 * pictures come out of one generator on the CPU.
 *
 * @throws CompanionError 'model-damaged', 'option-invalid', 'out-of-memory'; the signal's reason
 */
export async function fillRawBy(
  { model, steps, guide }: RawRecipe,
  { picture, settings, means, count, computed }: RawCall,
  run: Run,
): Promise<RawFill> {
  const { image, mask } = picture
  const { seed, options } = settings
  const size = sizeOf(options, image)
  const scale = numberOf(options.guidance, usualGuidance)
  let device: Device | null = null
  let loadMs = 0
  const networks = new Networks(model, means.runtime, computed, (_part, session, ms) => {
    device = session.device
    loadMs += ms
  })
  const way: Way = {
    on: 'best',
    // What the reference implementation computes with.
    precision: 'float32',
    rowsAtOnce: scale > 1 ? 2 : 1,
    tileSide: options.vaeTiling === true ? usualTileSide : undefined,
    pictureByPicture: options.vaeSlicing !== false,
    queriesAtOnce: options.attentionSlicing as number | undefined,
    // Nobody has asked what memory there is, and there is no other way to go on with.
    optimisation: 'extended',
  }
  const guidance = await guide(networks, scale, way, run)
  const pictures = await inpaintRaw(
    networks.inpaintModel(size, null, way, run),
    {
      image: samplesFromImage(image),
      mask,
      size,
      guidance,
      paddingMaskCrop: options.paddingMaskCrop === undefined ? null : Number(options.paddingMaskCrop),
      scheduler: schedulerOf(options, model),
      steps: numberOf(options.steps, steps),
      strength: numberOf(options.strength, 1),
      eta: numberOf(options.eta, 0),
      pictures: count,
      generator: createGenerator(seed),
    },
    {
      signal: run.signal,
      onStep: ({ done, total }) => run.onProgress({ stage: 'fill', done, total, unit: 'steps' }),
    },
  )
  const [first, ...others] = pictures.map(imageFromSamples)
  return { images: [first!, ...others], device: device!, loadMs }
}

/** Of every pipeline. */
const usualGuidance = 7.5

/** What the model works at: the picture's own size unless options say otherwise. */
function sizeOf(options: Options, image: Size): Size {
  const width = numberOf(options.width, image.width)
  const height = numberOf(options.height, image.height)
  if (width % latentScale === 0 && height % latentScale === 0) return { width, height }
  throw new CompanionError(
    'option-invalid',
    `Expected multiples of ${latentScale} for width and height but received ${width} and ${height}. Set them with --option.`,
  )
}

function schedulerOf({ scheduler }: Options, model: FoundModel): SchedulerId {
  const chosen = (scheduler as SchedulerId | undefined) ?? model.scheduler
  if (chosen !== null) return chosen
  throw new CompanionError(
    'option-invalid',
    'The model does not say its scheduler. Choose one: --option scheduler=ddim.',
  )
}

function numberOf(value: Options[string] | undefined, fallback: number): number {
  return typeof value === 'number' ? value : fallback
}
