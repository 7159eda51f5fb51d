import { expect, test } from 'vitest'
import { ProgressLine } from '../../../companion/cli/progress-line.ts'
import type { ByteProgress } from '../../../companion/store/pace.ts'

function open(isTTY: boolean) {
  const written: string[] = []
  const line = new ProgressLine({
    isTTY,
    write: (text: string | Uint8Array) => written.push(String(text)) > 0,
  })
  const show = (done: number, rest: Partial<ByteProgress> = {}) =>
    line.show('LaMa', { stage: 'download', done, total: 206_000_000, unit: 'bytes', ...rest })
  return { line, show, written }
}

test('is one line that changes on a terminal, and gives way to what is said next', () => {
  const { line, show, written } = open(true)
  show(0)
  show(103_000_000, { etaMs: 11_200 })
  show(104_000_000, { stage: 'load', etaMs: 61_000 })
  line.clear()
  expect(written).toEqual([
    '\rDownloading LaMa: 0 %, 0 kB of 206 MB\x1b[K',
    '\rDownloading LaMa: 50 %, 103 MB of 206 MB, 12 s left\x1b[K',
    '\rChecking LaMa: 50 %, 104 MB of 206 MB, 2 min left\x1b[K',
    '\r\x1b[K',
  ])
})

test('is a new line for each tenth elsewhere', () => {
  const { line, show, written } = open(false)
  for (let done = 0; done <= 206_000_000; done += 2_060_000) show(done)
  line.clear()
  expect(written).toHaveLength(11)
  expect(written[3]).toBe('Downloading LaMa: 30 %, 62 MB of 206 MB\n')
})

test('has nothing to clear where nothing was said', () => {
  const { line, written } = open(true)
  line.clear()
  expect(written).toEqual([])
})
