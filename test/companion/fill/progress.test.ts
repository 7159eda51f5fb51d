import { expect, test } from 'vitest'
import { spreadProgress } from '../../../companion/fill/progress.ts'
import type { Progress } from '../../../companion/run.ts'

const { signal } = new AbortController()

function reportsOf(calls: readonly (readonly [done: number, total: number])[][]): Progress[] {
  const reports: Progress[] = []
  const nextRun = spreadProgress({ signal, onProgress: (progress) => reports.push(progress) }, calls.length)
  for (const call of calls) {
    const run = nextRun()
    for (const [done, total] of call) run.onProgress({ stage: 'fill', done, total, unit: 'levels' })
  }
  return reports
}

test('two calls make one progress', () => {
  const calls = [
    [
      [0, 4],
      [2, 4],
      [4, 4],
    ],
    [
      [0, 4],
      [4, 4],
    ],
  ] as const

  expect(reportsOf(calls.map((call) => [...call])).map(({ done, total }) => [done, total])).toEqual([
    [0, 8],
    [2, 8],
    [4, 8],
    [4, 8],
    [8, 8],
  ])
})

test('never falls, whatever the engine says', () => {
  const done = reportsOf([
    [
      [3, 9],
      [1, 9],
      [9, 9],
    ],
    [
      [0, 2],
      [2, 2],
    ],
    [
      [0, 0],
      [30, 20],
    ],
  ])

  const shares = done.map((report) => report.done / report.total)
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  expect(shares.at(-1)).toBe(1)
})

test('says how long it will take as soon as something was done', () => {
  const reports = reportsOf([
    [
      [1, 4],
      [2, 4],
      [4, 4],
    ],
  ])

  expect(reports.map(({ etaMs }) => etaMs === undefined)).toEqual([true, false, false])
  expect(reports.at(-1)!.etaMs).toBe(0)
})

test('passes what is not about filling', () => {
  const reports: Progress[] = []
  const nextRun = spreadProgress({ signal, onProgress: (progress) => reports.push(progress) }, 3)

  nextRun().onProgress({ stage: 'load', done: 5, total: 10, unit: 'bytes' })

  expect(reports).toEqual([{ stage: 'load', done: 5, total: 10, unit: 'bytes' }])
})
