import { describe, expect, test } from 'vitest'
import { createField } from '../../../../companion/engines/patchmatch/field.ts'
import { createLevel } from '../../../../companion/engines/patchmatch/level.ts'
import { vote } from '../../../../companion/engines/patchmatch/vote.ts'
import { markWhere, noise, paint, sceneOf, within } from './pictures.ts'

describe('vote', () => {
  test('where all patches agree, gives what they show, and says how much changed', () => {
    const size = { width: 50, height: 30 }
    const image = noise(size, 1)
    const level = createLevel(sceneOf(image, markWhere(size, within(30, 10, 8, 6))), 2)
    const field = createField(level)
    for (const target of level.targets) field.match[target] = target - 20
    const change = vote(level, field, 1)
    let sum = 0
    for (const place of level.holePixels) {
      const wanted = image.data.subarray(4 * (place - 20), 4 * (place - 20) + 4)
      expect(level.pixels.subarray(4 * place, 4 * place + 4)).toEqual(wanted)
      sum += wanted[0]! + wanted[1]! + wanted[2]!
    }
    expect(change).toBeCloseTo(sum / (3 * level.holePixels.length), 10)
    expect(vote(level, field, 1)).toBe(0)
  })

  test('weighs by cost as the formula says, and by the depth of the patch', () => {
    // One hole pixel in a row three high: patches of radius 1 at x − 1, x, x + 1.
    const size = { width: 12, height: 3 }
    const image = paint(size, (x) => [10 * x, 0, 0])
    const level = createLevel(sceneOf(image, markWhere(size, within(8, 1, 1, 1))), 1)
    expect([...level.targets]).toEqual([19, 20, 21])
    const field = createField(level)
    const costs = [100, 200, 400]
    ;[19, 20, 21].forEach((target, k) => {
      field.match[target] = 12 + 2 + k
      field.cost[target] = costs[k]!
    })
    vote(level, field, 0.5)
    const mean = 700 / 3
    const weights = costs.map((d) => Math.exp(-(d - 100) / (0.5 * (mean - 100))))
    weights[1]! /= 2
    // The patches put the pixels at 3, 3, 3 of the row there.
    expect(level.pixels[4 * 20]).toBe(30)
    field.match[20] = 12 + 5
    vote(level, field, 0.5)
    const total = weights.reduce((sum, weight) => sum + weight)
    expect(level.pixels[4 * 20]).toBe(
      Math.round((30 * (weights[0]! + weights[2]!) + 50 * weights[1]!) / total),
    )
  })

  test('leaves known pixels alone', () => {
    const size = { width: 40, height: 30 }
    const level = createLevel(sceneOf(noise(size, 1), markWhere(size, within(20, 10, 8, 6))), 3)
    const before = level.pixels.slice()
    const field = createField(level)
    for (const target of level.targets) field.match[target] = level.sources[0]!
    vote(level, field, 1)
    level.hole.forEach((value, i) => {
      if (!value) expect(level.pixels.subarray(4 * i, 4 * i + 4)).toEqual(before.subarray(4 * i, 4 * i + 4))
    })
  })
})
