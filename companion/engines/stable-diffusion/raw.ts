import type { FoundModel } from '../../diffusion/found-model.ts'
import { type Computed, Networks, usualTileSide, type Way } from '../../diffusion/networks.ts'
import { createGenerator } from '../../diffusion/noise.ts'
import { imageFromSamples, latentScale, samplesFromImage } from '../../diffusion/preprocess.ts'
import { inpaintRaw } from '../../diffusion/raw.ts'
import type { SchedulerId } from '../../diffusion/schedulers/index.ts'
import { CompanionError } from '../../errors.ts'
import type { Image, Mask, Size } from '../../image/image.ts'
import type { Device, Options } from '../../protocol.ts'
import type { Run } from '../../run.ts'
import type { FillSettings, Means, RawFill } from '../engine.ts'
import { guideByWords } from './fill-by-prompt.ts'
import { findModel } from './weights.ts'

/**
 * What diffusers' `StableDiffusionInpaintPipeline` makes of picture and mask: its arguments are the options, its defaults the
 * defaults, and all pictures come out of one generator on the CPU.
 *
 * @throws CompanionError 'model-missing', 'model-damaged', 'option-invalid', 'out-of-memory'; the signal's reason
 */
export async function fillRaw(
  { image, mask }: { readonly image: Image; readonly mask: Mask },
  { prompt, negativePrompt, seed, options }: FillSettings,
  run: Run,
  means: Means,
  count: number,
  computed: Computed,
): Promise<RawFill> {
  const model = await findModel(means, options.model as string | undefined)
  const size = sizeOf(options, image)
  const scale = numberOf(options.guidance, 7.5)
  let device: Device | null = null
  let loadMs = 0
  const networks = new Networks(model, means.runtime, computed, (_part, session, ms) => {
    device = session.device
    loadMs += ms
  })
  const way: Way = {
    on: 'best',
    rowsAtOnce: scale > 1 ? 2 : 1,
    tileSide: options.vaeTiling === true ? usualTileSide : undefined,
    queriesAtOnce: options.attentionSlicing as number | undefined,
  }
  const guidance = await guideByWords(networks, { prompt, negativePrompt, scale }, way, run)
  const pictures = await inpaintRaw(
    networks.inpaintModel(size, null, way, run),
    {
      ...{ image: samplesFromImage(image), mask, size, guidance },
      paddingMaskCrop: options.paddingMaskCrop === undefined ? null : Number(options.paddingMaskCrop),
      scheduler: schedulerOf(options, model),
      steps: numberOf(options.steps, 50),
      strength: numberOf(options.strength, 1),
      eta: numberOf(options.eta, 0),
      ...{ pictures: count, generator: createGenerator(seed) },
    },
    {
      signal: run.signal,
      onStep: ({ done, total }) => run.onProgress({ stage: 'fill', done, total, unit: 'steps' }),
    },
  )
  const [first, ...others] = pictures.map(imageFromSamples)
  return { images: [first!, ...others], device: device!, loadMs }
}

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
