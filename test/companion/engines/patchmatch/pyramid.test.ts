import { describe, expect, test } from 'vitest'
import { buildPyramid, halve } from '../../../../companion/engines/patchmatch/pyramid.ts'
import { markWhere, noise, paint, sceneOf, within } from './pictures.ts'

const nowhere = () => false

describe('halve', () => {
  test('rounds sizes up', () => {
    const size = { width: 7, height: 4 }
    const { width, height } = halve(sceneOf(noise(size, 1), markWhere(size, nowhere)))
    expect([width, height]).toEqual([4, 2])
  })

  test('takes the 1-3-3-1 mean in both directions', () => {
    const size = { width: 8, height: 6 }
    const image = paint(size, (x, y) => (x === 2 && y === 2 ? [192, 64, 0] : [0, 0, 0]))
    const coarse = halve(sceneOf(image, markWhere(size, nowhere)))
    // Pixel 2 is the second tap of coarse pixel 1 and the last of coarse pixel 0, whose weights at the border are 3, 3, 1.
    expect(coarse.pixels[4 * (1 * 4 + 1)]).toBe(Math.round((192 * 9) / 64))
    expect(coarse.pixels[4 * (1 * 4 + 0)]).toBe(Math.round((192 * 3) / (7 * 8)))
    expect(coarse.pixels[4 * (0 * 4 + 0) + 1]).toBe(Math.round(64 / 49))
    expect(coarse.pixels[4 * (1 * 4 + 2)]).toBe(0)
  })

  test('lets nothing of the hole into the mean', () => {
    const size = { width: 12, height: 10 }
    const mask = markWhere(size, within(5, 4, 1, 2))
    const scene = sceneOf(
      paint(size, () => [80, 90, 100]),
      mask,
    )
    scene.hole.forEach((value, i) => {
      if (value) scene.pixels.fill(255, 4 * i, 4 * i + 4)
    })
    const coarse = halve(scene)
    for (let i = 0; i < coarse.hole.length; i++) {
      expect([...coarse.pixels.subarray(4 * i, 4 * i + 3)]).toEqual(
        coarse.hole[i] ? [0, 0, 0] : [80, 90, 100],
      )
    }
  })

  test('makes a coarse pixel a hole when more than 3/8 of its weight is', () => {
    const size = { width: 12, height: 12 }
    const isHole = (holds: (x: number, y: number) => boolean) =>
      halve(sceneOf(noise(size, 1), markWhere(size, holds))).hole[3 * 6 + 3]
    // Columns 5, 6, 7, 8 weigh 1, 3, 3, 1 eighths for coarse column 3.
    expect(isHole((x) => x >= 7)).toBe(1)
    expect(isHole((x) => x === 6)).toBe(0)
    expect(isHole((x) => x === 5 || x === 6)).toBe(1)
    expect(isHole(nowhere)).toBe(0)
  })

  test('avoids what has anything avoided below it', () => {
    const size = { width: 12, height: 10 }
    const avoid = markWhere(size, within(4, 4, 1, 1))
    const coarse = halve(sceneOf(noise(size, 1), markWhere(size, nowhere), avoid))
    const avoided = [...coarse.avoid].flatMap((value, i) => (value ? [[i % 6, Math.floor(i / 6)]] : []))
    expect(avoided).toEqual([
      [1, 1],
      [2, 1],
      [1, 2],
      [2, 2],
    ])
  })
})

describe('buildPyramid', () => {
  const sides = (width: number, height: number, hole: (x: number, y: number) => boolean) =>
    buildPyramid(sceneOf(noise({ width, height }, 1), markWhere({ width, height }, hole)), 3, 6).map(
      (level) => level.width,
    )

  test('halves as often as asked', () => {
    expect(sides(900, 800, within(300, 300, 200, 150))).toEqual([900, 450, 225, 113, 57, 29])
  })
  test('stops before a side falls to 24 px', () => {
    expect(sides(200, 100, within(80, 40, 20, 20))).toEqual([200, 100, 50])
    expect(sides(2000, 20, within(800, 0, 100, 20))).toEqual([2000])
  })
  test('stops where the hole is lost or nothing is left to copy', () => {
    expect(sides(300, 200, within(80, 40, 1, 1))).toEqual([300])
    expect(sides(300, 200, within(8, 8, 284, 184))).toEqual([300])
  })
})
