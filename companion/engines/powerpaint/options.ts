import { numberOptions } from '../../diffusion/options.ts'
import type { Option } from '../../protocol.ts'
import { presets } from './presets.ts'
import { modes } from './prompts.ts'

/** Where nothing is asked for, the preset says. */
export const options: readonly Option[] = [
  { name: 'preset', kind: 'choice', default: null, choices: presets.map(({ id }) => id), label: 'Preset' },
  {
    name: 'fitting',
    kind: 'number',
    default: 1,
    min: 0,
    max: 1,
    label: 'Shape: loose (0.5) to tight (1) within the outline',
  },
  ...numberOptions,
  {
    name: 'rescale',
    kind: 'number',
    default: 0,
    min: 0,
    max: 1,
    label: 'Take back contrast that much guidance brings',
  },
]

/** The task, by the name that the authors give it; absent: as ours. */
export const rawOptions: readonly Option[] = [
  { name: 'mode', kind: 'choice', default: null, choices: modes, label: 'What the model is told to do' },
]
