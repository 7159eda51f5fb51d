import { describe, expect, test } from 'vitest'
import { findCalm } from '../../../../companion/engines/patchmatch/calm.ts'
import { applyCopies, chooseCopies } from '../../../../companion/engines/patchmatch/copy.ts'
import { keptEdges } from '../../../../companion/engines/patchmatch/edges.ts'
import { createField, type Field } from '../../../../companion/engines/patchmatch/field.ts'
import { createLevel, type Level } from '../../../../companion/engines/patchmatch/level.ts'
import { blendCopies } from '../../../../companion/engines/patchmatch/poisson.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { colourAt, inKernels, markWhere, noise, paint, sceneOf, within } from './pictures.ts'

const size = { width: 200, height: 70 }
const hole = within(110, 15, 44, 40)
const grains = noise({ width: 80, height: 70 }, 6)
/** Grain that is the same every 80 px, −32 … 31. */
const grainAt = (x: number, y: number) => Math.floor(colourAt(grains, x % 80, y)[0]! / 4) - 32

/** Each patch is matched with the one 80 px to the left of it. */
function matched(image: Image): { level: Level; field: Field; filled: Image } {
  const level = createLevel(sceneOf(image, markWhere(size, hole)), 3)
  const field = createField(level)
  for (const target of level.targets) field.match[target] = target - 80
  const filled = inKernels(image)
  applyCopies(filled.data, level.holePixels, chooseCopies(level, field))
  return { level, field, filled }
}

/** The grain, so many times as strong on the left, where the matches lie. */
const fading = (strength: number) =>
  paint(size, (x, y) => {
    const grey = 128 + Math.round((x < 90 ? strength : 1) * grainAt(x, y))
    return [grey, grey, grey]
  })

describe('findCalm', () => {
  test.each([
    ['makes up for half of what the matches lack', 0.9, 1 + 0.5 * (1 / 0.9 - 1)],
    ['makes edges stronger by a tenth at most', 0.5, 1.1],
    ['never makes edges weaker', 1.3, 1],
  ])('%s', (_, strength, gain) => {
    const { level, field, filled } = matched(fading(strength))
    expect(keptEdges(level, field)).toBeCloseTo(strength, 1)
    expect(findCalm(filled, level, field)!.gain).toBeCloseTo(gain, 1)
    expect(findCalm(filled, level, field)!.gain).toBeLessThanOrEqual(1.1)
  })

  test('leads to the right brightness where all matches have another one', () => {
    const image = paint(size, (x, y) => {
      const grey = (x < 90 ? 60 : 150) + grainAt(x, y)
      return [grey, grey + 20, grey]
    })
    const { level, field, filled } = matched(image)
    blendCopies(filled, { ...level, copiedFrom: chooseCopies(level, field) }, findCalm(filled, level, field))
    for (const [i, value] of filled.data.entries())
      expect(Math.abs(value - image.data[i]!)).toBeLessThanOrEqual(1)
  })

  test('has none where the fill is transparent', () => {
    const { level, field, filled } = matched(paint(size, (x, y) => [x, y, 90, x < 60 ? 254 : 255]))
    expect(findCalm(filled, level, field)).toBeNull()
  })
})

describe('blendCopies into calm colours', () => {
  // What is left of a wave k in the copies is k² / (k² + λ), with k² = 2 − 2 cos(2π / period) and λ = 1.1.
  test.each([
    ['half of waves of 7 px', 7, 0.41],
    ['most of waves of 4 px', 4, 0.65],
    ['hardly any of waves of 20 px', 20, 0.08],
  ])('keeps %s of the copies', (_, periodPx, share) => {
    const wave = (x: number) => 50 * Math.sin((2 * Math.PI * x) / periodPx)
    const plain = matched(paint(size, () => [128, 128, 128]))
    const calm = findCalm(plain.filled, plain.level, plain.field)
    const image = paint(size, (x) => (x < 90 ? Array(3).fill(128 + wave(x)) : [128, 128, 128]))
    const { level, field, filled } = matched(image)
    blendCopies(filled, { ...level, copiedFrom: chooseCopies(level, field) }, calm)

    let [kept, copied] = [0, 0]
    for (let x = 125; x < 125 + 20; x++) {
      kept += wave(x - 80) * (colourAt(filled, x, 35)[0]! - 128)
      copied += wave(x - 80) ** 2
    }
    expect(Math.abs(kept / copied - share)).toBeLessThan(0.05)
  })
})
