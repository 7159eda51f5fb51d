import { describe, expect, test } from 'vitest'
import { createLevel, fittingPatchRadius } from '../../../../companion/engines/patchmatch/level.ts'
import { markWhere, noise, sceneOf, within } from './pictures.ts'

const size = { width: 19, height: 13 }
const mask = markWhere(size, within(8, 4, 4, 3))
const avoid = markWhere(size, within(0, 0, 3, 2))

describe('createLevel', () => {
  test.each([0, 1, 2, 3])('finds targets and sources of patches with radius %i', (radius) => {
    const level = createLevel(sceneOf(noise(size, 1), mask, avoid), radius)
    const targets: number[] = []
    const sources: number[] = []
    for (let y = radius; y < size.height - radius; y++) {
      for (let x = radius; x < size.width - radius; x++) {
        let holes = 0
        let avoided = 0
        for (let dy = -radius; dy <= radius; dy++) {
          for (let dx = -radius; dx <= radius; dx++) {
            const place = (y + dy) * size.width + x + dx
            holes += level.hole[place]!
            avoided += level.avoid[place]!
          }
        }
        if (holes > 0) targets.push(y * size.width + x)
        if (holes + avoided === 0) sources.push(y * size.width + x)
      }
    }
    expect([...level.targets]).toEqual(targets)
    expect([...level.sources]).toEqual(sources)
    expect(level.holePixels).toHaveLength(4 * 3)
    expect(level.isSource.reduce((sum, value) => sum + value, 0)).toBe(sources.length)
  })
})

describe('fittingPatchRadius', () => {
  const fitting = (width: number, height: number, hole: (x: number, y: number) => boolean) =>
    fittingPatchRadius(sceneOf(noise({ width, height }, 1), markWhere({ width, height }, hole)), 3)

  test('keeps the wanted radius where there is room', () => {
    expect(fitting(60, 40, within(10, 10, 20, 20))).toBe(3)
  })
  test('shrinks in small pictures', () => {
    expect(fitting(8, 5, within(3, 2, 1, 1))).toBe(0)
    expect(fitting(300, 4, within(20, 1, 2, 2))).toBe(1)
  })
  test('shrinks where the hole leaves only narrow strips', () => {
    expect(fitting(90, 60, (x) => x % 6 !== 0)).toBe(0)
    expect(fitting(90, 60, (x) => x % 12 > 4)).toBe(2)
  })
})
