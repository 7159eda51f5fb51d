import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

test('availablePeers leaves out what is not there, and says how to install it', async () => {
  vi.stubEnv('INFILL_BENCH_PYTHON', '/no/such/python')
  const { availablePeers } = await import('./contestants.ts')
  const lines: string[] = []

  expect(await availablePeers(['Telea'], (line) => lines.push(line))).toEqual([])
  expect(lines).toEqual([
    expect.stringMatching(
      /^Telea is left out: .*\/no\/such\/python.*INFILL_BENCH_PYTHON.*pip install opencv/,
    ),
  ])
})

test('availablePeers refuses a name that it does not know', async () => {
  const { availablePeers } = await import('./contestants.ts')

  await expect(availablePeers(['nobody'], () => {})).rejects.toThrow(/pypatchmatch.*nobody/)
})
