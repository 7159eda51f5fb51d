import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../companion/store/clock.ts'
import { systemDisk } from '../../../companion/store/disk.ts'
import type { Means } from '../../../companion/store/download.ts'
import type { ByteProgress, ByteRun } from '../../../companion/store/pace.ts'
import { openStore, type Store } from '../../../companion/store/store.ts'
import type { ModelDefinition } from '../../../models/model.ts'
import { modelFile } from '../../support/published-model.ts'
import { silenceMs, testClock } from '../../support/test-clock.ts'
import { startWeightsServer, type WeightsServer } from '../../support/weights-server.ts'

const encoder = Buffer.from('encoder '.repeat(9000))
const decoder = Buffer.from('decoder '.repeat(4000))
const accepted = { acceptLicence: true }

let server: WeightsServer
let folder = ''
let store: Store
let duo: ModelDefinition

beforeEach(async () => {
  server = await startWeightsServer()
  server.publish('/pub/encoder.pt', encoder, { etag: '"e"' })
  server.publish('/pub/decoder.pt', decoder, { etag: '"d"' })
  duo = {
    id: 'duo',
    title: 'Duo',
    purpose: 'Two files.',
    licence: { name: 'OpenRAIL', url: 'https://example.com', restrictions: 'Not for harm.' },
    files: [
      modelFile('part/encoder.pt', encoder, server.url('/pub/encoder.pt')),
      modelFile('decoder.pt', decoder, server.url('/pub/decoder.pt')),
    ],
  }
  folder = mkdtempSync(join(tmpdir(), 'infill-store-'))
  store = open()
})

afterEach(async () => {
  await store.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('Store.install', () => {
  test('puts what the licence forbids beside the weights, and nothing where it forbids nothing', async () => {
    await store.install('duo', accepted, watchedRun())
    const terms = join(folder, 'duo', 'LICENCE.txt')
    expect(readFileSync(terms, 'utf8')).toBe(
      'Duo is published under OpenRAIL: https://example.com\n\nNot for harm.\n',
    )
    const free = { ...duo, id: 'free', licence: { name: 'MIT', url: 'https://example.com' } }
    const other = openStore({ folder, models: [free], environment: {} })
    await other.install('free', accepted, watchedRun())
    expect(existsSync(join(folder, 'free', 'LICENCE.txt'))).toBe(false)
    await other.close()
  })

  test('downloads every file, checks it, and tells how far it is', async () => {
    const run = watchedRun()
    expect(await store.state('duo')).toMatchObject({
      installed: false,
      damaged: false,
      installedBytes: 0,
      downloadBytes: encoder.length + decoder.length,
    })
    await store.install('duo', accepted, run)

    const files = await store.files('duo')
    expect([...files.keys()]).toEqual(['part/encoder.pt', 'decoder.pt'])
    expect(readFileSync(files.get('part/encoder.pt')!).equals(encoder)).toBe(true)
    expect(readFileSync(files.get('decoder.pt')!).equals(decoder)).toBe(true)
    expect(await store.list()).toEqual([
      { model: duo, installed: true, damaged: false, installedBytes: 104_000, downloadBytes: 0 },
    ])
    const told = run.progress.map(({ done }) => done)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(run.progress.at(-1)).toMatchObject({
      stage: 'download',
      done: 104_000,
      total: 104_000,
      unit: 'bytes',
    })
  })

  test('takes what another model has already, and both have it until the last one is uninstalled', async () => {
    const other = Buffer.from('other '.repeat(3000))
    server.publish('/pub/other.pt', other, { etag: '"o"' })
    const solo: ModelDefinition = {
      ...duo,
      id: 'solo',
      files: [modelFile('other.pt', other, server.url('/pub/other.pt')), duo.files[1]!],
    }
    const both = openStore({ folder, models: [duo, solo], environment: {} })
    await both.install('duo', accepted, watchedRun())
    expect((await both.state('solo')).downloadBytes).toBe(other.length)

    const before = server.requests.length
    await both.install('solo', accepted, watchedRun())
    expect(server.requests.slice(before).map(({ path }) => path)).toEqual(['/pub/other.pt'])

    await both.uninstall('duo')
    const files = await both.files('solo')
    expect(readFileSync(files.get('decoder.pt')!).equals(decoder)).toBe(true)
    expect(await both.verify('solo', watchedRun())).toMatchObject({ installed: true, damaged: false })
    await both.close()
  })

  test('does not take what another model has damaged', async () => {
    const solo: ModelDefinition = { ...duo, id: 'solo', files: [duo.files[1]!] }
    const both = openStore({ folder, models: [duo, solo], environment: {} })
    await both.install('duo', accepted, watchedRun())
    truncateSync((await both.files('duo')).get('decoder.pt')!, 10)

    const before = server.requests.length
    await both.install('solo', accepted, watchedRun())
    expect(server.requests).toHaveLength(before + 1)
    expect(await both.verify('solo', watchedRun())).toMatchObject({ installed: true, damaged: false })
    await both.close()
  })

  test('leaves nothing for the network to do', async () => {
    await store.install('duo', accepted, watchedRun())
    const before = server.requests.length
    await store.install('duo', accepted, watchedRun())
    await store.verify('duo', watchedRun())
    await store.files('duo')
    expect(server.requests).toHaveLength(before)
  })

  test('doubts what is there already: a byte that changed is found and downloaded again', async () => {
    await store.install('duo', accepted, watchedRun())
    const path = (await store.files('duo')).get('decoder.pt')!
    const changed = Buffer.from(decoder)
    changed[5]! ^= 1
    writeFileSync(path, changed)

    const run = watchedRun()
    await store.install('duo', accepted, run)
    expect(readFileSync(path).equals(decoder)).toBe(true)
    expect(server.requests.map(({ path }) => path).slice(2)).toEqual(['/pub/decoder.pt'])
    expect(run.progress.at(-1)).toMatchObject({ stage: 'download', done: 32_000, total: 32_000 })
  })

  test('shows its files to their owner only', async () => {
    await store.install('duo', accepted, watchedRun())
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const found = statSync(join(folder, name))
      expect(found.mode & 0o777, name).toBe(found.isFile() ? 0o600 : 0o700)
    }
  })

  test('downloads once for all who ask', async () => {
    const runs = [watchedRun(), watchedRun(), watchedRun()]
    await Promise.all(runs.map((run) => store.install('duo', accepted, run)))
    expect(server.requests.map(({ path }) => path)).toEqual(['/pub/encoder.pt', '/pub/decoder.pt'])
    for (const { progress } of runs) expect(progress.at(-1)).toMatchObject({ done: 104_000 })
  })

  test('goes on for those who stay when one leaves', async () => {
    server.misbehave('/pub/encoder.pt', { type: 'stall', afterBytes: 1000 })
    const clock = testClock()
    store = open({ clock })
    const [leaving, staying] = [watchedRun(), watchedRun()]
    const left = store.install('duo', accepted, leaving)
    const stayed = store.install('duo', accepted, staying)
    await server.stalled()
    leaving.cancel(new Error('left'))
    await expect(left).rejects.toThrow('left')
    clock.advance(silenceMs)
    await stayed
    expect(await store.state('duo')).toMatchObject({ installed: true })
  })

  test('ends when the last one leaves, and goes on from there for the next', async () => {
    server.misbehave('/pub/encoder.pt', { type: 'stall', afterBytes: 40_000 })
    let nowMs = 0
    store = open({ clock: { ...systemClock, now: () => (nowMs += 1000) } })
    const runs = [watchedRun(), watchedRun()]
    const left = runs.map((run) => store.install('duo', accepted, run))
    await arrived(runs[0]!, 1)
    for (const run of runs) run.cancel(new Error('left'))
    for (const each of left) await expect(each).rejects.toThrow('left')
    const { downloadBytes } = await store.state('duo')
    expect(downloadBytes).toBeLessThan(104_000)

    await store.install('duo', accepted, watchedRun())
    expect(server.requests[1]!.headers.range).toBe(`bytes=${104_000 - downloadBytes}-`)
    expect(await store.state('duo')).toMatchObject({ installed: true })
  })

  test('begins again at once for who asks while a cancelled one is put away', async () => {
    server.misbehave('/pub/encoder.pt', { type: 'stall', afterBytes: 0 })
    const run = watchedRun()
    const left = store.install('duo', accepted, run)
    await server.stalled()
    run.cancel(new Error('left'))
    await Promise.all([expect(left).rejects.toThrow('left'), store.install('duo', accepted, watchedRun())])
    expect(await store.state('duo')).toMatchObject({ installed: true })
  })

  test('does not begin without the licence', async () => {
    await expect(store.install('duo', { acceptLicence: false }, watchedRun())).rejects.toMatchObject({
      code: 'licence-not-accepted',
      message: expect.stringContaining('OpenRAIL'),
      hint: 'Not for harm.',
    })
    expect(server.requests).toEqual([])
  })

  test('does not begin where there is no room, what is there already not counted', async () => {
    await store.install('duo', accepted, watchedRun())
    rmSync((await store.files('duo')).get('decoder.pt')!)
    const before = server.requests.length
    store = open({ disk: { ...systemDisk, freeBytes: async () => decoder.length - 1 } })
    await expect(store.install('duo', accepted, watchedRun())).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining('32 kB are needed'),
    })
    expect(server.requests).toHaveLength(before)

    writeFileSync(join(folder, 'duo', 'decoder.pt.part'), decoder.subarray(0, 1000))
    store = open({ disk: { ...systemDisk, freeBytes: async () => decoder.length - 1000 } })
    await store.install('duo', accepted, watchedRun())
    expect(await store.state('duo')).toMatchObject({ damaged: false })
  })

  test('leaves the model to another process that is busy with it, but not to one that is gone', async () => {
    const lock = join(folder, 'duo.lock')
    writeFileSync(lock, String(process.ppid))
    await expect(store.install('duo', accepted, watchedRun())).rejects.toThrow(`process ${process.ppid}`)

    writeFileSync(lock, String(spawnSync(process.execPath, ['--version']).pid))
    await store.install('duo', accepted, watchedRun())
    expect(existsSync(lock)).toBe(false)
  })

  test('asks the mirror first, in both its layouts, then the publisher', async () => {
    const mirror = await startWeightsServer()
    mirror.publish('/m/duo/part/encoder.pt', encoder)
    mirror.publish('/m/pub/decoder.pt', decoder)
    store = open({}, { INFILL_MIRROR: mirror.url('/m/') })
    await store.install('duo', accepted, watchedRun())
    expect(mirror.requests.map(({ path }) => path)).toEqual([
      '/m/duo/part/encoder.pt',
      '/m/duo/decoder.pt',
      '/m/pub/decoder.pt',
    ])
    expect(server.requests).toEqual([])
    await mirror.close()
  })

  test('refuses a mirror that is no address', async () => {
    store = open({}, { INFILL_MIRROR: 'mirror.example' })
    await expect(store.install('duo', accepted, watchedRun())).rejects.toThrow(/INFILL_MIRROR/)
  })
})

describe('Store.verify', () => {
  test('finds a byte that changed; installing again repairs just that file', async () => {
    await store.install('duo', accepted, watchedRun())
    const path = (await store.files('duo')).get('decoder.pt')!
    const changed = Buffer.from(decoder)
    changed[5]! ^= 1
    writeFileSync(path, changed)
    expect(await store.state('duo')).toMatchObject({ damaged: false })

    const run = watchedRun()
    expect(await store.verify('duo', run)).toMatchObject({
      installed: true,
      damaged: true,
      downloadBytes: 32_000,
    })
    expect(run.progress.at(-1)).toMatchObject({ stage: 'load', done: 104_000, total: 104_000 })
    await expect(store.files('duo')).rejects.toMatchObject({
      code: 'model-damaged',
      hint: expect.any(String),
    })

    await store.install('duo', accepted, watchedRun())
    expect(server.requests.map(({ path }) => path).slice(2)).toEqual(['/pub/decoder.pt'])
    expect(readFileSync((await store.files('duo')).get('decoder.pt')!).equals(decoder)).toBe(true)
  })

  test('goes through what is left of a model whose file is cut or gone', async () => {
    await store.install('duo', accepted, watchedRun())
    const files = await store.files('duo')
    truncateSync(files.get('decoder.pt')!, 100)
    rmSync(files.get('part/encoder.pt')!)
    expect(await store.state('duo')).toMatchObject({ damaged: true, installedBytes: 100 })
    expect(await store.verify('duo', watchedRun())).toMatchObject({ damaged: true })
    await store.install('duo', accepted, watchedRun())
    expect(await store.state('duo')).toMatchObject({ installed: true, damaged: false })
  })

  test('says that a model is not installed', async () => {
    await expect(store.verify('duo', watchedRun())).rejects.toMatchObject({ code: 'model-missing' })
    await expect(store.files('duo')).rejects.toMatchObject({
      code: 'model-missing',
      hint: 'Install it first: infill models install duo',
    })
  })

  test('can be cancelled', async () => {
    await store.install('duo', accepted, watchedRun())
    const run = watchedRun()
    run.cancel(new Error('left'))
    await expect(store.verify('duo', run)).rejects.toThrow('left')
  })
})

describe('Store.add', () => {
  async function add(path: string, terms = accepted) {
    const known = await store.identify(path, watchedRun())
    await store.add(known, terms)
    return known
  }

  test('takes a file that is here already, which stays where it is', async () => {
    const mine = join(folder, 'elsewhere.bin')
    writeFileSync(mine, encoder)
    const added = await add(mine)
    expect([added.model.id, added.file.name]).toEqual(['duo', 'part/encoder.pt'])
    expect(await store.state('duo')).toMatchObject({ installed: false, downloadBytes: decoder.length })

    await store.install('duo', accepted, watchedRun())
    expect(server.requests.map(({ path }) => path)).toEqual(['/pub/decoder.pt'])
    expect((await store.files('duo')).get('part/encoder.pt')).toBe(mine)

    await store.uninstall('duo')
    expect(readFileSync(mine).equals(encoder)).toBe(true)
  })

  test('notices when that file is gone, and downloads it then', async () => {
    const mine = join(folder, 'elsewhere.bin')
    writeFileSync(mine, encoder)
    await add(mine)
    rmSync(mine)
    expect(await store.state('duo')).toMatchObject({ damaged: true })
    await store.install('duo', accepted, watchedRun())
    expect((await store.files('duo')).get('part/encoder.pt')).not.toBe(mine)
  })

  test.each([
    [
      'of no size that is known',
      Buffer.from('too short'),
      accepted,
      'model-unknown',
      /decoder\.pt \(32000 bytes\)/,
    ],
    ['with other contents', Buffer.alloc(32_000), accepted, 'model-damaged', /size of decoder\.pt/],
    ['without its licence', decoder, { acceptLicence: false }, 'licence-not-accepted', /OpenRAIL/],
  ])('refuses a file %s', async (_, bytes, terms, code, message) => {
    const mine = join(folder, 'mine.pt')
    writeFileSync(mine, bytes)
    await expect(add(mine, terms)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
    expect(await store.state('duo')).toMatchObject({ downloadBytes: 104_000 })
  })

  test('refuses a file whose hash nobody has published', async () => {
    const mine = join(folder, 'mine.pt')
    writeFileSync(mine, decoder)
    const unhashed = { ...duo, files: [{ ...duo.files[1]!, sha256: null, sha256From: 'none' as const }] }
    store = openStore({ folder, models: [unhashed] })
    await expect(add(mine)).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringContaining('not known before it is downloaded'),
    })
  })

  test('refuses a file that is not there', async () => {
    await expect(add(join(folder, 'none'))).rejects.toMatchObject({
      code: 'model-missing',
    })
  })
})

describe('Store.uninstall', () => {
  test('deletes the files and what a download left', async () => {
    await store.install('duo', accepted, watchedRun())
    writeFileSync(join(folder, 'duo', 'decoder.pt.part'), 'left')
    await store.uninstall('duo')
    expect(readdirSync(folder)).toEqual([])
    expect(await store.state('duo')).toMatchObject({
      installed: false,
      installedBytes: 0,
      downloadBytes: 104_000,
    })
    await store.uninstall('duo')
  })

  test('ends a download that is under way', async () => {
    server.misbehave('/pub/encoder.pt', { type: 'stall', afterBytes: 1000 })
    const waiting = store.install('duo', accepted, watchedRun())
    const failing = expect(waiting).rejects.toMatchObject({
      code: 'download-failed',
      message: 'Duo was uninstalled before its download had ended.',
    })
    await server.stalled()
    await store.uninstall('duo')
    await failing
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('Store.cleanUp', () => {
  test('deletes parts older than a week, also of models that are no longer known, and nothing else', async () => {
    await store.install('duo', accepted, watchedRun())
    const old = join(folder, 'duo', 'part', 'encoder.pt.part')
    const unknown = join(folder, 'gone', 'weights.pt.part')
    const young = join(folder, 'duo', 'decoder.pt.part')
    mkdirSync(join(folder, 'gone'))
    for (const path of [old, unknown, young]) writeFileSync(path, 'left')
    writeFileSync(`${old}.json`, '{}')
    const day = 24 * 60 * 60
    utimesSync(old, 1000 * day, 1000 * day)
    utimesSync(unknown, 1000 * day, 1000 * day)
    utimesSync(young, 1002 * day, 1002 * day)

    expect(await store.cleanUp(1008 * day * 1000)).toBe(8)
    const left = [old, `${old}.json`, unknown, young].map((path) => existsSync(path))
    expect(left).toEqual([false, false, false, true])
    expect((await store.files('duo')).size).toBe(2)
  })

  test('has nothing to do where nothing was ever installed', async () => {
    store = openStore({ folder: join(folder, 'none'), models: [duo] })
    expect(await store.cleanUp()).toBe(0)
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })
})

test('Store.close ends downloads, and what came is kept', async () => {
  server.misbehave('/pub/encoder.pt', { type: 'stall', afterBytes: 40_000 })
  let nowMs = 0
  store = open({ clock: { ...systemClock, now: () => (nowMs += 1000) } })
  const run = watchedRun()
  const ended = expect(store.install('duo', accepted, run)).rejects.toMatchObject({ code: 'shutting-down' })
  await arrived(run, 1)
  await store.close()
  await ended
  expect(existsSync(join(folder, 'duo.lock'))).toBe(false)
  expect(statSync(join(folder, 'duo', 'part', 'encoder.pt.part')).size).toBeGreaterThan(0)
})

test('Store knows no model that is not in the catalogue', async () => {
  const message = 'There is no model "trio". Possible: duo.'
  for (const asked of [
    () => store.state('trio'),
    () => store.files('trio'),
    () => store.install('trio', accepted, watchedRun()),
    () => store.verify('trio', watchedRun()),
    () => store.uninstall('trio'),
  ]) {
    await expect(asked()).rejects.toMatchObject({ code: 'model-unknown', message })
  }
})

function open(means: Partial<Means> = {}, environment: NodeJS.ProcessEnv = {}): Store {
  return openStore({ folder, models: [duo], environment, means })
}

interface WatchedRun extends ByteRun {
  readonly progress: ByteProgress[]
  /** Called at each progress from now on. */
  onNext: (progress: ByteProgress) => void
  cancel(reason: Error): void
}

function watchedRun(): WatchedRun {
  const controller = new AbortController()
  const run: WatchedRun = {
    progress: [],
    signal: controller.signal,
    onNext: () => {},
    onProgress(progress) {
      run.progress.push(progress)
      run.onNext(progress)
    },
    cancel: (reason) => controller.abort(reason),
  }
  return run
}

/** Resolves when so many bytes are told to have come. */
function arrived(run: WatchedRun, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    run.onNext = ({ done }) => done >= bytes && resolve()
  })
}
