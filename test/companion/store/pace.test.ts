import { describe, expect, test } from 'vitest'
import { type ByteProgress, startPace } from '../../../companion/store/pace.ts'
import { testClock } from '../../support/test-clock.ts'

describe('startPace', () => {
  test('tells the time that is left, from the speed of the last seconds', () => {
    const { update, clock, told } = pace(100_000)
    update(0)
    clock.advance(1000)
    update(10_000)
    expect(told.at(-1)).toEqual({
      stage: 'download',
      done: 10_000,
      total: 100_000,
      unit: 'bytes',
      etaMs: 9000,
    })
    clock.advance(60_000)
    update(11_000)
    clock.advance(1000)
    update(31_000)
    expect(told.at(-1)).toMatchObject({ etaMs: 3450 })
  })

  test('does not guess before it knows a speed', () => {
    const { update, told } = pace(100_000)
    update(5000)
    expect(told).toEqual([{ stage: 'download', done: 5000, total: 100_000, unit: 'bytes' }])
  })

  test('tells at most five times a second, and the end always', () => {
    const { update, clock, told } = pace(1000)
    for (let bytes = 0; bytes <= 1000; bytes += 10) {
      update(bytes)
      clock.advance(10)
    }
    expect(told.map(({ done }) => done)).toEqual([0, 200, 400, 600, 800, 1000])
  })

  test('never goes back where a download starts over', () => {
    const { update, clock, told } = pace(1000)
    for (const bytes of [0, 600, 100, 500, 800]) {
      update(bytes)
      clock.advance(1000)
    }
    expect(told.map(({ done }) => done)).toEqual([0, 600, 600, 600, 800])
    expect(told.at(-1)).toMatchObject({ etaMs: 571 })
  })
})

function pace(totalBytes: number) {
  const clock = testClock()
  const told: ByteProgress[] = []
  const run = { signal: new AbortController().signal, onProgress: (each: ByteProgress) => told.push(each) }
  return { ...startPace('download', totalBytes, clock, run), clock, told }
}
