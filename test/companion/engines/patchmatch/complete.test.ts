import { describe, expect, test } from 'vitest'
import {
  type CompletionRun,
  type CompletionTask,
  complete,
  finish,
  prepare,
} from '../../../../companion/engines/patchmatch/complete.ts'
import { borrow } from '../../../../companion/engines/patchmatch/kernels.ts'
import type { Start } from '../../../../companion/engines/patchmatch/starts.ts'
import { CompanionError } from '../../../../companion/errors.ts'
import type { Image, Mask, Size } from '../../../../companion/image/image.ts'
import { edgeRatio } from '../../../bench/metrics/edges.ts'
import { colourAt, grain, markWhere, noise, paint, within } from './pictures.ts'

const unwatched: CompletionRun = { onLevel: () => {}, throwIfCancelled: () => {} }

function completed(image: Image, mask: Mask, more: Partial<CompletionTask> = {}): Image {
  return complete({ image, mask, avoid: null, seed: 1, starts: 4, ...more }, unwatched)
}

/** Mean difference of the colours in the hole, in grey levels. */
function meanDifference(a: Image, b: Image): number {
  let sum = 0
  a.data.forEach((value, i) => {
    sum += Math.abs(value - b.data[i]!)
  })
  return sum / (3 * mask.data.filter((value) => value > 0).length)
}

const size = { width: 130, height: 90 }
const mask = markWhere(size, within(60, 35, 34, 28))

describe('complete', () => {
  test('keeps every known pixel', () => {
    const image = grain(size, 3)
    const result = completed(image, mask)
    mask.data.forEach((value, i) => {
      if (!value)
        expect(result.data.subarray(4 * i, 4 * i + 4)).toEqual(image.data.subarray(4 * i, 4 * i + 4))
    })
  })

  test('copies nothing of what lies in the hole', () => {
    const image = grain(size, 3)
    const loud = paint(size, (x, y) =>
      mask.data[y * size.width + x] ? [255, 0, 255, 40] : colourAt(image, x, y),
    )
    expect(completed(loud, mask).data).toEqual(completed(image, mask).data)
  })

  test('does not bring back what is removed from beside its like', () => {
    // The other one meets the hole's border, so that it is what fits best.
    const harbour = { width: 160, height: 100 }
    const isBoat = (x: number, y: number) => within(50, 30, 32, 44)(x, y) || within(96, 24, 40, 50)(x, y)
    const waves = grain(harbour, 2)
    const image = paint(harbour, (x, y) => {
      if (isBoat(x, y)) return (x + y) % 3 === 0 ? [90, 30, 10] : [190, 100, 40]
      return [60, 90, colourAt(waves, x, y)[0]!]
    })
    const marked = within(46, 26, 49, 52)
    const result = completed(image, markWhere(harbour, marked), { starts: 8 })
    for (let y = 26; y < 78; y++) {
      for (let x = 46; x < 95; x++) expect(colourAt(result, x, y)[0]).toBeLessThan(80)
    }
  })

  test('leaves the buffers it was given alone', () => {
    const image = grain(size, 3)
    const before = image.data.slice()
    completed(image, mask)
    expect(image.data).toEqual(before)
  })

  test('gives the same bytes for the same seed, and others for another', () => {
    const image = grain(size, 3)
    const first = completed(image, mask, { seed: 7 })
    expect(completed(image, mask, { seed: 7 }).data).toEqual(first.data)
    expect(completed(image, mask, { seed: 8 }).data).not.toEqual(first.data)
  })

  const isDot = (x: number, y: number) => within(4, 3, 5, 4)(x % 12, y % 10)

  test('goes on with a periodic pattern exactly', () => {
    const image = paint(size, (x, y) => (isDot(x, y) ? [220, 60, 40] : [240, 235, 220]))
    expect(completed(image, mask).data).toEqual(image.data)
  })

  test('goes on with a periodic pattern in changing light', () => {
    // No two places are the same here, so that none can be copied as it is.
    const image = paint(size, (x, y) => (isDot(x, y) ? [100 + x, 60, 40] : [120 + x, 100 + x, 90]))
    expect(meanDifference(completed(image, mask), image)).toBeLessThan(3)
  })

  test('brings a copy to the brightness around it', () => {
    // Two cards alike, the second one grey level lighter, as lossy files have it.
    const image = paint(size, (x, y) => {
      const lighter = x >= 65 ? 1 : 0
      const isCard = within(12, 20, 40, 50)(x % 65, y)
      const grey = isCard ? 60 + 3 * ((x % 65) - 12) + (y % 5) : 230
      return [grey + lighter, grey + lighter, 200 + lighter]
    })
    const marked = markWhere(size, within(85, 30, 20, 25))
    expect(completed(image, marked).data).toEqual(image.data)
  })

  test('goes on with an edge that crosses the hole', () => {
    const image = paint(size, (_, y) => (y < 50 ? [70, 120, 190] : [60, 110, 50]))
    expect(completed(image, mask).data).toEqual(image.data)
  })

  test('goes on with a gradient, without a seam', () => {
    const image = paint(size, (x, y) => [x, y, 255 - x])
    const result = completed(image, mask)
    for (let i = 0; i < result.data.length; i++) {
      expect(Math.abs(result.data[i]! - image.data[i]!)).toBeLessThanOrEqual(3)
    }
  })

  test('gives grain back some of the strength that its sources lack', () => {
    // Around the hole it is stronger than anywhere a patch could be copied from.
    const speckles = noise(size, 5)
    const image = paint(size, (x, y) => {
      const strength = within(55, 30, 44, 38)(x, y) ? 40 : 34
      return Array(3).fill(128 + (strength * (colourAt(speckles, x, y)[0]! - 128)) / 128)
    })
    const edges = [1, 2, 3].map(
      (seed) => edgeRatio(mask, completed(image, mask, { seed, starts: 8 }), image)!,
    )
    // Sources have 0.85 of it; what is only copied and blended, 0.87.
    expect(edges.reduce((sum, edge) => sum + edge) / edges.length).toBeGreaterThan(0.89)
  })

  test('goes on with its own first fill only where that is about as good as a shared one', () => {
    const image = paint(size, (x, y) => (isDot(x, y) ? [100 + x, 60, 40] : [120 + x, 100 + x, 90]))
    const spoil: Start = ({ pixels, holePixels, sources }) => {
      const from = 4 * sources[0]!
      for (const place of holePixels) pixels.copyWithin(4 * place, from, from + 4)
      return holePixels.map(() => sources[0]!)
    }
    const result = borrow(() => {
      const prepared = prepare({ image, mask, avoid: null, starts: 8 }, unwatched)
      const course = { ...prepared.course!, mostRounds: () => 0 }
      const own = [{ start: spoil, top: course.judged }]
      return finish({ ...prepared, course, own }, { seed: 1 }, unwatched)
    })
    expect(meanDifference(result, image)).toBeLessThan(3)
  })

  test('never copies from what is to be avoided', () => {
    const image = paint(size, (x, y) => (x < 50 ? [250, 20, 20] : [30 + ((x * y) % 7), 90, 160]))
    const hole = markWhere(size, within(52, 35, 34, 28))
    const avoid = markWhere(size, (x) => x < 50)
    const result = completed(image, hole, { avoid })
    for (let y = 35; y < 63; y++)
      for (let x = 52; x < 86; x++) expect(colourAt(result, x, y)[0]).toBeLessThan(60)
  })

  test('fills a cut-out with transparency where its surroundings are transparent', () => {
    const image = paint(size, (x) => (x < 77 ? [100, 110, 120, 255] : [255, 0, 255, 0]))
    const result = completed(image, mask)
    for (let y = 35; y < 63; y++) {
      for (let x = 60; x < 94; x++) {
        if (x < 77) expect(colourAt(result, x, y)).toEqual([100, 110, 120, 255])
        else expect(colourAt(result, x, y)[3]).toBe(0)
      }
    }
  })

  test('keeps grey pictures grey', () => {
    const coloured = grain(size, 2)
    const image = paint(size, (x, y) => Array(3).fill(colourAt(coloured, x, y)[0]))
    const { data } = completed(image, mask)
    for (let i = 0; i < data.length; i += 4) expect([data[i + 1], data[i + 2]]).toEqual([data[i], data[i]])
  })

  test.each<[string, { width: number; height: number }, (x: number, y: number) => boolean]>([
    ['in a tiny picture', { width: 8, height: 5 }, within(3, 1, 2, 3)],
    ['in one somewhat larger', { width: 9, height: 7 }, within(4, 2, 3, 3)],
    ['in a picture of one row', { width: 9, height: 1 }, within(3, 0, 4, 1)],
    ['of all pixels but one', { width: 30, height: 20 }, (x, y) => x !== 4 || y !== 7],
    ['across a wide picture', { width: 2000, height: 20 }, within(900, 0, 250, 20)],
    ['in a very wide picture', { width: 4000, height: 12 }, within(1700, 3, 180, 7)],
    ['over a corner', { width: 90, height: 70 }, within(0, 0, 40, 30)],
    ['of most of the picture', { width: 120, height: 90 }, within(12, 8, 100, 75)],
    ['around the picture', { width: 120, height: 90 }, (x, y) => !within(30, 25, 60, 40)(x, y)],
    ['of 500 specks', { width: 260, height: 210 }, (x, y) => x % 10 < 2 && y % 10 < 2],
    ['of thin lines', { width: 160, height: 130 }, (x, y) => (x + y) % 40 < 3],
    ['one pixel small', { width: 160, height: 130 }, within(80, 60, 1, 1)],
  ])('fills a hole %s', (_, small, holds) => {
    const image = paint(small, (x, y) => [100 + 4 * (x % 2), 140 + 4 * (y % 2), 60])
    const hole = markWhere(small, holds)
    const { data } = completed(image, hole, { starts: 2 })
    hole.data.forEach((value, i) => {
      if (!value) return
      const near = [100, 140, 60, 255].every((wanted, c) => Math.abs(data[4 * i + c]! - wanted) <= 8)
      if (!near) expect([...data.subarray(4 * i, 4 * i + 4)]).toEqual([100, 140, 60, 255])
    })
  })

  test('gives the picture back when nothing is marked', () => {
    const image = grain(size, 3)
    expect(
      completed(
        image,
        markWhere(size, () => false),
      ).data,
    ).toEqual(image.data)
  })

  test.each<[string, Mask, Mask | null]>([
    ['the mask covers all', markWhere(size, () => true), null],
    ['mask and avoid together do', mask, markWhere(size, (x, y) => !within(60, 35, 34, 28)(x, y))],
  ])('refuses when %s', (_, covering, avoid) => {
    const refuse = () => completed(grain(size, 3), covering, { avoid })
    expect(refuse).toThrow(CompanionError)
    expect(refuse).toThrow(expect.objectContaining({ code: 'mask-covers-all' }))
  })

  test('tells the levels: the total at once, one more each time, up to the total', () => {
    const told: [number, number][] = []
    const onLevel = (done: number, total: number) => told.push([done, total])
    complete({ image: grain(size, 3), mask, avoid: null, seed: 1, starts: 8 }, { ...unwatched, onLevel })
    const total = told[0]![1]
    expect(total).toBeGreaterThan(8)
    expect(told).toEqual(Array.from({ length: total + 1 }, (_, done) => [done, total]))
  })

  /** How many levels are worked on in all, and how often it is asked whether to go on: once a pass, and now and then. */
  function workOn(large: Size, hole: (x: number, y: number) => boolean): { levels: number; checks: number } {
    const work = { levels: 0, checks: 0 }
    const task = { image: noise(large, 2), mask: markWhere(large, hole), avoid: null, seed: 1, starts: 8 }
    complete(task, {
      onLevel: (_, total) => void Object.assign(work, { levels: total }),
      throwIfCancelled: () => void work.checks++,
    })
    return work
  }

  test.each<[string, Size, (x: number, y: number) => boolean, number]>([
    // At level 2 it is 20 px deep. The picture can be halved four times, so first fills begin at level 4, where the hole is 5 px
    // deep, and one at level 3, where it is 10.
    ['80 px deep', { width: 600, height: 400 }, within(200, 100, 160, 160), 7 * 3 + 2 + 3],
    // At level 1 it is 15 px deep. Five begin at level 3, the smallest, two at level 2, and one at level 1.
    ['30 px deep', { width: 300, height: 220 }, within(100, 80, 60, 60), 5 * 3 + 2 * 2 + 1 + 2],
  ])(
    'tries eight first fills of a hole %s down to where it is about 18, and one of them on',
    (_, large, hole, levels) => {
      expect(workOn(large, hole).levels).toBe(levels)
    },
  )

  test('tries one first fill where even the smallest level of the picture is large', () => {
    expect(workOn({ width: 1200, height: 40 }, within(300, 0, 300, 40)).levels).toBe(2)
  })

  test.each([
    ['a wire', (x: number, y: number) => Math.abs(x - 2 * y) < 5],
    ['specks of dust', (x: number, y: number) => x % 40 < 5 && y % 30 < 5],
  ])('fills %s from one first fill, in at most four rounds of two passes', (_, hole) => {
    const { levels, checks } = workOn({ width: 300, height: 180 }, hole)
    expect(levels).toBe(2)
    // Before and after, and two passes in the end.
    expect(checks).toBeLessThanOrEqual(3 + 4 * 2 + 2)
  })

  test('ends rounds that would never stand still: at most 12 at the smallest level', () => {
    const { checks } = workOn({ width: 300, height: 180 }, within(100, 60, 90, 60))
    const mostPasses = 2 * 12
    const judging = 2
    const [firstFills, levelsOfEach] = [8, 3]
    expect(checks).toBeLessThanOrEqual(
      firstFills * (levelsOfEach * mostPasses + judging + 1) + 2 * mostPasses + 5,
    )
  })

  test('ends with what throwIfCancelled throws', () => {
    const reason = new Error('enough')
    let checks = 0
    const throwIfCancelled = () => {
      if (++checks === 20) throw reason
    }
    const task = { image: grain(size, 3), mask, avoid: null, seed: 1, starts: 8 }
    expect(() => complete(task, { ...unwatched, throwIfCancelled })).toThrow(reason)
    expect(checks).toBe(20)
  })
})
