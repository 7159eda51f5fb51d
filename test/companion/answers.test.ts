import sharp from 'sharp'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Engine } from '../../companion/engines/engine.ts'
import { limits, type Request } from '../../companion/protocol.ts'
import { selectors } from '../../companion/select/index.ts'
import type { Companion } from '../../companion/server.ts'
import { pixelAt } from '../support/assert-image.ts'
import { Client, hello } from '../support/client.ts'
import { startTestCompanion } from '../support/companion.ts'
import { pngHeader, pngOf, sharpOf } from '../support/encoded.ts'
import { gradientImage, plainImage, rectMask } from '../support/images.ts'
import { stubEngine } from '../support/stub-engine.ts'

const width = 61
const height = 43
const hole = { x: 20, y: 10, width: 12, height: 9 }
const picture = await pngOf(gradientImage(width, height))
const mask = await pngOf(rectMask(width, height, hole))
const emptyMask = await pngOf(rectMask(width, height))
const standingMask = await pngOf(rectMask(height, width, hole))
const jpegMask = await sharpOf(rectMask(width, height, hole))
  .jpeg()
  .toBuffer()
const everything = await pngOf(rectMask(width, height, { x: 0, y: 0, width, height }))

type Fields = Readonly<Record<string, unknown>>

/** A request whose fields may be wrong. */
function request(fields: Fields): Request {
  return fields as unknown as Request
}

function fill(fields: Fields = {}): Request {
  return request({ type: 'fill', id: 'job', imageId: 'picture', task: 'remove', engine: 'auto', ...fields })
}

async function pairedWithPicture({ port, token }: Companion): Promise<Client> {
  const client = await Client.paired(port, token)
  client.send({ type: 'image', id: 'picture' }, { image: picture })
  await client.next('image-ready')
  return client
}

/** What a client is told when it sends this, and that the next job works all the same. */
async function failure(
  companion: Companion,
  header: Request,
  blobs: Readonly<Record<string, Uint8Array>> = {},
): Promise<{ id?: string; code: string; message: string; hint?: string }> {
  const client = await pairedWithPicture(companion)
  client.send(header, blobs)
  const { type: _type, blobsByName: _blobs, ...failed } = await client.next('failed')
  client.send({ type: 'image', id: 'picture' }, { image: picture })
  client.send(fill({ id: 'next' }), { mask })
  await client.next('done', 'next')
  return failed
}

describe('hello', () => {
  test('with a token is answered with all there is to know', async () => {
    const { port, token } = await startTestCompanion()
    const client = await Client.connect(port)
    client.send(hello(token))
    const { blobsByName: _blobs, ...ready } = await client.next('ready')
    expect(ready).toEqual({
      type: 'ready',
      protocol: 1,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      instance: expect.any(String),
      device: { kind: 'cpu', name: expect.stringMatching(/./), precision: 'fp32' },
      engines: [expect.objectContaining({ id: 'stub', ready: true, downloadBytes: 0, models: [] })],
      selectors: selectors.map(({ id, models, licences }) => ({
        ...{ id, title: expect.stringMatching(/./), takesBox: true, takesPoints: true },
        ...{ models, ready: models.length === 0, downloadBytes: 0, licences },
      })),
      limits: { messageBytes: 134_217_728, imagePixels: 67_108_864 },
    })
    const names = ready.engines[0]!.options.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['quality', 'growPx', 'featherPx', 'preview']))
    expect(ready.engines[0]).not.toHaveProperty('limits')
  })

  test('has the instance that /health has', async () => {
    const { port, token } = await startTestCompanion()
    const client = await Client.connect(port)
    client.send(hello(token))
    const { instance } = await client.next('ready')
    const health = await fetch(`http://localhost:${port}/health`).then((response) => response.json())
    expect(health).toMatchObject({ instance })
  })

  test('without a token, or with a wrong one, asks for pairing', async () => {
    const { port } = await startTestCompanion()
    const client = await Client.connect(port)
    for (const token of [undefined, 'wrong', '', 'x'.repeat(43)]) {
      client.send(hello(token))
      expect(await client.next('pair-needed')).toMatchObject({ attemptsLeft: 5 })
    }
  })

  test('may be repeated; a wrong token ends what a right one began', async () => {
    const { port, token } = await startTestCompanion()
    const client = await Client.paired(port, token)
    client.send(hello())
    await client.next('ready')
    client.send(hello('wrong'))
    await client.next('pair-needed')
    client.send({ type: 'models' })
    expect(await client.next('failed')).toMatchObject({ code: 'not-paired' })
  })

  test.each([2, 0, '1', null])(
    'of protocol %j is refused, naming those that are spoken',
    async (protocol) => {
      const { port, token } = await startTestCompanion()
      const client = await Client.connect(port)
      client.send(request({ ...hello(token), protocol }))
      expect(await client.next('failed')).toMatchObject({ code: 'protocol-unsupported', supported: [1] })
    },
  )

  test.each([
    ['client', { client: 'figma' }],
    ['client', { client: { name: 'figma' } }],
    ['token', { token: 5 }],
    ['locale', { locale: 'tlh' }],
  ])('with a wrong %s is refused', async (name, fields) => {
    const { port } = await startTestCompanion()
    const client = await Client.connect(port)
    client.send(request({ ...hello(), ...fields }))
    const { code, message } = await client.next('failed')
    expect(code).toBe('option-invalid')
    expect(message).toContain(`Expected ${name} to be`)
  })

  test.each(['en', 'zh-CN'])('takes the language %s', async (locale) => {
    const { port } = await startTestCompanion()
    const client = await Client.connect(port)
    client.send(request({ ...hello(), locale }))
    await client.next('pair-needed')
  })
})

describe('pair', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('with the right code gives a token, needs no hello, and the token works from then on', async () => {
    const companion = await startTestCompanion()
    const client = await Client.connect(companion.port)
    client.send({ type: 'pair', code: companion.code })
    expect((await client.any()).type).toBe('paired')
    expect((await client.any()).type).toBe('ready')
    client.send({ type: 'pair', code: companion.code })
    const { token } = await client.next('paired')
    await Client.paired(companion.port, token)
  })

  test('with a wrong code says how many tries are left, then locks pairing for longer each time', async () => {
    // Only the date is made up: sockets need their timers.
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    const companion = await startTestCompanion()
    const client = await Client.connect(companion.port)
    for (const lockMs of [60_000, 120_000]) {
      for (const attemptsLeft of [4, 3, 2, 1, 0]) {
        client.send({ type: 'pair', code: companion.code === '000000' ? '111111' : '000000' })
        expect(await client.next('failed')).toMatchObject({ code: 'pair-wrong', attemptsLeft })
      }
      client.send({ type: 'pair', code: companion.code })
      expect(await client.next('failed')).toMatchObject({ code: 'pair-locked', retryAfterMs: lockMs })
      const other = await Client.connect(companion.port)
      other.send(hello())
      expect(await other.next('pair-needed')).toMatchObject({ attemptsLeft: 0 })
      vi.setSystemTime(Date.now() + lockMs)
    }
    client.send({ type: 'pair', code: companion.code })
    await client.next('ready')
  })

  test('is refused while it is locked, but paired clients do not notice', async () => {
    const companion = await startTestCompanion()
    const client = await Client.connect(companion.port)
    for (let attempt = 0; attempt < 5; attempt += 1) client.send({ type: 'pair', code: 'wrong' })
    client.send({ type: 'pair', code: companion.code })
    await client.next('failed')
    await expect(pairedWithPicture(companion)).resolves.toBeDefined()
  })

  test('with a code that is no text is refused, and not counted', async () => {
    const companion = await startTestCompanion()
    const client = await Client.connect(companion.port)
    client.send(request({ type: 'pair', code: 123456 }))
    expect(await client.next('failed')).toMatchObject({ code: 'option-invalid' })
    client.send(hello())
    expect(await client.next('pair-needed')).toMatchObject({ attemptsLeft: 5 })
  })
})

describe('before pairing', () => {
  test.each(['image', 'fill', 'select', 'attach', 'models', 'install', 'uninstall', 'nonsense'])(
    '"%s" is refused, and the connection stays open',
    async (type) => {
      const { port } = await startTestCompanion()
      const client = await Client.connect(port)
      client.send(request({ type, id: 'a' }))
      expect(await client.next('failed')).toMatchObject({ code: 'not-paired' })
      client.send(hello())
      await client.next('pair-needed')
    },
  )

  test('a cancel gets nothing', async () => {
    const { port } = await startTestCompanion()
    const client = await Client.connect(port)
    client.send({ type: 'cancel', id: 'a' })
    client.send(hello())
    expect((await client.any()).type).toBe('pair-needed')
  })
})

describe('image', () => {
  test('is answered with its size', async () => {
    const companion = await startTestCompanion()
    const client = await Client.paired(companion.port, companion.token)
    client.send({ type: 'image', id: 'a' }, { image: picture })
    expect(await client.next('image-ready')).toMatchObject({ id: 'a', width, height })
  })

  test('has engines get ready for a fill; what they keep ready ends with the companion', async () => {
    const said: string[] = []
    const engine: Engine = {
      ...stubEngine(),
      getReady: () => void said.push('getReady'),
      close: async () => void said.push('close'),
    }
    const companion = await startTestCompanion({ engines: [engine], warmsUp: true })
    const client = await Client.paired(companion.port, companion.token)
    expect(said).toEqual([])
    client.send({ type: 'image', id: 'a' }, { image: picture })
    await client.next('image-ready')
    expect(said).toEqual(['getReady'])
    await companion.stop()
    expect(said).toEqual(['getReady', 'close'])
  })

  test('is turned by its EXIF orientation, unless it is to be taken as it lies', async () => {
    const companion = await startTestCompanion()
    const client = await Client.paired(companion.port, companion.token)
    const turned = await sharpOf(gradientImage(width, height))
      .withExif({ IFD0: {} })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    client.send({ type: 'image', id: 'a' }, { image: turned })
    expect(await client.next('image-ready')).toMatchObject({ width: height, height: width })
    client.send({ type: 'image', id: 'b', orientation: 'none' }, { image: turned })
    expect(await client.next('image-ready')).toMatchObject({ width, height })
  })

  test('is kept while three more follow, and replaced by one of its id', async () => {
    const companion = await startTestCompanion()
    const client = await Client.paired(companion.port, companion.token)
    for (const id of ['a', 'b', 'c', 'd', 'd']) client.send({ type: 'image', id }, { image: picture })
    client.send(fill({ imageId: 'a' }), { mask })
    await client.next('done')
    client.send({ type: 'image', id: 'e' }, { image: picture })
    client.send(fill({ imageId: 'a' }), { mask })
    expect(await client.next('failed')).toMatchObject({ id: 'job', code: 'image-unknown' })
  })

  test('that could not replace another leaves none under its id', async () => {
    const companion = await startTestCompanion()
    const client = await pairedWithPicture(companion)
    client.send({ type: 'image', id: 'picture' }, { image: Uint8Array.of(1) })
    client.send(fill(), { mask })
    expect(await client.next('failed')).toMatchObject({ id: 'picture', code: 'image-unreadable' })
    expect(await client.next('failed')).toMatchObject({ id: 'job', code: 'image-unknown' })
  })

  test('with patches is what the next fill sees', async () => {
    const companion = await startTestCompanion()
    const client = await pairedWithPicture(companion)
    const rect = { x: 30, y: 20, width: 9, height: 5 }
    const patch = await pngOf(plainImage(9, 5, [10, 20, 30, 255]))
    client.send({ type: 'image', id: 'next', from: 'picture', patches: [rect] }, { patch })
    expect(await client.next('image-ready')).toMatchObject({ id: 'next', width, height })
    client.send(fill({ imageId: 'next' }), { mask })
    await client.next('done')
    const seen = companion.engine.fills[0]!.tile.image.data
    const isPatched = (at: number) => seen[at] === 10 && seen[at + 1] === 20 && seen[at + 2] === 30
    expect(Array.from({ length: seen.length / 4 }, (_, pixel) => isPatched(pixel * 4))).toContain(true)
  })

  test('with a canvas is that part of it, open beyond its edges, with what was filled before', async () => {
    const companion = await startTestCompanion()
    const client = await pairedWithPicture(companion)
    const rect = { x: 0, y: 20, width: 9, height: 5 }
    const patch = await pngOf(plainImage(9, 5, [10, 20, 30, 255]))
    const canvas = { x: -6, y: 4, width: width + 6, height: height - 4 }
    client.send({ type: 'image', id: 'next', from: 'picture', patches: [rect], canvas }, { patch })
    const { width: canvasWidth, height: canvasHeight } = await client.next('image-ready')
    expect([canvasWidth, canvasHeight]).toEqual([canvas.width, canvas.height])
    client.send(fill({ imageId: 'next', task: 'expand', options: { growPx: 0, featherPx: 0 } }))
    expect(await client.next('patch')).toMatchObject({
      rect: { x: 0, y: 0, width: 6, height: canvas.height },
    })
    const { image, mask: open } = companion.engine.fills[0]!.tile
    expect(pixelAt(image, 6, 16)).toEqual([10, 20, 30, 255])
    expect([open.data[5], open.data[6]]).toEqual([255, 0])
  })

  test.each<[string, Fields, Readonly<Record<string, Uint8Array>>, string]>([
    ['with a canvas of half pixels', { canvas: { ...hole, x: 0.5 } }, { image: picture }, 'option-invalid'],
    ['with a canvas of no width', { canvas: { ...hole, width: 0 } }, { image: picture }, 'option-invalid'],
    [
      'with a canvas too large to be worked on',
      { canvas: { x: 0, y: 0, width: 20_000, height: 20_000 } },
      { image: picture },
      'image-too-large',
    ],
    ['that is no picture', {}, { image: new TextEncoder().encode('<svg/>') }, 'image-unreadable'],
    ['that is missing', {}, {}, 'image-unreadable'],
    ['that is empty', {}, { image: new Uint8Array(0) }, 'image-unreadable'],
    ['that is cut off', {}, { image: picture.subarray(0, picture.length - 60) }, 'image-unreadable'],
    ['of 20,000 × 20,000 pixels in 100 bytes', {}, { image: pngHeader(20_000, 20_000) }, 'image-too-large'],
    ['that starts from an unknown one', { from: 'nobody' }, {}, 'image-unknown'],
    ['that starts from a bad id', { from: 'no body' }, {}, 'option-invalid'],
    ['of an unknown orientation', { orientation: 'left' }, { image: picture }, 'option-invalid'],
    ['with fewer patches than announced', { patches: [hole] }, { image: picture }, 'option-invalid'],
    ['with more patches than announced', {}, { image: picture, patch: picture }, 'option-invalid'],
    [
      'with a patch of another size',
      { patches: [hole] },
      { image: picture, patch: picture },
      'option-invalid',
    ],
    [
      'with a patch outside',
      { patches: [{ x: 1, y: 0, width, height }] },
      { image: picture, patch: picture },
      'option-invalid',
    ],
    [
      'with a patch at half a pixel',
      { patches: [{ ...hole, x: 0.5 }] },
      { image: picture, patch: mask },
      'option-invalid',
    ],
    [
      'with a patch that is no picture',
      { patches: [hole] },
      { image: picture, patch: Uint8Array.of(1) },
      'image-unreadable',
    ],
  ])('%s is refused', async (_what, fields, blobs, code) => {
    const companion = await startTestCompanion()
    expect(await failure(companion, request({ type: 'image', id: 'a', ...fields }), blobs)).toEqual({
      id: 'a',
      code,
      message: expect.stringMatching(/\w.*\.$/),
    })
  })

  test.each(['', 'a b', 'a'.repeat(65), 'ä', 7, null, undefined])(
    'with the id %j is refused without id',
    async (id) => {
      const companion = await startTestCompanion()
      const failed = await failure(companion, request({ type: 'image', id }), { image: picture })
      expect(failed).toMatchObject({ code: 'option-invalid' })
      expect(failed).not.toHaveProperty('id')
    },
  )
})

describe('fill', () => {
  test('is answered with progress, a patch for each variation, and done', async () => {
    const companion = await startTestCompanion()
    const client = await pairedWithPicture(companion)
    client.send(fill({ seed: 2 ** 32 - 1, variations: 2 }), { mask })
    for (const [variation, seed] of [2 ** 32 - 1, 0].entries()) {
      const patch = await client.next('patch')
      expect(patch).toMatchObject({ id: 'job', variation, seed, used: { engine: 'stub', tiles: 1 } })
      const { width, height } = patch.rect
      expect(await sizeOf(patch.blobsByName.patch!)).toEqual({ width, height })
    }
    await client.next('done')
    expect(client.rest.every(({ type }) => type === 'progress')).toBe(true)
    expect(client.rest.length).toBeGreaterThan(0)
  })

  test('without a seed takes another one each time', async () => {
    const companion = await startTestCompanion()
    const client = await pairedWithPicture(companion)
    const seeds = []
    for (const id of ['a', 'b']) {
      client.send(fill({ id }), { mask })
      seeds.push((await client.next('patch', id)).seed)
    }
    expect(seeds[0]).not.toBe(seeds[1])
  })

  test('may use the id of a job that has ended, and replaces its result', async () => {
    const companion = await startTestCompanion()
    const client = await pairedWithPicture(companion)
    for (const seed of [5, 6]) {
      client.send(fill({ seed }), { mask })
      await client.next('done')
    }
    client.send({ type: 'attach', id: 'job' })
    await client.next('done')
    expect(client.rest.filter(({ type }) => type === 'patch').at(-1)).toMatchObject({ seed: 6 })
  })

  test('of the id of a job that has not ended is refused without id, and the job goes on', async () => {
    const companion = await startTestCompanion()
    const client = await pairedWithPicture(companion)
    companion.engine.block()
    client.send(fill(), { mask })
    await companion.engine.blocked()
    for (const type of ['fill', 'select', 'install', 'uninstall']) {
      client.send(request({ ...fill(), type }), { mask })
      const failed = await client.next('failed')
      expect(failed).toMatchObject({ code: 'option-invalid', message: expect.stringContaining('"job"') })
      expect(failed).not.toHaveProperty('id')
    }
    companion.engine.release()
    await client.next('done', 'job')
  })

  test('waits sixteen deep for each client, and no deeper', async () => {
    const companion = await startTestCompanion()
    const client = await pairedWithPicture(companion)
    companion.engine.block()
    for (let index = 0; index <= 17; index += 1) client.send(fill({ id: `job-${index}` }), { mask })
    expect(await client.next('failed')).toMatchObject({ id: 'job-17', code: 'queue-full' })
    companion.engine.release()
    await client.next('done', 'job-16')
  })

  const wrong: readonly [string, Fields, string][] = [
    ['imageId', { imageId: 5 }, 'option-invalid'],
    ['imageId', { imageId: 'a b' }, 'option-invalid'],
    ['imageId', { imageId: 'nobody' }, 'image-unknown'],
    ['task', { task: 'paint' }, 'option-invalid'],
    ['task', { task: undefined }, 'option-invalid'],
    ['task', { task: 'fill', prompt: 'a vase' }, 'task-unsupported'],
    ['task', { task: 'shape', engine: 'stub', prompt: 'a vase' }, 'task-unsupported'],
    ['engine', { engine: 'nobody' }, 'engine-unknown'],
    ['engine', { engine: 1 }, 'option-invalid'],
    ['options', { options: [] }, 'option-invalid'],
    ['options', { options: 'fast' }, 'option-invalid'],
    ['steps', { options: { steps: 20 } }, 'option-invalid'],
    ['__proto__', { options: JSON.parse('{"__proto__":1}') }, 'option-invalid'],
    ['quality', { options: { quality: 'ultra' } }, 'option-invalid'],
    ['growPx', { options: { growPx: -1 } }, 'option-invalid'],
    ['growPx', { options: { growPx: 1.5 } }, 'option-invalid'],
    ['featherPx', { options: { featherPx: '4' } }, 'option-invalid'],
    ['preview', { options: { preview: 1 } }, 'option-invalid'],
    ['seed', { seed: -1 }, 'option-invalid'],
    ['seed', { seed: 2 ** 32 }, 'option-invalid'],
    ['seed', { seed: 0.5 }, 'option-invalid'],
    ['variations', { variations: 0 }, 'option-invalid'],
    ['variations', { variations: 9 }, 'option-invalid'],
    ['extent', { extent: 'half' }, 'option-invalid'],
    ['merge', { merge: 'yes' }, 'option-invalid'],
    ['prompt', { prompt: 'x'.repeat(limits.promptCharacters + 1) }, 'option-invalid'],
    ['prompt', { prompt: 5 }, 'option-invalid'],
    ['negativePrompt', { negativePrompt: {} }, 'option-invalid'],
  ]
  test.each(wrong)('with a wrong %s is refused: %j', async (name, fields, code) => {
    const companion = await startTestCompanion()
    const failed = await failure(companion, fill(fields), { mask })
    expect(failed).toMatchObject({ id: 'job', code })
    if (code === 'option-invalid') expect(failed.message).toContain(name)
  })

  test.each<[string, Readonly<Record<string, Uint8Array>>, string]>([
    ['missing', {}, 'mask-unreadable'],
    ['no PNG', { mask: jpegMask }, 'mask-unreadable'],
    ['cut off', { mask: mask.subarray(0, 60) }, 'mask-unreadable'],
    ['of another shape', { mask: standingMask }, 'mask-size'],
    ['of 20,000 × 20,000 pixels in 100 bytes', { mask: pngHeader(20_000, 20_000) }, 'mask-size'],
    ['empty', { mask: emptyMask }, 'mask-empty'],
    ['over all', { mask: everything }, 'mask-covers-all'],
    ['over all together with avoid', { mask, avoid: everything }, 'mask-covers-all'],
    ['accompanied by an avoid of another shape', { mask, avoid: standingMask }, 'mask-size'],
    ['accompanied by an avoid that is no PNG', { mask, avoid: Uint8Array.of(1) }, 'mask-unreadable'],
  ])('with a mask that is %s is refused', async (_what, blobs, code) => {
    const companion = await startTestCompanion()
    expect(await failure(companion, fill(), blobs)).toMatchObject({ id: 'job', code })
  })

  test('takes a mask of another size and the same shape', async () => {
    const companion = await startTestCompanion()
    const client = await pairedWithPicture(companion)
    const half = await pngOf(rectMask(31, 22, { x: 10, y: 5, width: 6, height: 4 }))
    client.send(fill(), { mask: half })
    await client.next('done')
  })

  test('shows what is to come when the engine does', async () => {
    const stub = stubEngine()
    const showing: Engine = {
      ...stub,
      async open(...given) {
        const opened = await stub.open(...given)
        return {
          ...opened,
          fill(tile, settings, run) {
            run.onProgress({ stage: 'fill', done: 1, total: 2, unit: 'levels', preview: picture })
            return opened.fill(tile, settings, run)
          },
        }
      },
    }
    const client = await pairedWithPicture(await startTestCompanion({ engines: [showing] }))
    client.send(fill(), { mask })
    for (;;) {
      const { stage, blobsByName, ...fields } = await client.next('progress')
      if (stage !== 'fill') continue
      expect(blobsByName).toEqual({ preview: picture })
      expect(fields).not.toHaveProperty('preview')
      break
    }
    await client.next('done')
  })

  test('is checked in the order of the protocol', async () => {
    const remover = stubEngine()
    const prompted = stubEngine({
      id: 'prompted',
      tasks: ['fill'],
      takesPrompt: true,
      models: ['large'],
      lane: 'model',
    })
    const companion = await startTestCompanion({ engines: [remover, prompted] })
    // Every field is wrong; they are put right one after another.
    const steps: readonly [Fields, string][] = [
      [{ id: 'a b' }, 'Expected id'],
      [{ id: 'job' }, 'Expected imageId'],
      [{ imageId: 'nobody' }, 'nobody'],
      [{ imageId: 'picture' }, 'Expected task'],
      [{ task: 'fill' }, 'Expected engine'],
      [{ engine: 'nobody' }, 'nobody'],
      [{ engine: 'stub' }, 'task'],
      [{ engine: 'auto' }, 'Expected options'],
      [{ options: { nonsense: 1 } }, 'nonsense'],
      [{ options: {} }, 'Say in a few words'],
      [{ prompt: 'a vase' }, 'model'],
    ]
    const client = await pairedWithPicture(companion)
    let fields: Fields = { id: 'a b', imageId: 5, task: 5, engine: 5, options: 5, prompt: '' }
    for (const [step, words] of steps) {
      fields = { ...fields, ...step }
      client.send(fill(fields))
      expect((await client.next('failed')).message, JSON.stringify(fields)).toContain(words)
    }
  })

  test('for an engine without its model is refused, with a hint', async () => {
    const prompted = stubEngine({
      id: 'prompted',
      tasks: ['fill'],
      takesPrompt: true,
      models: ['large'],
      lane: 'model',
    })
    const companion = await startTestCompanion({ engines: [stubEngine(), prompted] })
    const empty = await failure(companion, fill({ task: 'fill' }), { mask })
    expect(empty).toMatchObject({ code: 'prompt-missing' })
    const missing = await failure(companion, fill({ task: 'fill', prompt: 'a vase' }), { mask })
    expect(missing).toMatchObject({
      ...{ id: 'job', code: 'model-missing' },
      hint: expect.stringContaining('infill models install large'),
    })
  })

  test('in which the engine breaks is an internal error without details, and the next job works', async () => {
    const companion = await startTestCompanion()
    const client = await pairedWithPicture(companion)
    companion.engine.failWith(new TypeError('secret detail'))
    client.send(fill(), { mask })
    const failed = await client.next('failed')
    expect(failed).toMatchObject({ id: 'job', code: 'internal' })
    expect(JSON.stringify(failed)).not.toContain('secret')
    companion.engine.failWith(null)
    client.send(fill(), { mask })
    await client.next('done')
  })
})

async function sizeOf(png: Uint8Array): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(png).metadata()
  return { width, height }
}
