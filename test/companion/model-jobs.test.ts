import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { ModelInfo, Request } from '../../companion/protocol.ts'
import type { Runtime } from '../../companion/runtime/session.ts'
import type { Timing } from '../../companion/server.ts'
import { systemClock } from '../../companion/store/clock.ts'
import { systemDisk } from '../../companion/store/disk.ts'
import type { Means } from '../../companion/store/download.ts'
import { Client, hello } from '../support/client.ts'
import { startTestCompanion } from '../support/companion.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { pngOf } from '../support/encoded.ts'
import { gradientImage, rectMask } from '../support/images.ts'
import { type PublishedModel, publishModel } from '../support/published-model.ts'
import { scriptedRuntime } from '../support/scripted-runtime.ts'
import { stubEngine } from '../support/stub-engine.ts'

const notInstalled: ModelInfo = {
  id: 'tiny',
  title: 'Tiny',
  purpose: 'Shows how a model is installed.',
  licence: { name: 'OpenRAIL', url: 'https://example.com/licence', restrictions: 'Not for harm.' },
  bytes: 100_000,
  installed: false,
  installedBytes: 0,
  damaged: false,
  usedBy: ['neural'],
}
const installed: ModelInfo = { ...notInstalled, installed: true, installedBytes: 100_000 }
const install: Request = { type: 'install', id: 'job', modelId: 'tiny', acceptLicence: true }
const uninstall: Request = { type: 'uninstall', id: 'away', modelId: 'tiny' }

/** A companion whose catalogue is `tiny`, which the engine `neural` needs, and a client of it. */
async function setUp({ means = {}, dataFolder = temporaryFolder(), timing = {}, ...others }: SetUp = {}) {
  const published = await publishModel()
  const engine = stubEngine()
  const neural = stubEngine({ id: 'neural', models: ['tiny'], lane: 'model' })
  const companion = await startTestCompanion({
    dataFolder,
    engines: [engine, neural],
    timing,
    ...others,
    store: { models: [published.model], environment: {}, means: { clock: tellAll(), ...means } },
  })
  const client = await Client.paired(companion.port, companion.token)
  const file = join(dataFolder, 'models', 'tiny', 'tiny.pt')
  return { ...published, companion, engine, neural, client, file }
}

interface SetUp {
  readonly means?: Partial<Means>
  readonly dataFolder?: string
  readonly timing?: Partial<Timing>
  readonly runtime?: Runtime
}

/** A clock by which so much time goes by between two chunks that each is told. */
function tellAll(): Means['clock'] {
  let nowMs = 0
  return { ...systemClock, now: () => (nowMs += 1000) }
}

async function modelsOf(client: Client): Promise<readonly ModelInfo[]> {
  client.send({ type: 'models' })
  return (await client.next('models')).models
}

/** The engine that needs the model, as `ready` describes it. */
async function neuralOf(client: Client) {
  client.send(hello())
  return (await client.next('ready')).engines.find(({ id }) => id === 'neural')
}

/** Starts an install whose download stands still, after so many bytes have come. */
async function installUntil(bytes: number, { client, server, path }: PublishedModel & { client: Client }) {
  server.misbehave(path, { type: 'stall', afterBytes: bytes })
  client.send(install)
  for (let done = -1; done < bytes; ) done = (await client.next('progress', 'job')).done
}

describe('models', () => {
  test('says what there is to install, how large it is, under which licence and for which engines', async () => {
    const { client } = await setUp()
    expect(await modelsOf(client)).toEqual([notInstalled])
    expect(await neuralOf(client)).toMatchObject({ ready: false, downloadBytes: 100_000, models: ['tiny'] })
  })

  test('counts what a download that was broken off has left', async () => {
    const { client, file } = await setUp()
    await mkdir(join(file, '..'), { recursive: true })
    writeFileSync(`${file}.part`, Buffer.alloc(30_000))
    expect(await modelsOf(client)).toEqual([{ ...notInstalled, installedBytes: 30_000 }])
    expect(await neuralOf(client)).toMatchObject({ ready: false, downloadBytes: 70_000 })
  })
})

describe('install', () => {
  test('downloads, telling how far it is, says done, and then what is installed', async () => {
    const { client, body, file } = await setUp()
    client.send(install)
    await client.next('models')
    const replies = [...client.rest]
    const progress = replies.filter((reply) => reply.type === 'progress')
    expect(replies.map(({ type }) => type)).toEqual([...progress.map(() => 'progress'), 'done'])
    expect(progress.at(-1)).toMatchObject({
      ...{ id: 'job', stage: 'download', done: 100_000, total: 100_000, unit: 'bytes' },
      etaMs: 0,
    })
    expect(readFileSync(file).equals(body)).toBe(true)
    expect(await modelsOf(client)).toEqual([installed])
    expect(await neuralOf(client)).toMatchObject({ ready: true, downloadBytes: 0 })
  })

  test('can be cancelled, keeps what came, and goes on from there', async () => {
    const setting = await setUp()
    const { client, server, file } = setting
    await installUntil(40_000, setting)
    client.send({ type: 'cancel', id: 'job' })
    await client.next('cancelled', 'job')
    await vi.waitFor(async () => {
      expect(await modelsOf(client)).toEqual([{ ...notInstalled, installedBytes: 40_000 }])
    })
    expect(existsSync(file)).toBe(false)

    client.send(install)
    await client.next('done', 'job')
    expect((await client.next('models')).models).toEqual([installed])
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=40000-')
  })

  test('goes on when its connection is lost, and is found again by its id', async () => {
    const setting = await setUp()
    const { client, companion, server, path } = setting
    await installUntil(40_000, setting)
    await client.close()
    const later = await Client.paired(companion.port, companion.token)
    later.send({ type: 'attach', id: 'job' })
    expect(await later.next('progress', 'job')).toMatchObject({ done: 40_000 })
    // Cancelled here, it can be installed from here.
    later.send({ type: 'cancel', id: 'job' })
    await later.next('cancelled', 'job')
    server.publish(path, setting.body)
    later.send({ ...install, id: 'again' })
    await later.next('done', 'again')
  })

  test('downloads once for two who ask, and goes on for the one who stays', async () => {
    const setting = await setUp()
    const { client, companion, server, path } = setting
    const other = await Client.paired(companion.port, companion.token)
    server.misbehave(path, { type: 'break', afterBytes: 40_000 })
    client.send(install)
    other.send({ ...install, id: 'other' })
    for (let done = -1; done < 40_000; ) done = (await other.next('progress', 'other')).done
    client.send({ type: 'cancel', id: 'job' })
    await client.next('cancelled', 'job')
    server.arrived(40_000)
    await other.next('done', 'other')
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=40000-'])
  })

  test('leaves the engines free to fill meanwhile', async () => {
    const setting = await setUp()
    const { client } = setting
    await installUntil(40_000, setting)
    client.send({ type: 'image', id: 'picture' }, { image: await pngOf(gradientImage(61, 43)) })
    client.send(
      { type: 'fill', id: 'fill', imageId: 'picture', task: 'remove', engine: 'stub' },
      { mask: await pngOf(rectMask(61, 43, { x: 20, y: 10, width: 12, height: 9 })) },
    )
    await client.next('done', 'fill')
  })

  test('repairs a model whose file was cut', async () => {
    const { client, body, file } = await setUp()
    client.send(install)
    await client.next('models')
    truncateSync(file, 10)
    expect(await modelsOf(client)).toEqual([{ ...installed, damaged: true, installedBytes: 0 }])
    expect(await neuralOf(client)).toMatchObject({ ready: false, downloadBytes: 100_000 })
    client.send(install)
    expect((await client.next('models')).models).toEqual([installed])
    expect(readFileSync(file).equals(body)).toBe(true)
  })

  test('finds out, asked again, that bytes of a model have changed, and repairs it', async () => {
    const { client, body, file } = await setUp()
    client.send(install)
    await client.next('models')
    writeFileSync(file, Buffer.from(body).fill(0, 50, 51))
    client.send(install)
    await client.next('models')
    expect(readFileSync(file).equals(body)).toBe(true)
  })

  test.each([
    [{ acceptLicence: false }, 'licence-not-accepted', /OpenRAIL/, 'Not for harm.'],
    [{ acceptLicence: undefined }, 'licence-not-accepted', /OpenRAIL/, 'Not for harm.'],
    [{ acceptLicence: 'yes' }, 'option-invalid', /acceptLicence to be true or false/, undefined],
    [{ modelId: 'large' }, 'model-unknown', /"large".*Possible: tiny/, undefined],
    [{ modelId: undefined }, 'option-invalid', /modelId/, undefined],
    [{ modelId: '../tiny' }, 'model-unknown', /"\.\.\/tiny"/, undefined],
  ])('with %j is refused', async (fields, code, message, hint) => {
    const { client, server } = await setUp()
    client.send({ ...install, ...fields } as Request)
    const failed = await client.next('failed')
    expect(failed).toMatchObject({ id: 'job', code, message: expect.stringMatching(message) })
    expect(failed.hint).toBe(hint)
    expect(server.requests).toEqual([])
  })

  test('says what went wrong with the download, and goes on from there next time', async () => {
    const { client, server, path } = await setUp()
    server.misbehave(path, { type: 'status', status: 404 })
    client.send(install)
    expect(await client.next('failed')).toMatchObject({
      ...{ id: 'job', code: 'download-failed' },
      message: expect.stringContaining(`${server.host} answered 404`),
    })
    client.send(install)
    await client.next('done', 'job')
  })

  test('does not begin on a disk without room', async () => {
    const { client, server } = await setUp({
      means: { disk: { ...systemDisk, freeBytes: async () => 99_999 } },
    })
    client.send(install)
    expect(await client.next('failed')).toMatchObject({ id: 'job', code: 'disk-full' })
    expect(server.requests).toEqual([])
  })

  test('of the id of a download that has not ended is refused without id', async () => {
    const setting = await setUp()
    await installUntil(40_000, setting)
    setting.client.send(install)
    const failed = await setting.client.next('failed')
    expect(failed).toMatchObject({ code: 'option-invalid' })
    expect(failed).not.toHaveProperty('id')
  })

  test('is stopped with the companion at once, and what came is kept', async () => {
    const setting = await setUp({ timing: { graceMs: 2 ** 31 - 1 } })
    const { client, companion, file } = setting
    await installUntil(40_000, setting)
    await companion.stop()
    expect(await client.next('failed')).toMatchObject({ id: 'job', code: 'shutting-down' })
    expect(statSync(`${file}.part`).size).toBe(40_000)
    expect(readdirSync(join(file, '..', '..'))).toEqual(['tiny'])
  })
})

describe('uninstall', () => {
  test('deletes a model, says done, and then what is installed', async () => {
    const { client, file } = await setUp()
    client.send(install)
    await client.next('models')
    client.send(uninstall)
    await client.next('done', 'away')
    expect((await client.next('models')).models).toEqual([notInstalled])
    expect(existsSync(file)).toBe(false)
  })

  test('unloads what is loaded before a file goes: Windows deletes none that is open', async () => {
    const dataFolder = temporaryFolder()
    const file = join(dataFolder, 'models', 'tiny', 'tiny.pt')
    const isThereAtUnload: boolean[] = []
    const runtime: Runtime = {
      ...scriptedRuntime([]),
      unload: async () => void isThereAtUnload.push(existsSync(file)),
    }
    const { client } = await setUp({ dataFolder, runtime })
    client.send(install)
    await client.next('models')
    client.send(uninstall)
    await client.next('done', 'away')
    expect(isThereAtUnload).toEqual([true])
    expect(existsSync(file)).toBe(false)
  })

  test('waits until nothing is computed with models, so that no fill loses its own', async () => {
    const { client, neural, file } = await setUp()
    client.send(install)
    await client.next('models')
    neural.block()
    client.send({ type: 'image', id: 'picture' }, { image: await pngOf(gradientImage(61, 43)) })
    const mask = await pngOf(rectMask(61, 43, { x: 20, y: 10, width: 12, height: 9 }))
    client.send({ type: 'fill', id: 'fill', imageId: 'picture', task: 'remove', engine: 'neural' }, { mask })
    await neural.blocked()
    client.send(uninstall)
    expect(await client.next('progress', 'away')).toMatchObject({ stage: 'queued', done: 0, total: 1 })
    expect(existsSync(file)).toBe(true)
    neural.release()
    await client.next('done', 'fill')
    await client.next('done', 'away')
    expect(existsSync(file)).toBe(false)
  })

  test('ends a download that is under way', async () => {
    const setting = await setUp()
    const { client } = setting
    await installUntil(40_000, setting)
    client.send(uninstall)
    expect(await client.next('failed', 'job')).toMatchObject({ code: 'download-failed' })
    await client.next('done', 'away')
    expect((await client.next('models')).models).toEqual([notInstalled])
  })

  test.each([
    [{ modelId: 'large' }, 'model-unknown'],
    [{ modelId: 5 }, 'option-invalid'],
  ])('with %j is refused', async (fields, code) => {
    const { client } = await setUp()
    client.send({ ...uninstall, ...fields } as Request)
    expect(await client.next('failed')).toMatchObject({ id: 'away', code })
  })
})

describe('parts of downloads that are older than a week', () => {
  async function leavePart(dataFolder: string): Promise<string> {
    const folder = join(dataFolder, 'models', 'tiny')
    const part = join(folder, 'tiny.pt.part')
    await mkdir(folder, { recursive: true })
    writeFileSync(part, 'left')
    utimesSync(part, 0, 0)
    return part
  }

  test('are deleted when the companion starts', async () => {
    const dataFolder = temporaryFolder()
    const part = await leavePart(dataFolder)
    await startTestCompanion({ dataFolder })
    await vi.waitFor(() => expect(existsSync(part)).toBe(false))
  })

  test('are deleted while it runs', async () => {
    const { dataFolder } = await startTestCompanion({ timing: { cleanEveryMs: 1 } })
    const part = await leavePart(dataFolder)
    await vi.waitFor(() => expect(existsSync(part)).toBe(false))
  })
})
