import { expect, test } from 'vitest'
import { applyCopies, chooseCopies } from '../../../../companion/engines/patchmatch/copy.ts'
import { createField } from '../../../../companion/engines/patchmatch/field.ts'
import { copyOf, ints } from '../../../../companion/engines/patchmatch/kernels.ts'
import { createLevel } from '../../../../companion/engines/patchmatch/level.ts'
import { markWhere, noise, sceneOf, within } from './pictures.ts'

const size = { width: 40, height: 21 }
const image = noise(size, 1)
const level = createLevel(sceneOf(image, markWhere(size, within(20, 10, 1, 1))), 2)
const place = 10 * size.width + 20

function fieldWithCosts(cost: (dx: number, dy: number) => number) {
  const field = createField(level)
  for (const target of level.targets) {
    const dx = (target % size.width) - 20
    const dy = Math.floor(target / size.width) - 10
    // Each patch would copy another pixel.
    field.match[target] = target - 10 + 3 * dx
    field.cost[target] = cost(dx, dy)
  }
  return field
}

test('among equal patches, takes the one whose centre is nearest', () => {
  expect([
    ...chooseCopies(
      level,
      fieldWithCosts(() => 100),
    ),
  ]).toEqual([place - 10])
})

test('a better patch further away wins where (d + 50)(1 + 0.05 r²) is less', () => {
  // At r² = 1: (d + 50) · 1.05 < 150 for d < 92.9.
  const oneToTheRight = (cost: number) => (dx: number, dy: number) => (dx === 1 && dy === 0 ? cost : 100)
  expect([...chooseCopies(level, fieldWithCosts(oneToTheRight(92)))]).toEqual([place - 10 + 3])
  expect([...chooseCopies(level, fieldWithCosts(oneToTheRight(93)))]).toEqual([place - 10])
})

test('applies copies pixel by pixel', () => {
  const pixels = copyOf(image.data)
  const copiedFrom = ints(1)
  copiedFrom[0] = place - 10
  applyCopies(pixels, level.holePixels, copiedFrom)
  expect(pixels.subarray(4 * place, 4 * place + 4)).toEqual(
    image.data.subarray(4 * (place - 10), 4 * (place - 10) + 4),
  )
})
