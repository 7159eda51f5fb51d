import { refuseBlank } from '../engines/nonsense.ts'
import { withHole } from '../image/hole.ts'
import type { Image, Mask, Size } from '../image/image.ts'
import { coverMask, resizeImage } from '../image/resize.ts'
import type { Rect } from '../protocol.ts'
import type { Run } from '../run.ts'
import type { Guidance } from './denoise.ts'
import { countSteps, type InpaintModel, type InpaintRequest, inpaint } from './inpaint.ts'
import { latentSize } from './latents.ts'
import { createGenerator } from './noise.ts'
import type { Numbers } from './options.ts'
import {
  imageFromSamples,
  samplesFromImage,
  samplesFromTensor,
  tensorFromMask,
  tensorFromSamples,
} from './preprocess.ts'
import type { SchedulerConfig } from './schedulers/scheduler.ts'
import { predictInSlices, sliceLatents } from './slices.ts'
import { type Pass, Watch } from './watch.ts'
import type { WorkingSizes } from './working-size.ts'

export interface FillTask {
  readonly image: Image
  /** Same size. */
  readonly mask: Mask
  readonly sizes: WorkingSizes
  readonly guidance: Guidance
  readonly numbers: Numbers
  readonly seed: number
  /** Of the model, for messages. */
  readonly title: string
  readonly withPreviews: boolean
}

export interface Made {
  /** Of the size that was worked at last. */
  readonly image: Image
  /** Of all passes. */
  readonly steps: number
  /** That it was refined in; 0: it was not. */
  readonly slices: number
}

/**
 * Fills a picture: generates the fill, and refines it at a larger size where there is one to refine it at.
 *
 * @param modelFor A model, loaded for pictures of one size.
 * @throws as `inpaint` does; NonsenseError
 */
export async function makeFill(
  modelFor: (size: Size) => InpaintModel,
  task: FillTask,
  run: Run,
): Promise<Made> {
  const { guidance, numbers, seed, title, withPreviews } = task
  const { scheduler, eta } = numbers
  const model = modelFor(task.sizes.generated)
  const passes = planPasses(task, model.noise)
  // The network is loaded for slices of the size that is generated already.
  const modelOf = ({ size, slices }: FillPass): InpaintModel =>
    slices === null
      ? model
      : { ...modelFor(size), predict: predictInSlices(model.predict, latentSize(size), slices) }
  const watch = new Watch(passes, run, withPreviews)
  const generator = createGenerator(seed)
  let fill: Image | null = null
  for (const pass of passes) {
    const { size, strength } = pass
    const image = isSameSize(task.image, size) ? task.image : resizeImage(task.image, size)
    const mask = isSameSize(task.mask, size) ? task.mask : coverMask(task.mask, size)
    const begun: Image = fill === null ? image : withHole(image, mask, resizeImage(fill, size))
    const request: InpaintRequest = {
      size,
      picture: tensorFromSamples(samplesFromImage(begun)),
      mask: tensorFromMask(mask),
      guidance,
      scheduler,
      steps: numbers.steps,
      strength,
      eta,
      pictures: 1,
      generator,
    }
    const [made] = await inpaint(modelOf(pass), request, watch.stepsOf(pass))
    fill = imageFromSamples(samplesFromTensor(made!, size))
    refuseBlank(title, fill, { image, mask })
    watch.end(pass)
  }
  const steps = passes.reduce((sum, pass) => sum + pass.steps, 0)
  return { image: fill!, steps, slices: passes[1]?.evaluations ?? 0 }
}

/**
 * The passes that a fill is made in: generating, and where there is a larger size refining in slices.
 *
 * @throws CompanionError 'option-invalid' where the strength leaves no step
 */
export function planPasses(
  { sizes: { generated, refined }, numbers }: Pick<FillTask, 'sizes' | 'numbers'>,
  noise: SchedulerConfig,
): readonly FillPass[] {
  const stepsOf = (strength: number) => countSteps(noise, { ...numbers, strength })
  const generating: FillPass = {
    size: generated,
    evaluations: 1,
    strength: numbers.strength,
    steps: stepsOf(numbers.strength),
    slices: null,
  }
  if (refined === null) return [generating]
  const slices = sliceLatents(latentSize(refined), latentSize(generated))
  // At least one step.
  const strength = Math.max(refiningStrength, 1 / numbers.steps)
  const steps = stepsOf(strength)
  return [generating, { size: refined, evaluations: slices.length, strength, steps, slices }]
}

interface FillPass extends Pass {
  readonly strength: number
  /** Of the latents, that the network looks at one after another; null: it sees them whole. */
  readonly slices: readonly Rect[] | null
}

/** Enough for what a larger picture has in detail, not enough to draw something else. */
const refiningStrength = 0.4

function isSameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}
