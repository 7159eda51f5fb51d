import type { Option, Options } from '../protocol.ts'
import { latentScale } from './preprocess.ts'
import { type SchedulerId, schedulers } from './schedulers/index.ts'

/** The numbers of a fill, which `numberOptions` let a person choose. */
export interface Numbers {
  readonly steps: number
  /** 1 and more; at 1 there is no guidance. */
  readonly guidance: number
  /** 0 … 1: below 1 the fill begins with what surroundings suggest. */
  readonly strength: number
  readonly scheduler: SchedulerId
  /** 0 … 1: how much new noise DDIM adds at each step. */
  readonly eta: number
  /** The working side, pixels: above 768 the fill is refined at it. See `working-size.ts`. */
  readonly size: number
}

/** Where nothing is asked for, the engine says. */
export const numberOptions: readonly (Option & { readonly name: keyof Numbers })[] = [
  { name: 'steps', kind: 'integer', default: null, min: 1, max: 200, label: 'Steps' },
  {
    name: 'guidance',
    kind: 'number',
    default: null,
    min: 1,
    max: 30,
    label: 'Guidance: closeness to the words',
  },
  {
    name: 'strength',
    kind: 'number',
    default: null,
    min: 0,
    max: 1,
    label: 'Strength: below 1 keeps what surroundings suggest',
  },
  { name: 'scheduler', kind: 'choice', default: null, choices: Object.keys(schedulers), label: 'Scheduler' },
  { name: 'eta', kind: 'number', default: null, min: 0, max: 1, label: 'New noise at each step (ddim)' },
  { name: 'size', kind: 'integer', default: null, min: 256, max: 2048, label: 'Working side (px)' },
]

/** What was asked for of the numbers. @param options Checked. */
export function askedNumbers(options: Options): Partial<Numbers> {
  const names = numberOptions.map(({ name }) => name)
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])
  return Object.fromEntries(given) as Partial<Numbers>
}

/** Arguments of the reference pipeline, and its switches against memory. */
export const rawOptions: readonly Option[] = [
  { name: 'width', kind: 'integer', default: null, min: latentScale, max: 4096, label: 'Width (px)' },
  { name: 'height', kind: 'integer', default: null, min: latentScale, max: 4096, label: 'Height (px)' },
  {
    name: 'paddingMaskCrop',
    kind: 'integer',
    default: null,
    min: 0,
    max: 4096,
    label: 'Padding around the mask (px)',
  },
  {
    name: 'attentionSlicing',
    kind: 'integer',
    default: null,
    min: 1,
    max: 65_536,
    label: 'Attention in slices of so many places of the latents',
  },
  { name: 'vaeSlicing', kind: 'boolean', default: true, label: 'Decode several pictures one by one' },
  { name: 'vaeTiling', kind: 'boolean', default: false, label: 'Encode and decode in tiles of 512 × 512 px' },
]
