import { describe, expect, test } from 'vitest'
import type { EngineInfo, Option } from '../../companion/protocol.ts'
import type { Recipe } from '../../plugin/messages.ts'
import {
  controlsOf,
  engineFor,
  isInOtherScript,
  noWish,
  tasksOffered,
  wishedRecipe,
  wishOf,
  withOption,
} from '../../ui/wish.ts'

const steps: Option = { name: 'steps', kind: 'integer', default: 20, min: 1, max: 50, label: 'Steps' }
const choice = (name: string): Option => ({
  name,
  kind: 'choice',
  default: null,
  choices: ['a'],
  label: name,
})
const fitting: Option = { name: 'fitting', kind: 'number', default: 1, min: 0, max: 1, label: 'Fitting' }
const painter = engine('painter', { tasks: ['fill'], options: [choice('quality'), steps] })
const shaper = engine('shaper', {
  tasks: ['fill', 'shape'],
  options: [choice('preset'), choice('quality'), fitting],
})
const eraser = engine('eraser', { tasks: ['remove'], takesPrompt: false })

describe('a wish', () => {
  test('offers a shape only where an engine can follow one', () => {
    expect(tasksOffered([eraser, painter])).toEqual(['remove', 'fill', 'expand'])
    expect(tasksOffered([eraser, { ...shaper, ready: false }])).toEqual(['remove', 'fill', 'shape', 'expand'])
  })

  test.each([
    ['the first that can', 'auto', [eraser, painter, shaper], painter],
    ['the one that is asked for', 'shaper', [painter, shaper], shaper],
    ['the first where the one that is asked for is gone', 'gone', [painter, shaper], painter],
    ['none where none is ready', 'auto', [{ ...painter, ready: false }], null],
  ])('is done by %s', (_, id, engines, expected) => {
    expect(engineFor('fill', { ...noWish, engine: id }, engines)).toEqual(expected)
  })

  test('lays out a preset before a quality, and a fitting for shapes alone', () => {
    expect(controlsOf('fill', painter)).toEqual({
      preset: choice('quality'),
      fitting: null,
      further: [steps],
    })
    expect(controlsOf('shape', shaper)).toEqual({ preset: choice('preset'), fitting, further: [] })
    expect(controlsOf('fill', shaper).fitting).toBeNull()
  })

  test('is kept with the recipe, without what this engine does not know', () => {
    const wish = { ...noWish, prompt: ' a vase ', options: { steps: 9, fitting: 0.5 } }
    expect(wishedRecipe('fill', wish, [painter])).toEqual({
      engine: 'auto',
      prompt: 'a vase',
      options: { steps: 9 },
    })
  })

  test('plays no part in a removal', () => {
    const wish = { ...noWish, prompt: 'a vase', engine: 'painter', options: { steps: 9 } }
    expect(wishedRecipe('remove', wish, [eraser])).toEqual({ engine: 'auto', options: {} })
  })

  test('comes back from the recipe it went into', () => {
    const wish = {
      ...noWish,
      engine: 'painter',
      prompt: 'a vase',
      negativePrompt: 'roses',
      options: { steps: 9 },
    }
    const recipe: Recipe = {
      version: 1,
      task: 'fill',
      seed: 7,
      sourceHash: 'hash',
      ...wishedRecipe('fill', wish, [painter]),
    }
    expect(wishOf(recipe, noWish)).toEqual(wish)
    expect(wishOf({ ...recipe, task: 'remove' }, noWish)).toEqual(noWish)
  })

  test('leaves an option to the engine again', () => {
    const wish = { ...noWish, options: withOption(noWish, 'steps', 9) }
    expect(wish.options).toEqual({ steps: 9 })
    expect(withOption(wish, 'steps', undefined)).toEqual({})
  })
})

test.each([
  ['a red vase', false],
  ['un café à la crème, 50 %', false],
  ['', false],
  ['红色花瓶', true],
  ['красная ваза', true],
  ['a red 花瓶', true],
])('isInOtherScript(%o) is %o', (prompt, expected) => {
  expect(isInOtherScript(prompt)).toBe(expected)
})

function engine(id: string, change: Partial<EngineInfo>): EngineInfo {
  return {
    id,
    title: id,
    tasks: [],
    takesPrompt: true,
    seeded: true,
    models: [],
    ready: true,
    downloadBytes: 0,
    licences: [],
    options: [],
    ...change,
  }
}
