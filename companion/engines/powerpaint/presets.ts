import { askedNumbers, type Numbers } from '../../diffusion/options.ts'
import type { SchedulerId } from '../../diffusion/schedulers/index.ts'
import type { Options } from '../../protocol.ts'
import type { Mode } from './prompts.ts'

/** How carefully a fill is made. */
export interface Preset {
  readonly id: string
  readonly steps: number
  readonly scheduler: SchedulerId
}

/** Named like the qualities. The last has the authors' own numbers. */
export const presets: readonly Preset[] = [
  { id: 'fast', steps: 15, scheduler: 'dpmpp-2m-karras' },
  { id: 'balanced', steps: 25, scheduler: 'dpmpp-2m-karras' },
  { id: 'best', steps: 45, scheduler: 'ddim' },
]

/** The authors ask for 10 and more where something is to go, or to be continued; else theirs is 7.5. */
export const guidanceFor: Readonly<Record<Mode, number>> = {
  'object-removal': 10,
  'image-outpainting': 10,
  'text-guided': 7.5,
  'shape-guided': 7.5,
  'context-aware': 7.5,
}

/**
 * A removal begins with noise over a fill from the surroundings, not with noise alone: 12 to 15 % of its contrast is left,
 * enough to say what lies where and too little to be seen.
 */
const removalStrength = 0.9

/** @param options Checked; `quality` names a preset, and `preset` wins. */
export function numbersFor(mode: Mode, options: Options): Numbers {
  const { steps, scheduler } = presets.find(({ id }) => id === (options.preset ?? options.quality))!
  return {
    ...{ steps, scheduler, guidance: guidanceFor[mode], strength: strengthFor(mode, options) },
    ...{ eta: 0, size: trainedSides[mode] },
    ...askedNumbers(options),
  }
}

/** How much of the fill is noise to begin with. */
export function strengthFor(mode: Mode, { strength }: Options): number {
  if (typeof strength === 'number') return strength
  return mode === 'object-removal' ? removalStrength : 1
}

/** The shorter side that the authors' demo works at, pixels. */
export const trainedSides: Readonly<Record<Mode, number>> = {
  'object-removal': 640,
  'image-outpainting': 512,
  'text-guided': 640,
  'shape-guided': 640,
  'context-aware': 640,
}
