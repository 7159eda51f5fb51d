import { describe, expect, test } from 'vitest'
import { defaultSettings, type PendingJob, type Settings } from '../../plugin/messages.ts'
import {
  addPicture,
  anyMask,
  FakeClientStorage,
  FakeFigma,
  noiseFill,
  recipeFor,
  window,
} from '../support/fake-figma/index.ts'
import { type OpenPlugin, openPlugin } from '../support/sandbox.ts'

const job: PendingJob = {
  jobId: 'job-1',
  layer: { id: '1:2', name: 'Photo' },
  recipe: recipeFor({ hash: 'abc' }),
  placement: 'patch',
  replaces: null,
  mask: anyMask,
  avoid: null,
}

/** One run of the plugin; what it keeps is there for the next. */
async function run<T>(
  clientStorage: FakeClientStorage,
  use: (plugin: OpenPlugin, figma: FakeFigma) => Promise<T>,
) {
  const figma = new FakeFigma({ clientStorage })
  const plugin = await openPlugin({ figma })
  try {
    return await use(plugin, figma)
  } finally {
    plugin.close()
  }
}

const start = (clientStorage: FakeClientStorage) =>
  run(clientStorage, (plugin) => plugin.request('start', { preferred: 'en' }))

describe('what is kept on the machine', () => {
  test('is the defaults and nothing at first', async () => {
    const begun = await start(new FakeClientStorage())
    expect(begun).toMatchObject({ settings: defaultSettings, token: null, pendingJob: null, port: null })
  })

  test('is there again in the next run', async () => {
    const storage = new FakeClientStorage()
    const settings: Settings = { ...defaultSettings, brushPx: 12, separateLayers: true, windowWidth: 700 }
    await run(storage, async (plugin) => {
      await plugin.request('saveSettings', { settings })
      await plugin.request('saveToken', { token: 'secret' })
      await plugin.request('savePendingJob', { job })
    })
    const begun = await start(storage)
    expect(begun).toMatchObject({ settings, token: 'secret' })
    expect(begun.pendingJob).toEqual(job)
  })

  test('is a job with what it copies nothing from, and one of before there was such a thing', async () => {
    const storage = new FakeClientStorage()
    await run(storage, (plugin) =>
      plugin.request('savePendingJob', { job: { ...job, avoid: Uint8Array.of(1, 2) } }),
    )
    expect((await start(storage)).pendingJob?.avoid).toEqual(Uint8Array.of(1, 2))
    const { avoid: _, ...earlier } = job
    await storage.setAsync('pendingJob', { version: 1, value: earlier })
    expect((await start(storage)).pendingJob).toEqual(job)
  })

  test('is no pending job any more once its fill is placed', async () => {
    const storage = new FakeClientStorage()
    await run(storage, async (plugin, figma) => {
      const photo = await addPicture(figma)
      await plugin.request('savePendingJob', { job })
      const source = await plugin.request('openSource', { layerId: photo.id })
      await plugin.request('place', await noiseFill(source, 2))
    })
    expect((await start(storage)).pendingJob).toBeNull()
  })

  test('can be forgotten', async () => {
    const storage = new FakeClientStorage()
    await run(storage, async (plugin) => {
      await plugin.request('saveToken', { token: 'secret' })
      await plugin.request('savePendingJob', { job })
      await plugin.request('saveToken', { token: null })
      await plugin.request('savePendingJob', { job: null })
    })
    expect(await start(storage)).toMatchObject({ token: null, pendingJob: null })
  })

  test.each<[string, unknown]>([
    ['nothing of ours', 'hello'],
    ['another version', { version: 2, value: { brushPx: 9 } }],
    ['a list', { version: 1, value: [] }],
    [
      'broken fields',
      { version: 1, value: { brushPx: 'wide', placeAtOnce: 'yes', windowWidth: null, windowHeight: NaN } },
    ],
  ])('gives way to the defaults when it is %s', async (_, kept) => {
    const storage = new FakeClientStorage()
    for (const key of ['settings', 'token', 'pendingJob']) await storage.setAsync(key, kept)
    expect(await start(storage)).toMatchObject({ settings: defaultSettings, token: null, pendingJob: null })
  })

  test('keeps what can be read of settings beside what cannot', async () => {
    const storage = new FakeClientStorage()
    await storage.setAsync('settings', {
      version: 1,
      value: { brushPx: 90_000, separateLayers: true, more: 1 },
    })
    expect((await start(storage)).settings).toEqual({
      ...defaultSettings,
      brushPx: 2000,
      separateLayers: true,
    })
  })

  test.each<[string, object]>([
    ['no mask', { mask: undefined }],
    ['a recipe of another version', { recipe: { ...job.recipe, version: 2 } }],
    ['a margin that is missing', { recipe: { ...job.recipe, margins: { top: 1, right: 2, bottom: 3 } } }],
    ['a negative margin', { recipe: { ...job.recipe, margins: { top: 1, right: 2, bottom: 3, left: -4 } } }],
    ['an option that is no option', { recipe: { ...job.recipe, options: { steps: [] } } }],
    ['no layer', { layer: null }],
    ['an unknown placement', { placement: 'beside' }],
    ['a number for a layer', { replaces: 3 }],
  ])('does not take up a job with %s', async (_, change) => {
    const storage = new FakeClientStorage()
    await storage.setAsync('pendingJob', { version: 1, value: { ...job, ...change } })
    expect((await start(storage)).pendingJob).toBeNull()
  })

  test('a job too large to keep is refused in words, and no older one is taken up in its place', async () => {
    const storage = new FakeClientStorage()
    await run(storage, async (plugin) => {
      await plugin.request('savePendingJob', { job })
      const tooLarge = { ...job, mask: new Uint8Array(6_000_000) }
      const refused = plugin.request('savePendingJob', { job: tooLarge })
      await expect(refused).rejects.toThrow('storage-full: Figma could not keep this on your machine')
    })
    expect((await start(storage)).pendingJob).toBeNull()
  })
})

describe('the window', () => {
  test('opens in Figma’s colours at the size it last had', async () => {
    const storage = new FakeClientStorage()
    await storage.setAsync('settings', {
      version: 1,
      value: { ...defaultSettings, windowWidth: 555, windowHeight: 444 },
    })
    const { options } = await run(storage, async (_, figma) => figma.ui[window])
    expect(options).toEqual({ width: 555, height: 444, themeColors: true })
  })

  test.each([
    [600.4, 500, 600, 500],
    [1, 1, 320, 360],
    [9999, 9999, 1600, 1400],
  ])('asked for %d × %d is %d × %d', async (width, height, expectedWidth, expectedHeight) => {
    const size = await run(new FakeClientStorage(), async (plugin, figma) => {
      await plugin.request('resize', { width, height })
      return figma.ui[window]
    })
    expect(size).toMatchObject({ width: expectedWidth, height: expectedHeight })
  })
})
