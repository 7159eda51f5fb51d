import { trainedSide } from '../../diffusion/limits.ts'
import { askedNumbers, type Numbers } from '../../diffusion/options.ts'
import type { SchedulerId } from '../../diffusion/schedulers/index.ts'
import type { Options } from '../../protocol.ts'
import type { FillSettings } from '../engine.ts'

/** Numbers and words that suit one kind of fill. */
export interface Preset {
  readonly id: string
  /** What is said around the person's own words, which stand where {subject} does: environment, light, style. */
  readonly template: string
  /** What should not be there, beside what the person says. */
  readonly negative: string
  readonly steps: number
  readonly guidance: number
  readonly scheduler: SchedulerId
  /** Default what the models were trained at. */
  readonly size?: number
  /** Whether it needs LCM-LoRA, which there is for 1.5 only. */
  readonly withLora?: true
}

const scheduler = 'dpmpp-2m-karras'

/**
 * The first three are named like the qualities. See README.md for where the numbers are from, and for those of the Stable
 * Diffusion 2 guide that are changed here.
 */
export const presets: readonly Preset[] = [
  { id: 'fast', template: '{subject}', negative: '', steps: 12, guidance: 6, scheduler },
  { id: 'balanced', template: '{subject}', negative: '', steps: 20, guidance: 7, scheduler },
  { id: 'best', template: '{subject}', negative: '', steps: 30, guidance: 7.5, scheduler, size: 1024 },
  {
    id: 'few-steps',
    template: '{subject}',
    negative: '',
    steps: 4,
    guidance: 1.5,
    scheduler: 'lcm',
    withLora: true,
  },
  { id: 'creative', template: '{subject}', negative: '', steps: 30, guidance: 12, scheduler: 'euler-a' },
  {
    id: 'product-photo',
    template: '{subject}, on a plain studio background, soft even light, sharp product photograph',
    negative: 'blurry, cluttered, text, watermark',
    steps: 25,
    guidance: 8.5,
    scheduler,
  },
  {
    id: 'old-photo',
    template: '{subject}, in its original surroundings, natural light, vintage photograph with fine grain',
    negative: 'modern, digital, scratches, stains',
    steps: 30,
    guidance: 7,
    scheduler,
  },
  {
    id: 'film-still',
    template: '{subject}, on location, cinematic light, film still with shallow depth of field',
    negative: 'cartoon, drawing, text, watermark',
    steps: 30,
    guidance: 10,
    scheduler,
  },
  {
    id: 'advert',
    template: '{subject}, in a bright clean setting, studio light, polished advertising photograph',
    negative: 'blurry, dull, text, watermark',
    steps: 25,
    guidance: 9.5,
    scheduler,
  },
  {
    id: 'portrait',
    template: '{subject}, against a soft background, gentle daylight, natural portrait photograph',
    negative: 'deformed, disfigured, plastic skin, blurry',
    steps: 25,
    guidance: 6.5,
    scheduler,
  },
  {
    id: 'architecture',
    template: '{subject}, in its street, clear daylight, architectural photograph with straight lines',
    negative: 'crooked, distorted, people, blurry',
    steps: 30,
    guidance: 9,
    scheduler,
  },
  {
    id: 'art',
    template: '{subject}, in an imagined scene, dramatic light, detailed painting',
    negative: 'photograph, blurry, text',
    steps: 30,
    guidance: 11,
    scheduler: 'euler-a',
  },
  {
    id: 'social',
    template: '{subject}, in an everyday setting, warm light, vivid photograph',
    negative: 'blurry, dull, text, watermark',
    steps: 20,
    guidance: 8,
    scheduler,
  },
  {
    id: 'book',
    template: '{subject}, in a simple setting, soft light, book illustration',
    negative: 'photograph, text, watermark',
    steps: 25,
    guidance: 7.5,
    scheduler,
  },
  {
    id: 'car',
    template: '{subject}, on an open road, low sun, glossy car photograph with clean reflections',
    negative: 'distorted, dented, blurry, text, watermark',
    steps: 30,
    guidance: 9.5,
    scheduler,
  },
]

/** What a preset and the options come to. */
export interface Choice {
  readonly prompt: string
  readonly negativePrompt: string
  readonly numbers: Numbers
  /** Whether LCM-LoRA changes the UNet. */
  readonly withLora: boolean
}

/** @param options Checked; `quality` names a preset, and `preset` wins. */
export function choiceOf({ options, task, prompt, negativePrompt }: FillSettings): Choice {
  const { template, negative, withLora = false } = presetOf(options)
  const removes = task === 'remove' && prompt.trim() === ''
  return {
    prompt: removes ? emptyScene : said(template, prompt),
    negativePrompt: listOf(negativePrompt, negative, removes ? things : ''),
    numbers: numbersOf(options),
    withLora,
  }
}

/** @param options As for `choiceOf`. */
export function numbersOf(options: Options): Numbers {
  const { steps, guidance, scheduler, size = trainedSide } = presetOf(options)
  return { steps, guidance, scheduler, strength: 1, eta: 0, size, ...askedNumbers(options) }
}

function presetOf({ preset, quality }: Options): Preset {
  return presets.find(({ id }) => id === (preset ?? quality))!
}

const emptyScene = 'empty background, nothing there'
const things = 'object, person, animal, text, watermark'

/** Without a subject, what is left of the template. */
function said(template: string, prompt: string): string {
  return prompt.trim() === ''
    ? template.replace(/^\{subject\}(, )?/, '')
    : template.replace('{subject}', () => prompt)
}

function listOf(...words: readonly string[]): string {
  return words.filter((some) => some !== '').join(', ')
}
