import { describe, expect, test } from 'vitest'
import { candidateEngines, chooseEngine, isReady } from '../../../companion/engines/choose.ts'
import { stubEngine } from '../../support/stub-engine.ts'

const model = stubEngine({ id: 'model', tasks: ['remove', 'fill'], models: ['weights'] })
const embedded = stubEngine({ id: 'embedded', tasks: ['remove'] })
const engines = [model, embedded]

describe('chooseEngine', () => {
  test.each([
    ['auto', 'remove', embedded],
    ['auto', 'fill', model],
    ['model', 'remove', model],
    ['embedded', 'remove', embedded],
  ] as const)('%s for %s', (id, task, expected) => {
    expect(chooseEngine(engines, id, task)).toBe(expected)
  })

  test.each([
    ['magic', 'remove', 'engine-unknown', /"magic".*auto, model, embedded/],
    ['embedded', 'fill', 'task-unsupported', /"embedded".*"fill".*remove/],
    ['auto', 'expand', 'task-unsupported', /"expand".*remove, fill/],
  ] as const)('refuses %s for %s', (id, task, code, sentence) => {
    expect(() => chooseEngine(engines, id, task)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(sentence) }),
    )
  })
})

test('candidateEngines are all that could be chosen', () => {
  expect(candidateEngines(engines, 'auto', 'remove')).toEqual([model, embedded])
  expect(candidateEngines(engines, 'embedded', 'remove')).toEqual([embedded])
})

test('an engine is ready when it needs no model', () => {
  expect(engines.map(isReady)).toEqual([false, true])
})
