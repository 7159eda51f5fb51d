import { describe, expect, test } from 'vitest'
import {
  binarise,
  boundsOf,
  boundsWithin,
  clearMask,
  featherLargeMask,
  featherMask,
  partsOf,
} from '../../../companion/image/mask.ts'
import { nearestSquared } from '../../support/distances.ts'
import { discMask, paintMask, rectMask } from '../../support/images.ts'

test('binarise makes exactly 0 or 255', () => {
  const mask = { width: 4, height: 1, data: Uint8Array.of(0, 127, 128, 255) }

  expect([...binarise(mask, 128).data]).toEqual([0, 0, 255, 255])
  expect([...binarise(mask, 1).data]).toEqual([0, 255, 255, 255])
})

test('clearMask clears a rectangle and nothing else', () => {
  const mask = rectMask(40, 30, { x: 0, y: 0, width: 40, height: 30 })

  clearMask(mask, { x: 5, y: 0, width: 35, height: 30 })

  expect(mask.data).toEqual(rectMask(40, 30, { x: 0, y: 0, width: 5, height: 30 }).data)
})

test('boundsWithin does not look beyond its area', () => {
  const mask = rectMask(40, 30, { x: 4, y: 3, width: 20, height: 10 })

  expect(boundsWithin(mask, { x: 10, y: 0, width: 30, height: 8 })).toEqual({
    x: 10,
    y: 3,
    width: 14,
    height: 5,
  })
  expect(boundsWithin(mask, { x: 24, y: 0, width: 16, height: 30 })).toBeNull()
})

describe('boundsOf', () => {
  test.each([
    [{ x: 0, y: 0, width: 1, height: 1 }],
    [{ x: 38, y: 0, width: 2, height: 30 }],
    [{ x: 5, y: 7, width: 13, height: 11 }],
    [{ x: 39, y: 29, width: 1, height: 1 }],
    [{ x: 0, y: 0, width: 40, height: 30 }],
  ])('finds %o', (rect) => {
    expect(boundsOf(rectMask(40, 30, rect))).toEqual(rect)
  })

  test('finds nothing in an empty mask', () => {
    expect(boundsOf(rectMask(40, 30))).toBeNull()
  })
})

describe('featherMask', () => {
  const mask = discMask(90, 60, 40, 30, 9)

  test.each([
    { growPx: 0, featherPx: 0 },
    { growPx: 5, featherPx: 0 },
    { growPx: 0, featherPx: 6 },
    { growPx: 4, featherPx: 7 },
    { growPx: 60, featherPx: 20 },
  ])('is opaque for growPx, fades for featherPx, and ends there: %o', ({ growPx, featherPx }) => {
    const feathered = featherMask(mask, { growPx, featherPx })

    for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
      const distance = Math.sqrt(nearestSquared(mask, pixel % 90, Math.floor(pixel / 90)))
      const value = feathered.data[pixel]!
      if (distance <= growPx) expect(value).toBe(255)
      else if (distance > growPx + featherPx) expect(value).toBe(0)
      else expect(value, `at ${distance}`).toBeGreaterThan(0)
    }
  })

  test('never rises away from the mask', () => {
    const { data } = featherMask(mask, { growPx: 3, featherPx: 12 })

    const outward = [...data.subarray(30 * 90 + 40, 31 * 90)]

    expect(outward).toEqual(outward.toSorted((a, b) => b - a))
    expect(new Set(outward).size).toBeGreaterThan(10)
  })

  test('leaves an empty mask empty', () => {
    expect(
      featherMask(rectMask(40, 30), { growPx: 5, featherPx: 5 }).data.every((value) => value === 0),
    ).toBe(true)
  })
})

describe('featherLargeMask', () => {
  test.each([
    { growPx: 9, featherPx: 6 },
    { growPx: 90, featherPx: 80 },
  ])('is what featherMask makes, over all bands: %o', async (edge) => {
    const mask = paintMask(2500, 1300, (x, y) => Math.abs(y - x / 2) < 4 || (x % 700 === 0 && y % 400 === 0))

    const feathered = await featherLargeMask(mask, edge, new AbortController().signal)

    expect(Buffer.compare(feathered.data, featherMask(mask, edge).data)).toBe(0)
  })

  test('ends midway when it is cancelled, with the reason', async () => {
    const mask = rectMask(2500, 1300, { x: 0, y: 0, width: 2500, height: 1300 })
    const cancelling = new AbortController()

    const feathering = featherLargeMask(mask, { growPx: 3, featherPx: 2 }, cancelling.signal)
    cancelling.abort('enough')

    await expect(feathering).rejects.toBe('enough')
  })
})

describe('partsOf', () => {
  const left = { x: 10, y: 12, width: 20, height: 9 }
  const right = { x: 80, y: 40, width: 5, height: 15 }

  test('finds far parts one by one and exactly', () => {
    expect(partsOf(rectMask(120, 70, left, right), 8)).toEqual([left, right])
  })

  test('takes near parts for one', () => {
    expect(partsOf(rectMask(120, 70, left, right), 60)).toEqual([{ x: 10, y: 12, width: 75, height: 43 }])
  })

  test('joins what touches by a corner only', () => {
    const mask = rectMask(50, 30, { x: 4, y: 4, width: 6, height: 6 }, { x: 10, y: 10, width: 6, height: 6 })

    expect(partsOf(mask, 1)).toEqual([{ x: 4, y: 4, width: 12, height: 12 }])
  })

  test('follows a ring all round', () => {
    const ring = paintMask(100, 70, (x, y) => x < 3 || y < 3 || x > 96 || y > 66)

    expect(partsOf(ring, 5)).toEqual([{ x: 0, y: 0, width: 100, height: 70 }])
  })

  test('does not join over the border of a row', () => {
    const mask = rectMask(64, 40, { x: 62, y: 8, width: 2, height: 2 }, { x: 0, y: 16, width: 2, height: 2 })

    expect(partsOf(mask, 4)).toHaveLength(2)
  })

  test('finds nothing in an empty mask', () => {
    expect(partsOf(rectMask(64, 40), 4)).toEqual([])
  })
})
