import { describe, expect, test } from 'vitest'
import { createField, type Field } from '../../../../companion/engines/patchmatch/field.ts'
import { kernels } from '../../../../companion/engines/patchmatch/kernels.ts'
import { createLevel, type Level } from '../../../../companion/engines/patchmatch/level.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import { refreshCosts, searchPass } from '../../../../companion/engines/patchmatch/search.ts'
import { inKernels, markWhere, noise, sceneOf, within } from './pictures.ts'

const size = { width: 70, height: 48 }
const unlimited = 2 ** 31 - 1

/** Noise whose hole already shows exactly what lies `shift` px to the left of it. */
function plantedCopy(shift: number): Level {
  const image = noise(size, 5)
  const mask = markWhere(size, within(45, 18, 14, 12))
  const level = createLevel(sceneOf(image, mask), 3)
  for (let y = 12; y < 36; y++) {
    for (let x = 39; x < 65; x++) {
      const place = y * size.width + x
      level.pixels.set(image.data.subarray(4 * (place - shift), 4 * (place - shift) + 4), 4 * place)
    }
  }
  return level
}

function randomField(level: Level): Field {
  const random = createRandom(9)
  const field = createField(level)
  for (const target of level.targets) field.match[target] = level.sources[random(level.sources.length)]!
  refreshCosts(level, field)
  return field
}

describe('patchDistance', () => {
  const { data } = inKernels(noise(size, 2))
  test('sums the squared differences over all four bytes of the patch', () => {
    const a = 10 * size.width + 11
    const b = 20 * size.width + 40
    let sum = 0
    for (let dy = -2; dy <= 2; dy++) {
      for (let k = -8; k < 12; k++) {
        sum += (data[4 * (a + dy * size.width) + k]! - data[4 * (b + dy * size.width) + k]!) ** 2
      }
    }
    expect(kernels.patchDistance(data, size.width, 2, a, b, unlimited)).toBe(sum)
    expect(kernels.patchDistance(data, size.width, 2, a, a, 1)).toBe(0)
  })
  test('stops at a sum that reaches the limit', () => {
    const distance = kernels.patchDistance(data, size.width, 3, 1000, 1500, 5000)
    expect(distance).toBeGreaterThanOrEqual(5000)
    expect(distance).toBeLessThan(kernels.patchDistance(data, size.width, 3, 1000, 1500, unlimited))
  })
})

describe('searchPass', () => {
  test('finds an exact copy hidden in noise', () => {
    const level = plantedCopy(30)
    const field = randomField(level)
    for (let pass = 0; pass < 8; pass++) {
      searchPass(level, field, { backwards: pass % 2 === 1, radiusPx: 70, samples: 2 }, pass)
    }
    for (const target of level.targets) {
      expect(field.match[target]).toBe(target - 30)
      expect(field.cost[target]).toBe(0)
    }
  })

  test.each([false, true])(
    'never makes a match worse and only leads to sources (backwards: %s)',
    (backwards) => {
      const level = plantedCopy(0)
      const field = randomField(level)
      const before = field.cost.slice()
      searchPass(level, field, { backwards, radiusPx: 24, samples: 2 }, 3)
      for (const target of level.targets) {
        expect(field.cost[target]).toBeLessThanOrEqual(before[target]!)
        expect(level.isSource[field.match[target]!]).toBe(1)
        expect(field.cost[target]).toBe(
          kernels.patchDistance(level.pixels, size.width, 3, target, field.match[target]!, unlimited),
        )
      }
    },
  )
})
