import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FillSettings, OpenEngine, Tile } from '../../../../companion/engines/engine.ts'
import { complete } from '../../../../companion/engines/patchmatch/complete.ts'
import { createPatchmatch } from '../../../../companion/engines/patchmatch/index.ts'
import type { Progress, Run } from '../../../../companion/run.ts'
import { noMeans } from '../../../support/means.ts'
import { clutter, markWhere, noise, paint, within } from './pictures.ts'

const settings: FillSettings = {
  task: 'remove',
  prompt: '',
  negativePrompt: '',
  seed: 3,
  options: { quality: 'balanced' },
}
const unhurried = (): Run => ({ signal: new AbortController().signal, onProgress: () => {} })

function tileOf(width: number, height: number): Tile {
  const side = Math.round(height / 3)
  return {
    image: noise({ width, height }, 1),
    mask: markWhere({ width, height }, within(side, side, side, side)),
    avoid: null,
  }
}
const small = tileOf(90, 60)
/** Large enough for its work to be shared. */
const shared = tileOf(300, 200)
/** Busy for many seconds: only there to be stopped. */
const endless = tileOf(1500, 1200)

let engine: OpenEngine

test('wants to see as much on each side as the hole is large, and at least 384 px', () => {
  const { limits } = createPatchmatch(1)
  expect(limits.contextPx({ width: 20, height: 30 }, 'remove')).toBe(384)
  expect(limits.contextPx({ width: 500, height: 700 }, 'remove')).toBe(700)
})

describe.each([1, 2])('fill, on %i threads', (threads) => {
  const patchmatch = createPatchmatch(threads)
  beforeEach(async () => {
    engine = await patchmatch.open(unhurried(), noMeans, [])
  })
  afterEach(() => engine.close())

  test('fills in its thread: same tile, settings and seed, same bytes', async () => {
    const first = await engine.fill(shared, settings, unhurried())
    await engine.fill(small, settings, unhurried())
    const again = await engine.fill(shared, settings, unhurried())
    expect([first.width, first.height]).toEqual([300, 200])
    expect(again.data).toEqual(first.data)
  })

  test('fills clutter in another way with another seed', async () => {
    const tile = { ...tileOf(130, 90), image: clutter({ width: 130, height: 90 }) }
    const first = await engine.fill(tile, settings, unhurried())
    const other = await engine.fill(tile, { ...settings, seed: 4 }, unhurried())
    expect(other.data).not.toEqual(first.data)
  })

  test("leaves the caller's buffers as they are", async () => {
    const tile = { ...small, avoid: markWhere(small.image, () => false) }
    await engine.fill(tile, settings, unhurried())
    expect(tile.image.data).toHaveLength(90 * 60 * 4)
    expect(tile.mask.data).toHaveLength(90 * 60)
    expect(tile.avoid.data).toHaveLength(90 * 60)
  })

  test('tells the levels from 0 to the total', async () => {
    const told: Progress[] = []
    await engine.fill(small, settings, { ...unhurried(), onProgress: (progress) => told.push(progress) })
    const { total } = told[0]!
    expect(told).toEqual(
      Array.from({ length: total + 1 }, (_, done) => ({ stage: 'fill', done, total, unit: 'levels' })),
    )
  })

  test('tries less when it should be fast', async () => {
    const totals: number[] = []
    for (const quality of ['fast', 'balanced', 'best']) {
      const told: Progress[] = []
      const run = { ...unhurried(), onProgress: (progress: Progress) => told.push(progress) }
      await engine.fill(small, { ...settings, options: { quality } }, run)
      totals.push(told[0]!.total)
    }
    expect(totals[0]).toBeLessThan(totals[1]!)
    expect(totals[1]).toBeLessThan(totals[2]!)
  })

  test('stops within 300 ms of a cancel, with its reason, and fills the next tile', async () => {
    const reason = new Error('enough')
    const cancel = new AbortController()
    let cancelledAt = Number.NaN
    const onProgress = ({ done }: Progress) => {
      if (done === 0) return
      cancelledAt = performance.now()
      cancel.abort(reason)
    }
    await expect(engine.fill(endless, settings, { signal: cancel.signal, onProgress })).rejects.toBe(reason)
    expect(performance.now() - cancelledAt).toBeLessThan(300)
    expect((await engine.fill(small, settings, unhurried())).width).toBe(90)
  })

  test('does not begin when cancelled before', async () => {
    const reason = new Error('never mind')
    const run = { ...unhurried(), signal: AbortSignal.abort(reason) }
    await expect(engine.fill(small, settings, run)).rejects.toBe(reason)
    await expect(patchmatch.open(run, noMeans, [])).rejects.toBe(reason)
  })

  test('passes on what a person can act on, and fills the next tile', async () => {
    const covered = { ...small, mask: markWhere(small.image, () => true) }
    await expect(engine.fill(covered, settings, unhurried())).rejects.toMatchObject({
      name: 'CompanionError',
      code: 'mask-covers-all',
    })
    expect((await engine.fill(small, settings, unhurried())).width).toBe(90)
  })

  test('says that the engine stopped when its thread dies, and fills the next tile', async () => {
    // No array can have that size: a bug, which ends the thread.
    const broken = { ...small, image: { ...small.image, width: -90 } }
    await expect(engine.fill(broken, settings, unhurried())).rejects.toMatchObject({
      name: 'CompanionError',
      code: 'engine-stopped',
    })
    expect((await engine.fill(small, settings, unhurried())).width).toBe(90)
  })
})

describe('fillExactly', () => {
  const size = { width: 120, height: 80 }
  const page = paint(size, (x, y) =>
    within(12, 20, 24, 20)(x % 50, y) && x < 100 ? [90 + (x % 50), 90, 4 * y] : [250, 250, 252],
  )
  const mask = markWhere(size, within(66, 24, 12, 9))
  const fillWith = async (avoid: Tile['avoid']) => {
    const patchmatch = createPatchmatch(1)
    return await patchmatch.fillExactly!({ image: page, mask, avoid }, unhurried())
  }

  test('copies what the picture holds a second time', async () => {
    expect((await fillWith(null))!.data).toEqual(page.data)
  })

  test('gives nothing where that must not be copied', async () => {
    expect(await fillWith(markWhere(size, within(20, 28, 3, 3)))).toBeNull()
  })
})

test.each([
  ['fast', { starts: 1 }],
  ['balanced', { starts: 8 }],
  ['best', { starts: 16, isThorough: true }],
])('the quality %s is, on one thread, the bytes of %o', async (quality, effort) => {
  engine = await createPatchmatch(1).open(unhurried(), noMeans, [])
  const filled = await engine.fill(shared, { ...settings, options: { quality } }, unhurried())
  const unwatched = { onLevel: () => {}, throwIfCancelled: () => {} }
  expect(filled.data).toEqual(complete({ ...shared, seed: settings.seed, ...effort }, unwatched).data)
  await engine.close()
})

describe.each([1, 2])('close, on %i threads', (threads) => {
  beforeEach(async () => {
    engine = await createPatchmatch(threads).open(unhurried(), noMeans, [])
  })
  afterEach(() => engine.close())

  test('lets a fill under way end', async () => {
    const filled = engine.fill(small, settings, unhurried())
    await engine.close()
    expect((await filled).width).toBe(small.image.width)
  })

  test('does not wait for a cancelled one to be filled', async () => {
    const cancel = new AbortController()
    const filled = engine.fill(endless, settings, {
      signal: cancel.signal,
      onProgress: () => cancel.abort(new Error('enough')),
    })
    await expect(filled).rejects.toThrow('enough')
    const closedFrom = performance.now()
    await engine.close()
    expect(performance.now() - closedFrom).toBeLessThan(10_000)
  })
})
