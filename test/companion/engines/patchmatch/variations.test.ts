import { describe, expect, test } from 'vitest'
import {
  type CompletionRun,
  type CompletionTask,
  complete,
} from '../../../../companion/engines/patchmatch/complete.ts'
import { borrow, takenBytes } from '../../../../companion/engines/patchmatch/kernels.ts'
import { createCompleter } from '../../../../companion/engines/patchmatch/variations.ts'
import { CompanionError } from '../../../../companion/errors.ts'
import { clutter, markWhere, noise, paint, within } from './pictures.ts'

const size = { width: 130, height: 90 }
const mask = markWhere(size, within(60, 35, 34, 28))
const unwatched: CompletionRun = { onLevel: () => {}, throwIfCancelled: () => {} }

const taskOf = (seed: number, more: Partial<CompletionTask> = {}): CompletionTask => ({
  image: clutter(size),
  mask,
  avoid: null,
  seed,
  starts: 8,
  ...more,
})

/** The levels that were told: how many in all, and how many of them were done before. */
function watched(): { run: CompletionRun; told: { total: number; before: number } } {
  const told = { total: -1, before: -1 }
  const onLevel = (done: number, total: number) => {
    if (told.total < 0) Object.assign(told, { total, before: done - (done > 0 ? 1 : 0) })
  }
  return { run: { ...unwatched, onLevel }, told }
}

describe('createCompleter', () => {
  test('gives each seed the bytes that it gets alone, in any order', () => {
    const completeNext = createCompleter()
    for (const seed of [5, 6, 7, 5]) {
      expect(completeNext(taskOf(seed), unwatched).data).toEqual(complete(taskOf(seed), unwatched).data)
    }
  })

  test('prepares a picture once for all seeds', () => {
    const completeNext = createCompleter()
    const first = watched()
    completeNext(taskOf(5), first.run)
    const second = watched()
    completeNext(taskOf(6), second.run)
    expect(first.told.before).toBe(0)
    expect(second.told.total).toBe(first.told.total)
    expect(second.told.before).toBeGreaterThan(first.told.total / 3)
  })

  test('keeps what it prepared of several tiles in turn', () => {
    const completeNext = createCompleter()
    const other = { mask: markWhere(size, within(20, 25, 34, 28)) }
    for (const seed of [5, 6]) {
      const here = watched()
      expect(completeNext(taskOf(seed), here.run).data).toEqual(complete(taskOf(seed), unwatched).data)
      const there = watched()
      const tile = taskOf(seed, other)
      expect(completeNext(tile, there.run).data).toEqual(complete(tile, unwatched).data)
      for (const { told } of [here, there]) expect(told.before > 0).toBe(seed === 6)
    }
  })

  test('forgets earlier tiles once they take too much memory, and gives that back', () => {
    const before = takenBytes()
    const taken = (mostKeptBytes: number) => {
      const completeNext = createCompleter(mostKeptBytes)
      return borrow(() =>
        [0, 10, 20, 30, 40].map((left) => {
          completeNext(taskOf(5, { starts: 1, mask: markWhere(size, within(left, 25, 30, 24)) }), unwatched)
          return takenBytes() - before
        }),
      )
    }
    const [one, two, , , five] = taken(256e6)
    expect(five).toBeGreaterThan(4 * one!)
    expect(Math.max(...taken(before + one!))).toBeLessThanOrEqual(1.1 * two!)
  })

  test('finishes what was prepared once thoroughly and once not', () => {
    const completeNext = createCompleter()
    const plain = completeNext(taskOf(5), unwatched).data
    const thorough = completeNext(taskOf(5, { isThorough: true }), unwatched).data
    expect(thorough).not.toEqual(plain)
    expect(thorough).toEqual(complete(taskOf(5, { isThorough: true }), unwatched).data)
    expect(completeNext(taskOf(5), unwatched).data).toEqual(plain)
  })

  test.each<[string, Partial<CompletionTask>]>([
    ['the picture', { image: noise(size, 3) }],
    ['the mask', { mask: markWhere(size, within(20, 25, 34, 28)) }],
    ['what to avoid', { avoid: markWhere(size, within(0, 0, 50, 90)) }],
    ['how many first fills are tried', { starts: 2 }],
  ])('prepares anew when %s is another', (_, more) => {
    const completeNext = createCompleter()
    completeNext(taskOf(5), unwatched)
    const other = taskOf(5, more)
    expect(completeNext(other, unwatched).data).toEqual(complete(other, unwatched).data)
    expect(completeNext(taskOf(6), unwatched).data).toEqual(complete(taskOf(6), unwatched).data)
  })

  test.each([1, 25])('goes on after a cancel (at check %d)', (last) => {
    const completeNext = createCompleter()
    let checks = 0
    const throwIfCancelled = () => {
      if (++checks === last) throw new Error('enough')
    }
    expect(() => completeNext(taskOf(5), { ...unwatched, throwIfCancelled })).toThrow('enough')
    expect(completeNext(taskOf(5), unwatched).data).toEqual(complete(taskOf(5), unwatched).data)
  })

  test('goes on after a task that cannot be completed', () => {
    const completeNext = createCompleter()
    const refused = taskOf(5, { mask: markWhere(size, () => true) })
    expect(() => completeNext(refused, unwatched)).toThrow(CompanionError)
    expect(completeNext(taskOf(5), unwatched).data).toEqual(complete(taskOf(5), unwatched).data)
  })
})

describe('variations', () => {
  /** Mean difference of the colours in the hole, in grey levels. */
  function difference(a: Uint8Array, b: Uint8Array): number {
    const count = mask.data.filter((value) => value > 0).length
    return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / (3 * count)
  }

  test('differ visibly in clutter', () => {
    // Blank under the mask: of what is removed nothing is learnt by chance, which would make one first fill much better than others.
    const blank = clutter(size)
    mask.data.forEach((value, place) => {
      if (value > 0) blank.data.fill(255, 4 * place, 4 * place + 4)
    })
    const [a, b, c] = [1, 2, 3].map((seed) => complete(taskOf(seed, { image: blank }), unwatched).data)
    for (const [one, other] of [
      [a!, b!],
      [a!, c!],
      [b!, c!],
    ] as const) {
      expect(difference(one, other)).toBeGreaterThan(5)
    }
  })

  test('are equal where the picture continues exactly', () => {
    const image = paint(size, (x, y) =>
      within(4, 3, 5, 4)(x % 12, y % 10) ? [220, 60, 40] : [240, 235, 220],
    )
    for (const seed of [1, 2, 3])
      expect(complete(taskOf(seed, { image }), unwatched).data).toEqual(image.data)
  })
})
