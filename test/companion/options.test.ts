import { describe, expect, test } from 'vitest'
import { checkOptions, checkPrompt, withDefaults } from '../../companion/options.ts'
import { stubEngine } from '../support/stub-engine.ts'

const engine = stubEngine({
  options: [
    { name: 'steps', kind: 'integer', default: 20, min: 1, max: 50, label: 'Steps' },
    { name: 'eta', kind: 'number', default: 0, min: 0, label: 'Eta' },
    { name: 'scheduler', kind: 'choice', default: 'ddim', choices: ['ddim', 'dpm'], label: 'Scheduler' },
  ],
})
const other = stubEngine({
  options: [{ name: 'steps', kind: 'integer', default: 100, min: 100, max: 200, label: 'Steps' }],
})

describe('checkOptions', () => {
  test.each([
    [{}],
    [{ quality: 'best', growPx: 0, featherPx: 256, preview: true }],
    [{ steps: 50, eta: 0.25, scheduler: 'dpm' }],
  ])('takes %o', (options) => {
    expect(checkOptions([engine], options)).toEqual(options)
  })

  test.each([
    [
      { speed: 1 },
      /no option "speed" here\. Possible: quality, growPx, featherPx, preview, steps, eta, scheduler\./,
    ],
    [{ steps: 51 }, /Expected a whole number from 1 to 50 for steps but received 51\./],
    [{ steps: 1.5 }, /whole number .* steps but received 1\.5/],
    [{ steps: '20' }, /steps but received "20"/],
    [{ eta: -1 }, /Expected a number of at least 0 for eta but received -1\./],
    [{ eta: Number.NaN }, /eta/],
    [{ scheduler: 'euler' }, /Expected one of ddim, dpm for scheduler but received "euler"\./],
    [{ preview: 'yes' }, /Expected true or false for preview but received "yes"\./],
    [{ growPx: null }, /growPx but received null/],
    [{ quality: { best: true } }, /fast, balanced, best for quality/],
  ])('refuses %o and says what is allowed', (options, sentence) => {
    expect(() => checkOptions([engine], options)).toThrow(
      expect.objectContaining({ code: 'option-invalid', message: expect.stringMatching(sentence) }),
    )
  })

  test('takes what any of several engines takes', () => {
    expect(checkOptions([engine, other], { steps: 150 })).toEqual({ steps: 150 })
    expect(checkOptions([other, engine], { eta: 1, steps: 2 })).toEqual({ eta: 1, steps: 2 })
    expect(() => checkOptions([engine, other], { steps: 75 })).toThrow(
      /1 to 50, or a whole number from 100 to 200/,
    )
  })
})

describe('withDefaults', () => {
  test('fills in what was not asked for, except what is chosen for each picture', () => {
    expect(withDefaults(engine, { steps: 5 })).toEqual({
      ...{ quality: 'balanced', preview: false, steps: 5, eta: 0, scheduler: 'ddim' },
    })
  })

  test('leaves out what the engine does not describe', () => {
    expect(withDefaults(other, { eta: 1, growPx: 3 })).toEqual({
      ...{ quality: 'balanced', preview: false, growPx: 3, steps: 100 },
    })
  })
})

describe('checkPrompt', () => {
  test.each([
    ['remove', ''],
    ['expand', ''],
    ['fill', 'a red vase'],
    ['shape', 'x'.repeat(2000)],
  ] as const)('%s takes this one', (task, prompt) => {
    expect(() => checkPrompt(task, prompt)).not.toThrow()
  })

  test.each([
    ['fill', '', 'prompt-missing'],
    ['shape', '  ', 'prompt-missing'],
    ['remove', 'x'.repeat(2001), 'option-invalid'],
  ] as const)('%s refuses this one', (task, prompt, code) => {
    expect(() => checkPrompt(task, prompt)).toThrow(expect.objectContaining({ code }))
  })
})
