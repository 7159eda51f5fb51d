import { describe, expect, test } from 'vitest'
import {
  createField,
  fieldFromCopies,
  meanCost,
  upsampleField,
} from '../../../../companion/engines/patchmatch/field.ts'
import { createLevel } from '../../../../companion/engines/patchmatch/level.ts'
import { halve } from '../../../../companion/engines/patchmatch/pyramid.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import { markWhere, noise, sceneOf, within } from './pictures.ts'

const size = { width: 80, height: 60 }
const scene = sceneOf(noise(size, 1), markWhere(size, within(50, 20, 16, 16)))
const fine = createLevel(scene, 3)
const coarse = createLevel(halve(scene), 3)

describe('upsampleField', () => {
  test('doubles offsets', () => {
    const field = createField(coarse)
    for (const target of coarse.targets) {
      field.match[target] = target - 15 + 2 * coarse.width
      field.cost[target] = 7
    }
    const finer = upsampleField(coarse, field, fine, 1)
    for (const target of fine.targets) {
      expect(finer.match[target]).toBe(target - 30 + 4 * fine.width)
      expect(finer.cost[target]).toBe(7)
    }
  })

  test('takes another source where the doubled offset leads to none', () => {
    const field = createField(coarse)
    for (const target of coarse.targets) field.match[target] = target
    const finer = upsampleField(coarse, field, fine, 1)
    for (const target of fine.targets) expect(fine.isSource[finer.match[target]!]).toBe(1)
  })
})

describe('fieldFromCopies', () => {
  test('sends patches where the pixels near their centre came from', () => {
    const copiedFrom = fine.holePixels.map((place) => place - 30)
    const field = fieldFromCopies(fine, copiedFrom, createRandom(1))
    for (const target of fine.targets) expect(field.match[target]).toBe(target - 30)
  })
})

test('meanCost is the mean over the targets only', () => {
  const field = createField(fine)
  field.cost.fill(1000)
  fine.targets.forEach((target, k) => {
    field.cost[target] = k % 2 === 0 ? 10 : 20
  })
  expect(meanCost(fine, field)).toBe(15)
})
