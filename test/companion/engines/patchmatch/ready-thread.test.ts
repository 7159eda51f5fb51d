import { afterEach, describe, expect, test, vi } from 'vitest'
import { createPatchmatch } from '../../../../companion/engines/patchmatch/index.ts'
import { ReadyThread } from '../../../../companion/engines/patchmatch/ready-thread.ts'
import { CompletionThread } from '../../../../companion/engines/patchmatch/thread.ts'
import { noMeans } from '../../../support/means.ts'
import { clutter, markWhere, within } from './pictures.ts'

const size = { width: 130, height: 90 }
const tile = { image: clutter(size), mask: markWhere(size, within(50, 30, 25, 20)), avoid: null }
const run = { signal: new AbortController().signal, onProgress: () => {} }

describe('ReadyThread', () => {
  let ready: ReadyThread
  afterEach(async () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    await ready.close()
  })

  test('keeps nothing until it is to get one ready', async () => {
    ready = new ReadyThread(1)
    const thread = ready.take()
    await ready.giveBack(thread)
    const next = ready.take()
    expect(next).not.toBe(thread)
    await ready.giveBack(next)
  })

  test('lends the same one again and again', async () => {
    ready = new ReadyThread(1)
    ready.getReady()
    ready.getReady()
    const thread = ready.take()
    await ready.giveBack(thread)
    expect(ready.take()).toBe(thread)
    await ready.giveBack(thread)
  })

  test('practises no longer than it is kept, nor while it fills', async () => {
    const complete = vi.spyOn(CompletionThread.prototype, 'complete')
    ready = new ReadyThread(1)
    ready.getReady()
    await ready.close()
    expect(complete).not.toHaveBeenCalled()

    ready.getReady()
    const thread = ready.take()
    await thread.copyExactly({ ...tile, seed: 0, starts: 1 }, run)
    await ready.giveBack(thread)
    expect(complete).not.toHaveBeenCalled()
  })

  test('lends another one to whoever comes meanwhile, and keeps one of both', async () => {
    ready = new ReadyThread(1)
    ready.getReady()
    const [thread, other] = [ready.take(), ready.take()]
    expect(other).not.toBe(thread)
    await ready.giveBack(other)
    await ready.giveBack(thread)
    expect(ready.take()).toBe(other)
    await ready.giveBack(other)
  })

  test('does not keep one whose memory has grown large, and gets another one ready', async () => {
    ready = new ReadyThread(1, { mostPixels: 130 * 90 - 1 })
    ready.getReady()
    const thread = ready.take()
    await thread.copyExactly({ ...tile, seed: 0, starts: 1 }, run)
    await ready.giveBack(thread)
    ready.getReady()
    const next = ready.take()
    expect(next).not.toBe(thread)
    await ready.giveBack(next)
    expect(ready.take()).toBe(next)
    await ready.giveBack(next)
  })

  test('lets go of it after a while without a fill, not while it is lent', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    ready = new ReadyThread(1, { idleMs: 60_000 })
    ready.getReady()
    const thread = ready.take()
    vi.advanceTimersByTime(60_000)
    await ready.giveBack(thread)
    vi.advanceTimersByTime(59_999)
    expect(ready.take()).toBe(thread)
    await ready.giveBack(thread)
    vi.advanceTimersByTime(60_000)
    const next = ready.take()
    expect(next).not.toBe(thread)
    await ready.giveBack(next)
  })
})

test('a fill in a thread that is ready is the same, byte for byte', async () => {
  const fillWith = async (patchmatch: ReturnType<typeof createPatchmatch>) => {
    const settings = { task: 'remove', prompt: '', negativePrompt: '', seed: 3, options: {} } as const
    await patchmatch.fillExactly!(tile, run)
    const opened = await patchmatch.open(run, noMeans, [])
    const filled = await opened.fill(tile, settings, run)
    await opened.close()
    return filled.data
  }
  const ready = createPatchmatch(1)
  ready.getReady!()
  const filled = [await fillWith(ready), await fillWith(ready)]
  await ready.close!()
  expect(filled[0]).toEqual(await fillWith(createPatchmatch(1)))
  expect(filled[1]).toEqual(filled[0])
})
