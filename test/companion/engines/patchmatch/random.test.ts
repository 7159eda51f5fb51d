import { expect, test } from 'vitest'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'

const draw = (seed: number, bound: number, count: number) => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => random(bound))
}

test('gives the same numbers for the same seed, on every machine', () => {
  expect(draw(0, 1000, 5)).toEqual(draw(0, 1000, 5))
  expect(draw(1, 1000, 5)).toEqual([627, 2, 527, 981, 968])
})

test('gives other numbers for another seed, up to the largest', () => {
  expect(draw(2 ** 32 - 1, 1000, 5)).not.toEqual(draw(0, 1000, 5))
  expect(draw(2 ** 32 - 1, 1000, 5)).not.toEqual(draw(2 ** 31 - 1, 1000, 5))
})

test('draws every whole number below the bound about as often', () => {
  const counts = new Array<number>(7).fill(0)
  for (const value of draw(42, 7, 70_000)) counts[value]!++
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})
