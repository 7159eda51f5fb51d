import { describe, expect, test } from 'vitest'
import {
  candidateEngines,
  checkReady,
  chooseEngine,
  chooseExactEngine,
  chooseLargeHoleEngine,
  isReady,
} from '../../../companion/engines/choose.ts'
import { engines as real } from '../../../companion/engines/index.ts'
import { stubEngine } from '../../support/stub-engine.ts'

const model = stubEngine({ id: 'model', tasks: ['remove', 'fill'], models: ['weights'] })
const embedded = stubEngine({ id: 'embedded', tasks: ['remove'] })
const engines = [model, embedded]
const none: ReadonlySet<string> = new Set()
const weights: ReadonlySet<string> = new Set(['weights'])

describe('chooseEngine', () => {
  test.each([
    ['auto', 'remove', none, embedded],
    ['auto', 'remove', weights, model],
    ['auto', 'fill', none, model],
    ['model', 'remove', none, model],
    ['embedded', 'remove', weights, embedded],
  ] as const)('%s for %s', (id, task, installed, expected) => {
    expect(chooseEngine(engines, installed, id, task)).toBe(expected)
  })

  test.each([
    ['magic', 'remove', 'engine-unknown', /"magic".*auto, model, embedded/],
    ['embedded', 'fill', 'task-unsupported', /"embedded".*"fill".*remove/],
    ['auto', 'expand', 'task-unsupported', /"expand".*remove, fill/],
  ] as const)('refuses %s for %s', (id, task, code, sentence) => {
    expect(() => chooseEngine(engines, none, id, task)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(sentence) }),
    )
  })
})

test('candidateEngines are all that could be chosen', () => {
  expect(candidateEngines(engines, 'auto', 'remove')).toEqual([model, embedded])
  expect(candidateEngines(engines, 'embedded', 'remove')).toEqual([embedded])
})

test('an engine is ready when it needs no model, or has it', () => {
  expect(engines.map((engine) => isReady(engine, none))).toEqual([false, true])
  expect(engines.map((engine) => isReady(engine, weights))).toEqual([true, true])
})

test('an engine that is not ready says which model to install', () => {
  expect(() => checkReady(model, none)).toThrow(
    expect.objectContaining({
      code: 'model-missing',
      message: 'Stub needs a model that is not installed.',
      hint: expect.stringContaining('infill models install weights'),
    }),
  )
  checkReady(model, weights)
})

test('one of several models is enough', () => {
  const either = stubEngine({ id: 'either', models: ['large', 'small'], lane: 'model' })
  expect(isReady(either, new Set(['small']))).toBe(true)
  checkReady(either, new Set(['small']))
  expect(() => checkReady(either, none)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('infill models install large`') }),
  )
})

test('a task by name only is not done by auto', () => {
  const byName = { ...model, tasksByName: ['remove'] } as const
  expect(candidateEngines([byName, embedded], 'auto', 'remove')).toEqual([embedded])
  expect(candidateEngines([byName, embedded], 'model', 'remove')).toEqual([byName])
  expect(() => candidateEngines([byName], 'auto', 'remove')).toThrow(
    expect.objectContaining({ code: 'task-unsupported' }),
  )
})

describe('chooseExactEngine', () => {
  const copier = { ...embedded, fillExactly: async () => null }

  test('is one that can fill without guessing, where the choice is free', () => {
    expect(chooseExactEngine([model, copier], 'auto', 'remove', model)).toBe(copier)
  })

  test.each([
    ['the engine was named', [model, copier], 'model', model],
    ['it is the chosen one anyway', [copier], 'auto', copier],
    ['no engine can', [model, embedded], 'auto', model],
  ])('is nobody when %s', (_, some, id, chosen) => {
    expect(chooseExactEngine(some, id, 'remove', chosen)).toBeNull()
  })
})

describe('chooseLargeHoleEngine', () => {
  const inventive = { ...model, tasksByName: ['remove'], removesLarge: true } as const
  const all = [embedded, inventive]
  const best = { quality: 'best' }

  test('is the one for large holes, where the choice is free and the best is asked for', () => {
    expect(chooseEngine(all, weights, 'auto', 'remove')).toBe(embedded)
    expect(chooseLargeHoleEngine(all, weights, 'auto', 'remove', best)).toBe(inventive)
  })

  test.each([
    ['less than the best is asked for', all, weights, 'auto', 'remove', { quality: 'balanced' }],
    ['an engine was named', all, weights, 'embedded', 'remove', best],
    ['something is to be made up anyway', all, weights, 'auto', 'fill', best],
    ['its model is not installed', all, none, 'auto', 'remove', best],
    ['there is none', [embedded, model], weights, 'auto', 'remove', best],
  ] as const)('is nobody where %s', (_, some, installed, id, task, options) => {
    expect(chooseLargeHoleEngine(some, installed, id, task, options)).toBeNull()
  })
})

describe('the engines that there are', () => {
  const all = ['lama', 'migan', 'powerpaint-v1', 'stable-diffusion-2']

  test.each([
    ['fill', all, 'powerpaint'],
    ['shape', all, 'powerpaint'],
    ['expand', all, 'powerpaint'],
    ['remove', all, 'lama'],
    ['fill', ['stable-diffusion-2'], 'stable-diffusion'],
    ['expand', ['stable-diffusion-2'], 'stable-diffusion'],
    ['remove', ['migan', 'powerpaint-v1'], 'migan'],
    ['remove', ['powerpaint-v1', 'stable-diffusion-2'], 'patchmatch'],
    ['expand', [], 'patchmatch'],
  ] as const)('%s goes, of what %j can do, to %s', (task, installed, id) => {
    expect(chooseEngine(real, new Set(installed), 'auto', task).id).toBe(id)
  })

  test('of those a large removal goes to PowerPaint where the best is asked for', () => {
    const best = { quality: 'best' }
    expect(chooseLargeHoleEngine(real, new Set(all), 'auto', 'remove', best)?.id).toBe('powerpaint')
  })
})
