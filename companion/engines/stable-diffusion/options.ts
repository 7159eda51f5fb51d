import { latentScale } from '../../diffusion/preprocess.ts'
import { schedulers } from '../../diffusion/schedulers/index.ts'
import type { Option } from '../../protocol.ts'
import { presets } from './presets.ts'

/** Where nothing is asked for, the preset says. */
export const options: readonly Option[] = [
  { name: 'model', kind: 'choice', default: null, choices: ['2', '1.5'], label: 'Stable Diffusion' },
  { name: 'preset', kind: 'choice', default: null, choices: presets.map(({ id }) => id), label: 'Preset' },
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
  { name: 'size', kind: 'integer', default: null, min: 256, max: 1024, label: 'Working side (px)' },
]

/** Arguments of the reference pipeline. */
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
]
