import { describe, expect, test } from 'vitest'
import type { FillSettings } from '../../../../companion/engines/engine.ts'
import { choiceOf, numbersOf, presets } from '../../../../companion/engines/stable-diffusion/presets.ts'
import type { Options } from '../../../../companion/protocol.ts'

describe('the scenarios of the Stable Diffusion 2 guide', () => {
  // Its own guidance.
  test.each([
    ['product-photo', 8.5],
    ['old-photo', 7],
    ['film-still', 10],
    ['advert', 9.5],
    ['portrait', 6.5],
    ['architecture', 9],
    ['art', 11],
    ['social', 8],
    ['book', 7.5],
    ['car', 9.5],
  ])('%s has the guidance of the guide, and begins with noise in 20 to 30 steps', (preset, guidance) => {
    const { prompt, negativePrompt, numbers } = chosen({ preset })
    expect(numbers).toMatchObject({ guidance, strength: 1, size: 512 })
    expect(numbers.steps).toBeGreaterThanOrEqual(20)
    expect(numbers.steps).toBeLessThanOrEqual(30)
    // Subject, surroundings, light and style.
    expect(prompt).toMatch(/^a red vase, .+, .+/)
    expect(negativePrompt).not.toBe('')
  })
})

test('balanced is what the field uses: 20 steps of DPM-Solver++ 2M Karras at a guidance of 7', () => {
  const { prompt, numbers } = chosen({})
  expect(prompt).toBe('a red vase')
  expect(numbers).toEqual({
    ...{ steps: 20, guidance: 7, scheduler: 'dpmpp-2m-karras' },
    ...{ strength: 1, eta: 0, size: 512 },
  })
})

test.each(presets.map(({ id }) => id))('each number of %s can be chosen otherwise', (preset) => {
  const numbers = { steps: 33, guidance: 3.5, strength: 0.7, scheduler: 'ddim', eta: 0.3, size: 640 }
  expect(numbersOf({ preset, ...numbers })).toEqual(numbers)
})

test('a preset wins over the quality, and a negative prompt is added to that of the preset', () => {
  const { numbers, negativePrompt } = chosen({ preset: 'car', quality: 'best' }, { negativePrompt: 'people' })
  expect(numbers).toMatchObject({ steps: 30, guidance: 9.5 })
  expect(negativePrompt).toBe('people, distorted, dented, blurry, text, watermark')
})

test('without words a template is left without its subject, and what removes asks for emptiness', () => {
  expect(chosen({ preset: 'book' }, { prompt: ' ' }).prompt).toBe(
    'in a simple setting, soft light, book illustration',
  )
  expect(chosen({}, { task: 'remove', prompt: '' })).toMatchObject({
    prompt: 'empty background, nothing there',
    negativePrompt: 'object, person, animal, text, watermark',
  })
})

test('few-steps needs the LoRA, and no other does', () => {
  expect(presets.filter(({ id }) => chosen({ preset: id }).withLora).map(({ id }) => id)).toEqual([
    'few-steps',
  ])
  expect(numbersOf({ preset: 'few-steps' })).toMatchObject({ steps: 4, guidance: 1.5, scheduler: 'lcm' })
})

function chosen(options: Options, settings: Partial<FillSettings> = {}) {
  return choiceOf({
    ...{ task: 'fill', prompt: 'a red vase', negativePrompt: '', seed: 7 },
    ...settings,
    options: { quality: 'balanced', ...options },
  })
}
