import { readFileSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Pairing, printCode } from '../../companion/pairing.ts'
import { type DataFolder, openDataFolder } from '../../companion/settings.ts'
import { revokeAll } from '../../companion/tokens.ts'
import { temporaryFolder } from '../support/data-folder.ts'

const minuteMs = 60_000
const followEveryMs = 1000

interface Trial {
  readonly pairing: Pairing
  readonly folder: DataFolder
  /** All codes that were to be shown. */
  readonly shown: readonly string[]
  readonly revoked: readonly string[]
}

function startPairing(folder = openDataFolder(temporaryFolder())): Trial {
  const shown: string[] = []
  const revoked: string[] = []
  const pairing = new Pairing({
    folder,
    followEveryMs,
    onCode: (code) => shown.push(code),
    onRevoked: (clients) => revoked.push(...clients),
  })
  onTestFinished(() => pairing.stop())
  return { pairing, folder, shown, revoked }
}

function pairNow(pairing: Pairing): string {
  const result = pairing.pair(pairing.code)
  if (result.outcome !== 'paired') throw new Error(`Expected to be paired but was ${result.outcome}.`)
  return result.token
}

function wrongCode({ code }: Pairing): string {
  return code === '000000' ? '111111' : '000000'
}

function lock(pairing: Pairing): void {
  for (let attempt = 0; attempt < 5; attempt += 1) pairing.pair(wrongCode(pairing))
}

describe('Pairing', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('shows a code of six digits at the start', () => {
    const { pairing, shown } = startPairing()
    expect(shown).toEqual([pairing.code])
    expect(pairing.code).toMatch(/^\d{6}$/)
  })

  test('gives a token of 256 bits for the code, and knows it again', () => {
    const { pairing } = startPairing()
    const token = pairNow(pairing)
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(pairing.clientOf(token)).not.toBeNull()
    expect(pairing.clientOf(`${token}x`)).toBeNull()
    expect(pairing.clientOf('')).toBeNull()
  })

  test('spends the code, and shows a new one', () => {
    const { pairing, shown } = startPairing()
    const { code } = pairing
    pairNow(pairing)
    expect(shown).toHaveLength(2)
    expect(pairing.code).toBe(shown[1])
    expect(pairing.pair(code).outcome).toBe('wrong')
  })

  test('replaces a code after five minutes', () => {
    const { shown } = startPairing()
    vi.advanceTimersByTime(5 * minuteMs - 1)
    expect(shown).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(shown).toHaveLength(2)
  })

  test('counts five minutes from the last code, not from the first', () => {
    const { pairing, shown } = startPairing()
    vi.advanceTimersByTime(4 * minuteMs)
    pairNow(pairing)
    vi.advanceTimersByTime(4 * minuteMs)
    expect(shown).toHaveLength(2)
  })

  test('counts wrong codes down to none, then locks', () => {
    const { pairing } = startPairing()
    const left = Array.from({ length: 5 }, () => pairing.pair(wrongCode(pairing)))
    expect(left).toEqual([4, 3, 2, 1, 0].map((attemptsLeft) => ({ outcome: 'wrong', attemptsLeft })))
    expect(pairing.pair(pairing.code)).toEqual({ outcome: 'locked', retryAfterMs: minuteMs })
    expect(pairing.attemptsLeft).toBe(0)
  })

  test('unlocks by itself, and locks for twice as long each time, up to an hour', () => {
    const { pairing } = startPairing()
    for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
      lock(pairing)
      expect(pairing.pair(pairing.code)).toEqual({ outcome: 'locked', retryAfterMs: minutes * minuteMs })
      vi.advanceTimersByTime(minutes * minuteMs - 1)
      expect(pairing.attemptsLeft).toBe(0)
      vi.advanceTimersByTime(1)
      expect(pairing.attemptsLeft).toBe(5)
    }
    expect(pairing.pair(pairing.code).outcome).toBe('paired')
  })

  test('starts counting anew after a right code', () => {
    const { pairing } = startPairing()
    lock(pairing)
    vi.advanceTimersByTime(minuteMs)
    pairing.pair(wrongCode(pairing))
    pairNow(pairing)
    expect(pairing.attemptsLeft).toBe(5)
    lock(pairing)
    expect(pairing.pair(pairing.code)).toEqual({ outcome: 'locked', retryAfterMs: minuteMs })
  })

  test('knows paired clients while it is locked', () => {
    const { pairing } = startPairing()
    const token = pairNow(pairing)
    lock(pairing)
    expect(pairing.clientOf(token)).not.toBeNull()
  })

  test('knows its clients after a restart, by hashes that only the owner can read', () => {
    const { pairing, folder } = startPairing()
    const token = pairNow(pairing)
    pairing.stop()
    const { pairing: again } = startPairing(folder)
    expect(again.clientOf(token)).toBe(pairing.clientOf(token))
    expect(readFileSync(folder.tokens, 'utf8')).not.toContain(token)
    expect(statSync(folder.tokens).mode & 0o777).toBe(0o600)
  })

  test('keeps the token of its page in memory only', () => {
    const { pairing, folder } = startPairing()
    expect(pairing.clientOf(pairing.pageToken)).not.toBeNull()
    pairing.stop()
    const { pairing: again } = startPairing(folder)
    expect(again.pageToken).not.toBe(pairing.pageToken)
    expect(again.clientOf(pairing.pageToken)).toBeNull()
  })

  test('takes a code that was printed before the start', () => {
    const folder = openDataFolder(temporaryFolder())
    const code = printCode(folder)
    expect(startPairing(folder).pairing.code).toBe(code)
  })

  test('does not take a printed code that is too old', () => {
    const folder = openDataFolder(temporaryFolder())
    const code = printCode(folder)
    vi.advanceTimersByTime(5 * minuteMs)
    expect(startPairing(folder).pairing.code).not.toBe(code)
  })

  test('does not forget a client that was paired by another process', () => {
    const { pairing, folder } = startPairing()
    const other = startPairing(folder).pairing
    const theirs = pairNow(other)
    const ours = pairNow(pairing)
    const { pairing: later } = startPairing(folder)
    expect([later.clientOf(theirs), later.clientOf(ours)]).not.toContain(null)
  })

  test('follows when `infill pair` prints a code, and lifts the lock', () => {
    const { pairing, folder, shown } = startPairing()
    lock(pairing)
    const code = printCode(folder)
    vi.advanceTimersByTime(followEveryMs)
    expect(shown.at(-1)).toBe(code)
    expect(pairing.attemptsLeft).toBe(5)
    expect(pairing.pair(code).outcome).toBe('paired')
    vi.advanceTimersByTime(followEveryMs)
    expect(pairing.pair(code).outcome).toBe('wrong')
  })

  test('follows when `infill pair --revoke` forgets all clients, and names them', () => {
    const { pairing, folder, revoked } = startPairing()
    const token = pairNow(pairing)
    const client = pairing.clientOf(token)
    revokeAll(folder.tokens)
    vi.advanceTimersByTime(followEveryMs)
    expect(revoked).toEqual([client])
    expect(pairing.clientOf(token)).toBeNull()
    expect(pairing.clientOf(pairing.pageToken)).not.toBeNull()
  })
})
