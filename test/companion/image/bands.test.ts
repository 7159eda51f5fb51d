import { describe, expect, test } from 'vitest'
import { bandsOf, stepByStep } from '../../../companion/image/bands.ts'
import type { Rect } from '../../../companion/protocol.ts'

const { signal } = new AbortController()
const area = { x: 7, y: 11, width: 2 ** 18, height: 10 }

describe('bandsOf', () => {
  test.each([
    [1, [4, 4, 2]],
    [5, [5, 5]],
    [99, [10]],
  ])('covers the area from the top, with at least %i rows each', async (fewestRows, heights) => {
    const bands: Rect[] = []
    for await (const band of bandsOf(area, signal, fewestRows)) bands.push(band)

    expect(bands.map(({ height }) => height)).toEqual(heights)
    expect(bands.map(({ y }) => y)).toEqual(heights.map((_, k) => 11 + k * heights[0]!))
    expect(bands.every(({ x, width }) => x === 7 && width === 2 ** 18)).toBe(true)
  })

  test('ends after the band in which it is cancelled, with the reason', async () => {
    const cancelling = new AbortController()
    const seen: Rect[] = []
    const looking = async () => {
      for await (const band of bandsOf(area, cancelling.signal)) {
        seen.push(band)
        cancelling.abort('enough')
      }
    }

    await expect(looking()).rejects.toBe('enough')
    expect(seen).toHaveLength(1)
  })
})

describe('stepByStep', () => {
  test('goes all steps and gives what they come to', async () => {
    let count = 0
    function* steps() {
      for (; count < 1000; count += 1) yield
      return 'all'
    }

    expect(await stepByStep(steps(), signal)).toBe('all')
    expect(count).toBe(1000)
  })

  test('ends midway when it is cancelled, with the reason', async () => {
    const cancelling = new AbortController()
    let count = 0
    function* steps() {
      for (; count < 1000; count += 1) yield
    }

    const going = stepByStep(steps(), cancelling.signal)
    cancelling.abort('enough')

    await expect(going).rejects.toBe('enough')
    expect(count).toBeLessThan(100)
  })
})
