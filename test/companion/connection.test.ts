import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { limits } from '../../companion/protocol.ts'
import { openDataFolder } from '../../companion/settings.ts'
import { revokeAll } from '../../companion/tokens.ts'
import { Client, hello } from '../support/client.ts'
import { startTestCompanion } from '../support/companion.ts'
import { pngOf } from '../support/encoded.ts'
import { gradientImage, rectMask } from '../support/images.ts'

const width = 61
const height = 43
const picture = await pngOf(gradientImage(width, height))
const mask = await pngOf(rectMask(width, height, { x: 20, y: 10, width: 12, height: 9 }))

const fillOf = (id: string, imageId = 'picture') =>
  ({ type: 'fill', id, imageId, task: 'remove', engine: 'auto', seed: 7 }) as const

/** Paired, and with a picture that can be filled. */
async function ready(port: number, token: string): Promise<Client> {
  const client = await Client.paired(port, token)
  client.send({ type: 'image', id: 'picture' }, { image: picture })
  await client.next('image-ready')
  return client
}

describe('a malformed message', () => {
  test.each([
    ['text', 'hello'],
    ['text that is a request', JSON.stringify(hello())],
    ['nothing', new Uint8Array(0)],
    ['a length that does not fit', Uint8Array.of(255, 255, 0, 0, 1)],
    ['a header that is not JSON', Uint8Array.of(1, 0, 0, 0, 0x7b)],
  ])('is refused, and the connection closed with 1002: %s', async (_what, bytes) => {
    const { port, token } = await startTestCompanion()
    for (const client of [await Client.connect(port), await Client.paired(port, token)]) {
      client.sendBytes(bytes)
      const { code, message } = await client.next('failed')
      expect(code).toBe('message-malformed')
      expect(message).toMatch(/\w+\./)
      expect(await client.closed).toBe(1002)
    }
  })

  test('ends nobody else', async () => {
    const { port, token } = await startTestCompanion()
    const other = await ready(port, token)
    const client = await Client.connect(port)
    client.sendBytes('x')
    await client.closed
    other.send(fillOf('a'), { mask })
    await other.next('done')
  })
})

describe('a message of unknown type', () => {
  test.each(['wish', '', 'constructor', '__proto__', 'HELLO', 'ready'])(
    'is refused, and the connection stays open: "%s"',
    async (type) => {
      const { port, token } = await startTestCompanion()
      const client = await Client.paired(port, token)
      client.send({ type } as never)
      expect(await client.next('failed')).toMatchObject({ code: 'message-unknown' })
      await client.settled()
    },
  )
})

describe('a message that is too large', () => {
  test('closes the connection with 1009 from 64 KiB before pairing', async () => {
    const { port } = await startTestCompanion()
    const padded = (bytes: number) => {
      const bare = JSON.stringify({ ...hello(), padding: '' }).length + 4
      return { ...hello(), padding: 'x'.repeat(bytes - bare) }
    }
    const client = await Client.connect(port)
    client.send(padded(limits.unpairedMessageBytes))
    await client.next('pair-needed')
    client.send(padded(limits.unpairedMessageBytes + 1))
    expect(await client.closed).toBe(1009)
  })

  test('is not waited for before pairing', async () => {
    const { port } = await startTestCompanion()
    const client = await Client.connect(port)
    // The end of this message is never sent.
    client.socket.send(new Uint8Array(1024 * 1024), { binary: true, fin: false })
    expect(await client.closed).toBe(1009)
  })

  test('may follow the greeting that pairs at once', async () => {
    const { port, token } = await startTestCompanion()
    const client = await Client.connect(port)
    client.send(hello(token))
    client.send({ type: 'image', id: 'a' }, { image: new Uint8Array(1024 * 1024) })
    expect(await client.next('failed')).toMatchObject({ id: 'a', code: 'image-unreadable' })
  })

  test('closes the connection with 1009 from 128 MiB', async () => {
    const { port, token } = await startTestCompanion()
    const client = await Client.paired(port, token)
    client.sendBytes(new Uint8Array(limits.messageBytes + 1))
    expect(await client.closed).toBe(1009)
    await ready(port, token)
  })
})

describe('messages', () => {
  test('take effect in their order, without waiting for answers', async () => {
    const { port, token } = await startTestCompanion()
    const client = await Client.connect(port)
    client.send(hello(token))
    client.send({ type: 'image', id: 'picture' }, { image: picture })
    client.send(fillOf('a'), { mask })
    client.send({ type: 'image', id: 'broken' }, { image: Uint8Array.of(1) })
    client.send({ type: 'models' })
    const types = []
    while (types.at(-1) !== 'models') types.push((await client.any()).type)
    expect(types.slice(0, 2)).toEqual(['ready', 'image-ready'])
    expect(types.indexOf('failed')).toBe(types.length - 2)
    await client.next('done', 'a')
  })

  test('are overtaken by a cancel, even where the job itself still waits behind its picture', async () => {
    const { port, token, engine } = await startTestCompanion()
    const client = await Client.paired(port, token)
    client.send({ type: 'image', id: 'picture' }, { image: picture })
    client.send(fillOf('a'), { mask })
    client.send(fillOf('b'), { mask })
    client.send({ type: 'cancel', id: 'a' })
    const first = await client.any()
    expect(first).toMatchObject({ type: 'cancelled', id: 'a' })
    await client.next('done', 'b')
    expect(engine.fills).toHaveLength(1)
    expect(client.rest.filter((reply) => 'id' in reply && reply.id === 'a')).toEqual([])
  })

  test('of a client that floods are read no faster than they are answered, and all are answered', async () => {
    const { port, token } = await startTestCompanion()
    const client = await Client.paired(port, token)
    const image = new Uint8Array(48 * 2 ** 20)
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) client.send({ type: 'image', id }, { image })
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      expect(await client.next('failed')).toMatchObject({ id, code: 'image-unreadable' })
    }
  })
})

describe('cancel', () => {
  test('ends a job in the middle of its work within 300 ms, and the next one works', async () => {
    const { port, token, engine } = await startTestCompanion()
    const client = await ready(port, token)
    engine.block()
    client.send(fillOf('a'), { mask })
    await engine.blocked()
    const since = performance.now()
    client.send({ type: 'cancel', id: 'a' })
    await client.next('cancelled', 'a')
    expect(performance.now() - since).toBeLessThan(300)
    await vi.waitFor(() => expect(engine.cancelled).toBe(1))
    engine.release()
    client.send(fillOf('a'), { mask })
    await client.next('done', 'a')
    expect(engine.openCount).toBe(0)
  })

  test('reaches a job from any connection of its token', async () => {
    const { port, token, engine } = await startTestCompanion()
    const client = await ready(port, token)
    const second = await Client.paired(port, token)
    engine.block()
    client.send(fillOf('a'), { mask })
    await engine.blocked()
    second.send({ type: 'cancel', id: 'a' })
    await client.next('cancelled', 'a')
    await second.settled()
    expect(second.rest).toEqual([])
  })

  test('of what is unknown, finished or of another client gets nothing', async () => {
    const companion = await startTestCompanion()
    const client = await ready(companion.port, companion.token)
    const other = await Client.connect(companion.port)
    other.send({ type: 'pair', code: companion.code })
    await other.next('ready')
    companion.engine.block()
    client.send(fillOf('a'), { mask })
    await companion.engine.blocked()
    other.send({ type: 'cancel', id: 'a' })
    other.send({ type: 'cancel', id: 'b' })
    await other.settled()
    expect(other.rest.filter(({ type }) => type !== 'paired')).toEqual([])
    companion.engine.release()
    await client.next('done', 'a')
    client.send({ type: 'cancel', id: 'a' })
    await client.settled()
    expect(client.rest.filter(({ type }) => type === 'cancelled')).toEqual([])
  })
})

describe('a dropped socket', () => {
  test('does not end its job, which another one attaches to', async () => {
    const { port, token, engine } = await startTestCompanion()
    const client = await ready(port, token)
    engine.block()
    client.send(fillOf('a'), { mask })
    await engine.blocked()
    client.socket.terminate()
    await client.closed
    const second = await Client.paired(port, token)
    second.send({ type: 'attach', id: 'a' })
    expect(await second.next('progress', 'a')).toMatchObject({ stage: 'fill' })
    engine.release()
    const patch = await second.next('patch', 'a')
    expect(patch.blobsByName.patch!.byteLength).toBeGreaterThan(0)
    await second.next('done', 'a')
  })

  test('finds the whole result of a job that ended meanwhile', async () => {
    const { port, token } = await startTestCompanion()
    const client = await ready(port, token)
    client.send({ ...fillOf('a'), variations: 3 }, { mask })
    await client.next('done', 'a')
    const sent = client.rest.filter(({ type }) => type === 'patch')
    await client.close()
    const second = await Client.paired(port, token)
    second.send({ type: 'attach', id: 'a' })
    await second.next('done', 'a')
    expect(second.rest.filter(({ type }) => type === 'patch')).toEqual(sent)
    expect(sent).toHaveLength(3)
  })

  test('is told of a job that failed or was cancelled, too', async () => {
    const { port, token, engine } = await startTestCompanion()
    const client = await ready(port, token)
    client.send(fillOf('failed'), { mask: Uint8Array.of(1) })
    await client.next('failed')
    engine.block()
    client.send(fillOf('cancelled'), { mask })
    await engine.blocked()
    client.send({ type: 'cancel', id: 'cancelled' })
    await client.next('cancelled')
    client.send({ type: 'attach', id: 'failed' })
    client.send({ type: 'attach', id: 'cancelled' })
    expect(await client.next('failed')).toMatchObject({ id: 'failed', code: 'mask-unreadable' })
    expect(await client.next('cancelled')).toMatchObject({ id: 'cancelled' })
  })

  test('leaves the old one receiving, when it is still open', async () => {
    const { port, token, engine } = await startTestCompanion()
    const client = await ready(port, token)
    engine.block()
    client.send(fillOf('a'), { mask })
    await engine.blocked()
    const second = await Client.paired(port, token)
    second.send({ type: 'attach', id: 'a' })
    await second.next('progress', 'a')
    engine.release()
    await Promise.all([client.next('done', 'a'), second.next('done', 'a')])
  })

  test('finds no job of another client, and none that never was', async () => {
    const companion = await startTestCompanion()
    const client = await ready(companion.port, companion.token)
    client.send(fillOf('a'), { mask })
    await client.next('done', 'a')
    const other = await Client.connect(companion.port)
    other.send({ type: 'pair', code: companion.code })
    await other.next('ready')
    for (const id of ['a', 'b']) {
      other.send({ type: 'attach', id })
      expect(await other.next('failed')).toMatchObject({ id, code: 'job-unknown' })
    }
  })
})

describe('two clients', () => {
  test('take turns, and each is told how many are ahead', async () => {
    const companion = await startTestCompanion()
    const ann = await ready(companion.port, companion.token)
    const bob = await Client.connect(companion.port)
    bob.send({ type: 'pair', code: companion.code })
    const { token } = await bob.next('paired')
    await bob.close()
    const bobAgain = await ready(companion.port, token)
    companion.engine.block()
    ann.send(fillOf('a'), { mask })
    await companion.engine.blocked()
    ann.send(fillOf('b'), { mask })
    ann.send(fillOf('c'), { mask })
    expect(await ann.next('progress', 'c')).toMatchObject({
      stage: 'queued',
      done: 0,
      total: 2,
      unit: 'jobs',
    })
    bobAgain.send({ ...fillOf('a'), seed: 99 }, { mask })
    expect(await bobAgain.next('progress', 'a')).toMatchObject({ stage: 'queued', done: 0, total: 1 })
    companion.engine.release()
    await Promise.all([ann.next('done', 'c'), bobAgain.next('done', 'a')])
    expect(companion.engine.fills.map(({ settings }) => settings.seed)).toEqual([7, 99, 7, 7])
  })

  test('have pictures of their own under the same id', async () => {
    const { port, token } = await startTestCompanion()
    const first = await ready(port, token)
    const second = await Client.paired(port, token)
    second.send(fillOf('a'), { mask })
    expect(await second.next('failed')).toMatchObject({ id: 'a', code: 'image-unknown' })
    first.send(fillOf('a'), { mask })
    await first.next('done', 'a')
  })
})

describe('a client that does not read', () => {
  test('is dropped before more than 64 MiB wait for it; its jobs go on', async () => {
    const { port, token, engine } = await startTestCompanion()
    // Noise does not compress: each finished picture is some 16 MB.
    const noise = gradientImage(2301, 1700)
    let state = 1
    for (let index = 0; index < noise.data.length; index += 1) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      if (index % 4 !== 3) noise.data[index] = state >>> 24
    }
    const client = await Client.paired(port, token)
    client.send({ type: 'image', id: 'picture' }, { image: await pngOf(noise) })
    await client.next('image-ready')
    client.socket.pause()
    const marked = await pngOf(rectMask(2301, 1700, { x: 20, y: 10, width: 12, height: 9 }))
    client.send({ ...fillOf('a'), variations: 8, extent: 'finished' }, { mask: marked })
    const second = await Client.paired(port, token)
    await vi.waitFor(() => expect(engine.fills.length).toBe(8), { timeout: 30_000, interval: 50 })
    client.socket.resume()
    expect(await client.closed).toBe(1006)
    // Sent no faster than it reads, all of it reaches the next one.
    second.send({ type: 'attach', id: 'a' })
    await second.next('done', 'a')
    expect(second.rest.filter(({ type }) => type === 'patch')).toHaveLength(8)
  })
})

describe('a client that is no longer paired', () => {
  test('is sent away with 1008, and its jobs end', async () => {
    const companion = await startTestCompanion({ timing: { followEveryMs: 20 } })
    const client = await Client.connect(companion.port)
    client.send({ type: 'pair', code: companion.code })
    const { token } = await client.next('paired')
    client.send({ type: 'image', id: 'picture' }, { image: picture })
    companion.engine.block()
    client.send(fillOf('a'), { mask })
    await companion.engine.blocked()
    const page = await Client.paired(companion.port, companion.token)
    revokeAll(openDataFolder(companion.dataFolder).tokens)
    expect(await client.closed).toBe(1008)
    await vi.waitFor(() => expect(companion.engine.cancelled).toBe(1))
    await page.settled()
    const again = await Client.connect(companion.port)
    again.send(hello(token))
    await again.next('pair-needed')
  })

  test('is sent away within two seconds at the usual pace', async () => {
    const companion = await startTestCompanion()
    const client = await Client.connect(companion.port)
    client.send({ type: 'pair', code: companion.code })
    await client.next('paired')
    const since = performance.now()
    revokeAll(openDataFolder(companion.dataFolder).tokens)
    expect(await client.closed).toBe(1008)
    expect(performance.now() - since).toBeLessThan(2000)
  })
})

describe('a companion that stops', () => {
  test('lets the running job end, refuses the others, and says goodbye with 1001', async () => {
    const companion = await startTestCompanion({ timing: { graceMs: 10_000 } })
    const client = await ready(companion.port, companion.token)
    companion.engine.block()
    client.send(fillOf('a'), { mask })
    await companion.engine.blocked()
    client.send(fillOf('b'), { mask })
    await client.next('progress', 'b')
    const stopped = companion.stop()
    expect(await client.next('failed')).toMatchObject({ id: 'b', code: 'shutting-down' })
    client.send(fillOf('c'), { mask })
    expect(await client.next('failed')).toMatchObject({ id: 'c', code: 'shutting-down' })
    companion.engine.release()
    await client.next('patch', 'a')
    await client.next('done', 'a')
    expect(await client.next('closing')).toMatchObject({ reason: expect.stringMatching(/\./) })
    expect(await client.closed).toBe(1001)
    await stopped
  })

  test('ends a job that takes longer than its grace', async () => {
    const companion = await startTestCompanion({ timing: { graceMs: 50 } })
    const client = await ready(companion.port, companion.token)
    companion.engine.block()
    client.send(fillOf('a'), { mask })
    await companion.engine.blocked()
    const stopped = companion.stop()
    expect(await client.next('failed')).toMatchObject({ id: 'a', code: 'shutting-down' })
    expect(await client.closed).toBe(1001)
    await stopped
    expect(companion.engine.cancelled).toBe(1)
  })

  test('does not wait for a client that does not answer', async () => {
    const companion = await startTestCompanion()
    const client = await Client.paired(companion.port, companion.token)
    client.socket.pause()
    onTestFinished(() => client.socket.terminate())
    const since = performance.now()
    await companion.stop()
    expect(performance.now() - since).toBeLessThan(2000)
  })
})
