import { describe, expect, test } from 'vitest'
import type { Predict } from '../../../companion/diffusion/denoise.ts'
import { predictInSlices, sliceLatents } from '../../../companion/diffusion/slices.ts'
import type { Rect } from '../../../companion/protocol.ts'

const whole = { width: 13, height: 9 }
const slice = { width: 6, height: 5 }
const slices = sliceLatents(whole, slice)

describe('sliceLatents', () => {
  test('covers everything, with a quarter or more in common', () => {
    expect(slices.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [4, 0],
      [7, 0],
      [0, 2],
      [4, 2],
      [7, 2],
      [0, 4],
      [4, 4],
      [7, 4],
    ])
  })

  test('is one slice where that is as large as the whole', () => {
    expect(sliceLatents(whole, whole)).toEqual([{ x: 0, y: 0, ...whole }])
  })

  test.each([64, 100, 128, 200])('leaves no gap and nothing outside in %i', (width) => {
    const rects = sliceLatents({ width, height: 48 }, { width: 64, height: 48 })
    for (const [i, rect] of rects.slice(1).entries()) {
      expect(rects[i]!.x + 64 - rect.x).toBeGreaterThanOrEqual(16)
    }
    expect(rects[0]!.x).toBe(0)
    expect(rects.at(-1)!.x + 64).toBe(width)
  })
})

describe('predictInSlices', () => {
  test('is the network itself, where that looks at single places', async () => {
    const ofPlaces: Predict = async (sample, timestep, embeddings) => {
      const rows = embeddings.length / 2
      return firstPlanes(sample, rows).map((value) => value * timestep)
    }
    const sample = Float32Array.from({ length: 2 * 9 * 13 * 9 }, (_, i) => Math.sin(i))
    const embeddings = new Float32Array(2 * 2)
    const sliced = await predictInSlices(ofPlaces, whole, slices)(sample, 3, embeddings)
    const direct = await ofPlaces(sample, 3, embeddings)
    for (const [i, value] of sliced.entries()) expect(value).toBeCloseTo(direct[i]!, 5)
  })

  test('shows the network the parts that it is loaded for, with all rows', async () => {
    const seen: number[] = []
    const predict: Predict = async (sample) => {
      seen.push(sample.length)
      return new Float32Array(2 * 4 * 6 * 5)
    }
    await predictInSlices(predict, whole, slices)(new Float32Array(2 * 9 * 13 * 9), 1, new Float32Array(4))
    expect(seen).toEqual(slices.map(() => 2 * 9 * 6 * 5))
  })

  test('lets a slice count less towards its border', async () => {
    const two: readonly Rect[] = [
      { x: 0, y: 0, width: 4, height: 1 },
      { x: 2, y: 0, width: 4, height: 1 },
    ]
    let call = 0
    const predict: Predict = async () => new Float32Array(4).fill(call++)
    const mean = await predictInSlices(predict, { width: 6, height: 1 }, two)(
      new Float32Array(9 * 6),
      1,
      new Float32Array(1),
    )
    // Weights 1, 2, 2, 1: where they overlap the first has 2 and 1, the second 1 and 2.
    expect([...mean].map((value) => Number(value.toFixed(5)))).toEqual([0, 0, 0.33333, 0.66667, 1, 1])
  })
})

/** The first four of nine, of each row. */
function firstPlanes(sample: Float32Array, rows: number): Float32Array {
  const length = sample.length / rows
  const kept = (length / 9) * 4
  return Float32Array.from(
    { length: rows * kept },
    (_, i) => sample[Math.floor(i / kept) * length + (i % kept)]!,
  )
}
