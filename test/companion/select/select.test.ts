import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { Request } from '../../../companion/protocol.ts'
import type { Selector } from '../../../companion/select/selector.ts'
import type { Companion } from '../../../companion/server.ts'
import { Client, type Received } from '../../support/client.ts'
import { startTestCompanion } from '../../support/companion.ts'
import { pngOf } from '../../support/encoded.ts'
import { gradientImage, paintImage, rectMask } from '../../support/images.ts'
import { createScene } from '../../support/scene.ts'

const { png: photo, discs } = await createScene()
const disc = discs[0]!
const middle = { x: disc.x + 26, y: disc.y + 26, include: true }
const drawing = await pngOf(
  paintImage(90, 60, (x, y) =>
    x >= 20 && x < 50 && y >= 10 && y < 40 ? [40, 90, 220, 255] : [250, 250, 250, 255],
  ),
)

type Fields = Readonly<Record<string, unknown>>

function select(fields: Fields = {}): Request {
  const request = {
    type: 'select',
    id: 'job',
    imageId: 'photo',
    points: [middle],
    selector: 'auto',
    ...fields,
  }
  return request as unknown as Request
}

async function clientWith({ port, token }: Companion): Promise<Client> {
  const client = await Client.paired(port, token)
  client.send({ type: 'image', id: 'photo' }, { image: photo })
  client.send({ type: 'image', id: 'drawing' }, { image: drawing })
  await client.next('image-ready', 'drawing')
  return client
}

/** The first candidate's mask as bytes, one a pixel. */
async function maskOf({ blobsByName }: Received<'selection'>) {
  const { width, height, channels, depth } = await sharp(blobsByName.mask).metadata()
  const data = await sharp(blobsByName.mask).toColourspace('b-w').raw().toBuffer()
  return { width, height, channels, depth, data }
}

describe('select', () => {
  test('tells its progress, then the candidates with a mask each, then that it is done', async () => {
    const client = await clientWith(await startTestCompanion())
    client.send(select({ points: [], box: { x: disc.x - 8, y: disc.y - 8, width: 69, height: 69 } }))
    const selection = await client.next('selection', 'job')
    await client.next('done', 'job')
    expect(client.rest.map(({ type }) => type)).toContain('progress')
    expect(selection.candidates).toEqual([{ rect: disc, score: expect.any(Number) }])
    const mask = await maskOf(selection)
    expect(mask).toMatchObject({ width: 240, height: 180, channels: 1, depth: 'uchar' })
    expect([mask.data[90 * 240 + 120], mask.data[10 * 240 + 20]]).toEqual([255, 0])
    expect(new Set(mask.data)).toEqual(new Set([0, 255]))
  })

  test('takes a widget of interface art by one click, exact to the pixel', async () => {
    const client = await clientWith(await startTestCompanion())
    client.send(select({ imageId: 'drawing', points: [{ x: 33, y: 22, include: true }] }))
    const selection = await client.next('selection')
    expect(selection.candidates[0]).toEqual({ rect: { x: 20, y: 10, width: 30, height: 30 }, score: 1 })
    const expected = rectMask(90, 60, { x: 20, y: 10, width: 30, height: 30 })
    expect((await maskOf(selection)).data).toEqual(Buffer.from(expected.data))
  })

  test('finds nothing where nothing is asked for but what does not belong', async () => {
    const client = await clientWith(await startTestCompanion())
    client.send(select({ points: [{ ...middle, include: false }] }))
    expect(await client.next('selection')).toMatchObject({ candidates: [], blobsByName: {} })
    await client.next('done', 'job')
  })

  test('is kept for whoever attaches later', async () => {
    const companion = await startTestCompanion()
    const client = await clientWith(companion)
    client.send(select())
    const first = await client.next('selection')
    await client.next('done')
    const other = await Client.paired(companion.port, companion.token)
    other.send({ type: 'attach', id: 'job' })
    expect(await other.next('selection')).toEqual(first)
    await other.next('done', 'job')
  })

  test('does not wait behind a fill', async () => {
    const companion = await startTestCompanion()
    const client = await clientWith(companion)
    companion.engine.block()
    const hole = await pngOf(rectMask(240, 180, disc))
    client.send(
      { type: 'fill', id: 'fill', imageId: 'photo', task: 'remove', engine: 'stub' },
      { mask: hole },
    )
    await companion.engine.blocked()
    client.send(select())
    await client.next('selection', 'job')
    await client.next('done', 'job')
    expect(client.rest.some((reply) => reply.type === 'done')).toBe(false)
    companion.engine.release()
    await client.next('done', 'fill')
  })

  test('waits for the one before', async () => {
    const client = await clientWith(await startTestCompanion())
    client.send(select({ id: 'first' }))
    client.send(select({ id: 'second' }))
    expect(await client.next('progress', 'second')).toMatchObject({ stage: 'queued', total: 1, unit: 'jobs' })
    await client.next('done', 'first')
    await client.next('done', 'second')
  })

  test.each([
    ['id', { id: '!' }, 'option-invalid'],
    ['imageId', { imageId: 5, selector: 'nobody' }, 'option-invalid'],
    ['nowhere', { imageId: 'nowhere', selector: 'nobody' }, 'image-unknown'],
    ['selector', { selector: 'nobody', points: 'here' }, 'option-invalid'],
    ['selector', { selector: 5 }, 'option-invalid'],
    ['points', { points: undefined }, 'option-invalid'],
    ['points', { points: [{ x: 1.5, y: 2, include: true }] }, 'option-invalid'],
    ['points', { points: [{ x: 1, y: 2 }] }, 'option-invalid'],
    ['points', { points: [{ x: 240, y: 2, include: true }], box: 'large' }, 'option-invalid'],
    ['points', { points: [{ x: 1, y: -1, include: false }] }, 'option-invalid'],
    ['points', { points: [] }, 'option-invalid'],
    ['box', { box: [1, 2, 3, 4] }, 'option-invalid'],
    ['box', { box: { x: 200, y: 100, width: 41, height: 20 } }, 'option-invalid'],
    ['box', { box: { x: 200, y: 100, width: 0, height: 20 } }, 'option-invalid'],
  ])('with a wrong %s is refused in words that name it: %j', async (name, fields, code) => {
    const client = await clientWith(await startTestCompanion())
    client.send(select(fields))
    const failed = await client.next('failed')
    expect(failed).toMatchObject({ code, message: expect.stringContaining(name) })
    expect(failed.id).toBe(name === 'id' ? undefined : 'job')
    client.send(select({ id: 'next' }))
    await client.next('done', 'next')
  })

  test.each([
    ['box', { takesBox: false }, { box: disc, points: [] }, 'option-invalid'],
    ['points', { takesPoints: false }, {}, 'option-invalid'],
    ['model', { models: ['sam'] }, {}, 'model-missing'],
  ])('is refused by a selector that has no %s', async (name, changed, fields, code) => {
    const companion = await startTestCompanion({ selectors: [{ ...stub, ...changed }] })
    const client = await clientWith(companion)
    client.send(select({ selector: 'stub', ...fields }))
    expect(await client.next('failed')).toMatchObject({
      id: 'job',
      code,
      message: expect.stringContaining(name),
    })
  })

  test('by auto where no selector is ready is refused', async () => {
    const client = await clientWith(await startTestCompanion({ selectors: [] }))
    client.send(select())
    expect(await client.next('failed')).toMatchObject({ id: 'job', code: 'task-unsupported' })
  })
})

describe('cancel', () => {
  test('ends a selection in the middle, and the next one works', async () => {
    const companion = await startTestCompanion()
    const client = await clientWith(companion)
    const busy = await pngOf(gradientImage(1201, 803))
    client.send({ type: 'image', id: 'busy' }, { image: busy })
    client.send(select({ imageId: 'busy', selector: 'grabcut', points: [{ x: 600, y: 400, include: true }] }))
    await client.next('progress', 'job')
    client.send({ type: 'cancel', id: 'job' })
    await client.next('cancelled', 'job')
    client.send(select({ id: 'next' }))
    await client.next('selection', 'next')
    expect(client.rest.some((reply) => reply.type === 'selection')).toBe(false)
  })

  test('finds a selection whose picture is still on its way', async () => {
    const { port, token } = await startTestCompanion()
    const client = await Client.paired(port, token)
    client.send({ type: 'image', id: 'photo' }, { image: photo })
    client.send(select())
    client.send({ type: 'cancel', id: 'job' })
    await client.next('cancelled', 'job')
    await client.settled()
    expect(client.rest.map(({ type }) => type)).toEqual(['image-ready'])
  })
})

const stub: Selector = {
  ...{ id: 'stub', title: 'Stub', takesBox: true, takesPoints: true },
  ...{ models: [], licences: [] },
  suits: () => true,
  open: () => ({ select: async () => [], close: async () => {} }),
}
