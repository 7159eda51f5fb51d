import { afterEach, describe, expect, test } from 'vitest'
import { complete } from '../../../../companion/engines/patchmatch/complete.ts'
import { createField, type Field, meanCost } from '../../../../companion/engines/patchmatch/field.ts'
import { bytes, ints, kernels, whileChecking } from '../../../../companion/engines/patchmatch/kernels.ts'
import { createLevel, type Level } from '../../../../companion/engines/patchmatch/level.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import { everywhere, settle } from '../../../../companion/engines/patchmatch/refine.ts'
import { refreshCosts, searchPass } from '../../../../companion/engines/patchmatch/search.ts'
import {
  bandsOf,
  endHelpers,
  runTogether,
  startHelpers,
} from '../../../../companion/engines/patchmatch/team.ts'
import { vote } from '../../../../companion/engines/patchmatch/vote.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { grain, markWhere, paint, sceneOf, within } from './pictures.ts'

const size = { width: 190, height: 130 }
const mask = markWhere(size, within(60, 35, 70, 55))
const picture = grain(size, 3)

afterEach(endHelpers)

/** What `work` gives on so many threads. */
function withThreads<T>(threads: number, work: () => T): T {
  startHelpers(threads - 1)
  try {
    return work()
  } finally {
    endHelpers()
  }
}

function begin(): { level: Level; field: Field } {
  const level = createLevel(sceneOf(picture, mask), 3)
  const field = createField(level)
  const random = createRandom(4)
  for (const target of level.targets) field.match[target] = level.sources[random(level.sources.length)]!
  vote(level, field, 1)
  refreshCosts(level, field)
  return { level, field }
}

describe('bandsOf', () => {
  const places = ints(4001).map((_, k) => 3 * k)
  test.each([1, 2, 3])('gives each of %i threads as much of the list, in order', (threads) => {
    const bands = withThreads(threads, () => bandsOf(places))
    expect(bands.map(({ length }) => Math.round(length / 10))).toEqual(
      Array(threads).fill(Math.round(400 / threads)),
    )
    expect(bands.flatMap((band) => [...band])).toEqual([...places])
  })

  test('does not share out a short list', () => {
    expect(withThreads(2, () => bandsOf(places.subarray(0, 100)))).toHaveLength(1)
  })
})

describe('runTogether', () => {
  test('runs the kernel once with each of the values, and sums what it returns', () => {
    const flags = bytes(3000).fill(1)
    const values = bandsOf(ints(3)).map(() => [flags, 1])
    expect(runTogether('countFlags', values)).toBe(1)
    startHelpers(2)
    for (let k = 0; k < 5000; k++) {
      expect(
        runTogether('countFlags', [
          [flags, 1],
          [flags, k % 1000],
          [flags, 300],
        ]),
      ).toBe(301 + (k % 1000))
    }
  })

  test('works in memory that came after the helper had started', () => {
    startHelpers(1)
    runTogether(
      'countFlags',
      [0, 0].map((count) => [bytes(1), count]),
    )
    const late = bytes(50_000_000)
    const [own, helped] = [late.subarray(0, 160), late.subarray(-160)]
    runTogether(
      'invert',
      [own, helped].map((part) => [part, part.length]),
    )
    expect(kernels.countFlags(late, late.length)).toBe(320)
  })

  test('fails with what failed in the helper', () => {
    startHelpers(1)
    const beyondAll = 2 ** 32 - 1000
    expect(() =>
      runTogether('countFlags', [
        [bytes(100), 100],
        [beyondAll, 100],
      ]),
    ).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: 'memory access out of bounds' }) }),
    )
  })
})

describe('a cancel', () => {
  test('calls the helpers off too, and they work again afterwards', () => {
    const reason = new Error('enough')
    const check = () => {
      throw reason
    }
    const { level, field } = begin()
    const measure = () =>
      runTogether(
        'refreshCosts',
        [0, 0].map(() => [level.pixels, level.width, 3, long, long.length, field.match, field.cost]),
      )
    const long = ints(5_000_000).fill(level.targets[0]!)
    startHelpers(1)
    for (let k = 0; k < 5; k++) expect(() => whileChecking(check, measure)).toThrow(reason)
    vote(level, field, 1)
    refreshCosts(level, field)
    const helped = [...field.cost]
    endHelpers()
    refreshCosts(level, field)
    expect([...field.cost]).toEqual(helped)
  })
})

describe('two threads', () => {
  test('vote and measure to the same bytes as one', () => {
    const results = [1, 2].map((threads) => {
      const { level, field } = begin()
      searchPass(level, field, { backwards: false, radiusPx: 50, samples: 2 }, 1)
      const change = withThreads(threads, () => {
        const changed = vote(level, field, 1)
        refreshCosts(level, field)
        return changed
      })
      return { change, pixels: [...level.pixels], cost: [...field.cost] }
    })
    expect(results[1]).toEqual(results[0])
  })

  test.each([false, true])('search to the same matches every time (backwards: %s)', (backwards) => {
    const runs = Array.from({ length: 6 }, () => {
      const { level, field } = begin()
      withThreads(2, () => searchPass(level, field, { backwards, radiusPx: 50, samples: 2 }, 3))
      return [...field.match]
    })
    for (const matches of runs) expect(matches).toEqual(runs[0])
  })

  test('never make a match worse, and state its cost truly', () => {
    const { level, field } = begin()
    const before = field.cost.slice()
    withThreads(2, () => searchPass(level, field, { backwards: false, radiusPx: 50, samples: 2 }, 3))
    const found = field.cost.slice()
    for (const target of level.targets) expect(found[target]).toBeLessThanOrEqual(before[target]!)
    refreshCosts(level, field)
    expect([...field.cost]).toEqual([...found])
  })

  test('find matches as good as one finds, within 3 %', () => {
    const energies = [1, 2].map((threads) => {
      const { level, field } = begin()
      const rounds = { random: createRandom(1), throwIfCancelled() {} }
      withThreads(threads, () => settle(level, field, rounds, { most: 6, look: everywhere(level) }))
      refreshCosts(level, field)
      return meanCost(level, field)
    })
    expect(energies[1]! / energies[0]!).toBeGreaterThan(0.97)
    expect(energies[1]! / energies[0]!).toBeLessThan(1.03)
  })

  const completed = (image: Image, threads: number) =>
    withThreads(threads, () =>
      complete({ image, mask, avoid: null, seed: 1, starts: 4 }, { onLevel() {}, throwIfCancelled() {} }),
    )

  test('give the same bytes for the same seed, and keep every known pixel', () => {
    const first = completed(picture, 2)
    expect(completed(picture, 2).data).toEqual(first.data)
    mask.data.forEach((value, i) => {
      const pixel = ({ data }: Image) => data.subarray(4 * i, 4 * i + 4)
      if (!value) expect(pixel(first)).toEqual(pixel(picture))
    })
  })

  test.each<[string, Image]>([
    [
      'a pattern',
      paint(size, (x, y) => (within(4, 3, 5, 4)(x % 12, y % 10) ? [220, 60, 40] : [240, 235, 220])),
    ],
    ['an edge', paint(size, (_, y) => (y < 60 ? [70, 120, 190] : [60, 110, 50]))],
  ])('go on with %s exactly', (_, image) => {
    expect(completed(image, 2).data).toEqual(image.data)
  })
})
