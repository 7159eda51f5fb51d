import { existsSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  addFile,
  installModels,
  listModels,
  removeModels,
  type Surroundings,
  verifyModels,
} from '../../../companion/cli/models.ts'
import { models } from '../../../models/index.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { Infill } from '../../support/infill.ts'
import { publishModel } from '../../support/published-model.ts'
import { stubEngine } from '../../support/stub-engine.ts'
import { startWeightsServer } from '../../support/weights-server.ts'

/** The commands on a data folder of their own, with `tiny` to install; what they print, line by line. */
async function setUp(changes: Partial<Surroundings> = {}) {
  const published = await publishModel()
  const folder = temporaryFolder()
  const lines: string[] = []
  const errors: string[] = []
  const progress: string[] = []
  const surroundings: Partial<Surroundings> = {
    folder,
    models: [published.model],
    engines: [stubEngine({ id: 'neural', models: ['tiny'] })],
    environment: {},
    print: (line) => lines.push(line),
    printError: (line) => errors.push(line),
    stderr: { isTTY: false, write: (text: string | Uint8Array) => progress.push(String(text)) > 0 },
    ask: null,
    ...changes,
  }
  const file = join(folder, 'models', 'tiny', 'tiny.pt')
  return { ...published, folder, file, lines, errors, progress, surroundings }
}

const accepted = { acceptLicence: true }

describe('infill models list', () => {
  test('says what there is, what of it is here, and how much room is left', async () => {
    const { lines, surroundings, file } = await setUp()
    expect(await listModels({}, surroundings)).toBe(0)
    expect(lines).toEqual([
      'tiny: Tiny (not installed, 100 kB, OpenRAIL)\n  Shows how a model is installed.',
      expect.stringMatching(/^\d.*[kMG]B are free on the disk of .*\.$/),
    ])
    await installModels(['tiny'], accepted, surroundings)
    await listModels({}, surroundings)
    expect(lines.at(-2)).toContain('(installed, 100 kB, OpenRAIL)')
    truncateSync(file, 10)
    await listModels({}, surroundings)
    expect(lines.at(-2)).toContain('(damaged, 100 kB, OpenRAIL)')
    await removeModels(['tiny'], {}, surroundings)
    mkdirSync(dirname(file))
    writeFileSync(`${file}.part`, Buffer.alloc(40_000))
    await listModels({}, surroundings)
    expect(lines.at(-2)).toContain('(40 % downloaded, 100 kB, OpenRAIL)')
  })

  test('--json prints one line', async () => {
    const { lines, surroundings, folder, model } = await setUp()
    expect(await listModels({ json: true }, surroundings)).toBe(0)
    expect(lines).toHaveLength(1)
    const { id, title, purpose, licence } = model
    const info = {
      id,
      title,
      purpose,
      licence,
      bytes: 100_000,
      installed: false,
      installedBytes: 0,
      damaged: false,
    }
    expect(JSON.parse(lines[0]!)).toEqual({
      ...{ folder, freeBytes: expect.any(Number) },
      models: [{ ...info, usedBy: ['neural'] }],
    })
  })
})

describe('infill models install', () => {
  test('shows the licence and what it forbids, how far it is, and what is installed in the end', async () => {
    const { lines, errors, progress, surroundings, file } = await setUp()
    expect(await installModels(['tiny'], accepted, surroundings)).toBe(0)
    expect(errors).toEqual(['Tiny is published under OpenRAIL: https://example.com/licence', 'Not for harm.'])
    expect(progress.at(-1)).toMatch(/^Downloading Tiny: 100 %, 100 kB of 100 kB/)
    expect(lines).toEqual(['Tiny is installed (100 kB).'])
    expect(statSync(file).size).toBe(100_000)
  })

  test.each([
    ['one', 'The SHA-256 of its files is known from one source only.'],
    ['none', 'No SHA-256 of its files was known before: the one that its publisher stated is kept.'],
  ] as const)('says where the hash of a file is from: %s', async (sha256From, words) => {
    const { model, server, path, body } = await publishModel()
    const [file] = model.files
    const sha256 = sha256From === 'none' ? null : file!.sha256
    server.publish(path, body, { 'x-linked-etag': `"${file!.sha256}"` })
    const { lines, surroundings } = await setUp({
      models: [{ ...model, files: [{ ...file!, sha256, sha256From }] }],
    })
    expect(await installModels(['tiny'], accepted, surroundings)).toBe(0)
    expect(lines).toEqual([`Tiny is installed (100 kB). ${words}`])
  })

  test('--json prints one line for each model, and nothing else on stdout', async () => {
    const { lines, surroundings } = await setUp()
    await installModels(['tiny'], { ...accepted, json: true }, surroundings)
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ id: 'tiny', installed: true, installedBytes: 100_000 }),
    ])
  })

  test.each([
    ['yes', true, 0, 'Tiny is published under OpenRAIL: https://example.com/licence'],
    ['no', false, 2, 'Tiny is published under OpenRAIL: https://example.com/licence'],
  ])('asks before it downloads what is not for everything: %s', async (_, answer, exitCode, shown) => {
    const questions: string[] = []
    const ask = async (question: string) => questions.push(question) > 0 && answer
    const { errors, surroundings, server } = await setUp({ ask })
    expect(await installModels(['tiny'], {}, surroundings)).toBe(exitCode)
    expect(errors[0]).toBe(shown)
    expect(questions).toEqual(['Do you accept this? (y/N) '])
    expect(server.requests).toHaveLength(answer ? 1 : 0)
  })

  test('says how to accept a licence where nobody can be asked: exit code 2', async () => {
    const { errors, surroundings, server } = await setUp()
    expect(await installModels(['tiny'], {}, surroundings)).toBe(2)
    expect(errors.at(-1)).toContain('--accept-licence')
    expect(server.requests).toEqual([])
  })

  test('asks nothing where the licence forbids nothing', async () => {
    const { model, surroundings } = await setUp()
    const { name, url } = model.licence
    const models = [{ ...model, licence: { name, url } }]
    expect(await installModels(['tiny'], {}, { ...surroundings, models })).toBe(0)
  })

  test('knows no other model: exit code 2', async () => {
    const { errors, surroundings } = await setUp()
    expect(await installModels(['large'], accepted, surroundings)).toBe(2)
    expect(errors).toEqual(['There is no model "large". Possible: tiny.'])
  })

  test('says what went wrong: exit code 1', async () => {
    const { errors, surroundings, server, path } = await setUp()
    server.misbehave(path, { type: 'status', status: 404 })
    expect(await installModels(['tiny'], accepted, surroundings)).toBe(1)
    expect(errors.at(-1)).toContain('answered 404')
  })

  test('ends at Ctrl+C, keeps what came, and goes on from there', async () => {
    const { errors, surroundings, server, path, file } = await setUp()
    server.misbehave(path, { type: 'stall', afterBytes: 40_000 })
    const stopped = installModels(['tiny'], accepted, surroundings)
    await server.stalled()
    process.emit('SIGINT')
    expect(await stopped).toBe(1)
    expect(errors.at(-1)).toBe('Stopped. What was downloaded is kept: install again to go on from there.')
    const { size } = statSync(`${file}.part`)
    expect(await installModels(['tiny'], accepted, surroundings)).toBe(0)
    expect(server.requests.at(-1)?.headers.range).toBe(size === 0 ? undefined : `bytes=${size}-`)
  })
})

describe('infill models verify', () => {
  test('reads every byte of what is installed', async () => {
    const { lines, progress, surroundings } = await setUp()
    expect(await verifyModels([], {}, surroundings)).toBe(0)
    await installModels(['tiny'], accepted, surroundings)
    expect(await verifyModels([], {}, surroundings)).toBe(0)
    expect(lines).toEqual([
      'No model is installed.',
      'Tiny is installed (100 kB).',
      'Tiny is as it was published.',
    ])
    expect(progress.at(-1)).toMatch(/^Checking Tiny: 100 %/)
  })

  test('finds a byte that changed, and says how to repair it: exit code 4', async () => {
    const { lines, errors, surroundings, file, body } = await setUp()
    await installModels(['tiny'], accepted, surroundings)
    writeFileSync(file, Buffer.from(body).fill(0, 50, 51))
    expect(await verifyModels(['tiny'], {}, surroundings)).toBe(4)
    expect(lines.at(-1)).toBe('Tiny is damaged.')
    expect(errors.at(-1)).toBe('Repair it: infill models install tiny')
    expect(await installModels(['tiny'], accepted, surroundings)).toBe(0)
    expect(await verifyModels(['tiny'], { json: true }, surroundings)).toBe(0)
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ id: 'tiny', damaged: false })
  })

  test('of a model that is not installed: exit code 4', async () => {
    const { errors, surroundings } = await setUp()
    expect(await verifyModels(['tiny'], {}, surroundings)).toBe(4)
    expect(errors).toEqual(['Tiny is not installed.', 'Install it first: infill models install tiny'])
  })
})

describe('infill models remove', () => {
  test('deletes a model', async () => {
    const { lines, surroundings, file } = await setUp()
    await installModels(['tiny'], accepted, surroundings)
    expect(await removeModels(['tiny'], {}, surroundings)).toBe(0)
    expect(lines.at(-1)).toBe('Tiny is removed.')
    expect(existsSync(file)).toBe(false)
    expect(await removeModels(['tiny'], { json: true }, surroundings)).toBe(0)
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ id: 'tiny', installed: false })
  })
})

describe('infill models add', () => {
  test('uses a file that is here already, known by its contents', async () => {
    const { lines, errors, surroundings, folder, body, server } = await setUp()
    const mine = join(folder, 'mine.bin')
    writeFileSync(mine, body)
    expect(await addFile(mine, {}, surroundings)).toBe(2)
    expect(await addFile(mine, accepted, surroundings)).toBe(0)
    expect(errors).toContain('Not for harm.')
    expect(lines).toEqual([`Tiny is installed. It uses ${mine}: leave the file there.`])
    expect(await verifyModels([], {}, surroundings)).toBe(0)
    expect(server.requests).toEqual([])
  })

  test('says what is still missing of a model of several files', async () => {
    const { lines, surroundings, folder, body, model } = await setUp()
    const models = [
      { ...model, files: [...model.files, { ...model.files[0]!, name: 'other.pt', sizeBytes: 7000 }] },
    ]
    const mine = join(folder, 'mine.bin')
    writeFileSync(mine, body)
    expect(await addFile(mine, accepted, { ...surroundings, models })).toBe(0)
    expect(lines).toEqual([`${mine} is a part of Tiny, used where it is. Still missing: 7 kB.`])
  })

  test.each([
    ['that is not there', null, 4, /There is no file/],
    ['of other contents', Buffer.alloc(100_000), 4, /has the size of tiny\.pt, but not its contents/],
    ['of no model', Buffer.alloc(5), 2, /is no file of a model that Infill knows/],
  ])('refuses a file %s', async (_, bytes, exitCode, sentence) => {
    const { errors, surroundings, folder } = await setUp()
    const mine = join(folder, 'mine.bin')
    if (bytes !== null) writeFileSync(mine, bytes)
    expect(await addFile(mine, accepted, surroundings)).toBe(exitCode)
    expect(errors).toEqual([expect.stringMatching(sentence)])
  })
})

describe('the built infill models', () => {
  test('downloads from a mirror, is stopped by Ctrl+C, and says how far it got', async () => {
    const mirror = await startWeightsServer()
    mirror.publish('/migan/migan_pipeline_v2.onnx', Buffer.alloc(28_079_181))
    mirror.misbehave('/migan/migan_pipeline_v2.onnx', { type: 'stall', afterBytes: 14_500_000 })
    const home = temporaryFolder()
    const install = new Infill(home, ['models', 'install', 'migan'], { INFILL_MIRROR: mirror.url('/') })
    await install.says(/Downloading MI-GAN: 0 %, 0 kB of 28 MB/)
    await mirror.stalled()
    install.process.kill('SIGINT')
    expect(await install.exitCode).toBe(1)
    expect(install.output).toContain('MI-GAN is published under MIT')
    expect(install.output).toContain('What was downloaded is kept')

    const list = new Infill(home, ['models', 'list'])
    expect(await list.exitCode).toBe(0)
    expect(list.output).toMatch(/migan: MI-GAN \(\d+ % downloaded, 28 MB, MIT\)/)
    const doctor = new Infill(home, ['doctor', '--json'])
    expect(await doctor.exitCode).toBe(0)
    expect(JSON.parse(doctor.output)).toMatchObject({
      models: models.map(({ id }) => ({ id, installed: false })),
      freeBytes: expect.any(Number),
    })
    await mirror.close()
  })

  test('doctor says what is damaged: exit code 1', async () => {
    const home = temporaryFolder()
    const folder = join(home, 'models', 'migan')
    mkdirSync(folder, { recursive: true })
    const record = { path: join(home, 'gone.onnx'), sizeBytes: 28_079_181, sha256: '', damaged: false }
    writeFileSync(join(folder, 'migan_pipeline_v2.onnx.installed.json'), JSON.stringify(record))
    const doctor = new Infill(home, ['doctor'])
    expect(await doctor.exitCode).toBe(1)
    expect(doctor.output).toContain(
      'The model MI-GAN is damaged. Repair it with `infill models install migan`.',
    )
  })

  test.each([[['models']], [['models', 'list', 'lama']], [['models', 'install']], [['models', 'wish']]])(
    'used wrongly ends with 2: %j',
    async (options) => {
      const infill = new Infill(temporaryFolder(), options)
      expect(await infill.exitCode).toBe(2)
      expect(infill.output).not.toBe('')
    },
  )

  test('explains itself', async () => {
    const infill = new Infill(temporaryFolder(), ['models', 'install', '--help'])
    expect(await infill.exitCode).toBe(0)
    expect(infill.output).toContain('--accept-licence')
  })
})
