import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { PatchReply, ProgressReply, Reply, Request, Used } from '../../companion/protocol.ts'
import { type Companion, type ConnectOptions, connect } from '../../ui/companion.ts'
import type { Link } from '../../ui/link.ts'
import type { LocalNetworkPermission } from '../../ui/permission.ts'
import { startTestCompanion } from '../support/companion.ts'
import { pngOf } from '../support/encoded.ts'
import { gradientImage, rectMask } from '../support/images.ts'
import {
  type Conversation,
  ready,
  type ScriptedCompanion,
  startScriptedCompanion,
} from './scripted-companion.ts'

const client = { name: 'test', version: '1' }
const mask = Uint8Array.of(7, 7)
const masks = { mask, avoid: null }
const used: Used = {
  engine: 'stub',
  device: { kind: 'cpu', name: 'CPU', precision: 'fp32' },
  workWidth: 3,
  workHeight: 2,
  tiles: 1,
  growPx: 0,
  featherPx: 0,
  ms: { queue: 0, decode: 0, load: 0, fill: 0, blend: 0, encode: 0 },
  notes: [],
}
const fillRequest = { id: 'job', imageId: 'base', task: 'remove', engine: 'auto' } as const

describe('looking for the companion', () => {
  test('finds it on the first port that answers as one', async () => {
    const scripted = await startScripted()
    const stranger = await startStranger()
    const { until } = start({ ports: [await closedPort(), stranger, scripted.port] })
    expect(await until('ready')).toEqual({ state: 'ready', ready })
    expect(scripted.heard[0]?.request).toEqual({
      type: 'hello',
      protocol: 1,
      client,
      locale: 'en',
      token: 'kept',
    })
  })

  test('says that none is running, and finds it once it is', async () => {
    const port = await closedPort()
    const { until, links } = start({ ports: [port] })
    await until('absent')
    const scripted = await startScripted(undefined, { port })
    await until('ready')
    expect(scripted.port).toBe(port)
    expect(links.map(({ state }) => state)).toEqual(['searching', 'absent', 'ready'])
  })

  test('makes no connection while the browser would ask, until it is told to', async () => {
    const scripted = await startScripted()
    let permission: LocalNetworkPermission = 'prompt'
    const { companion, until } = start({ ports: [scripted.port], permission: async () => permission })
    await until('permission-needed')
    expect(scripted.heard).toEqual([])
    permission = 'granted'
    companion.search()
    await until('ready')
  })

  test('tells a browser that does not let it through from a companion that is not running', async () => {
    const { until } = start({ ports: [await closedPort()], permission: async () => 'denied' })
    await until('blocked')
  })

  test('says when the two do not speak the same version', async () => {
    const refusal: Reply = {
      type: 'failed',
      code: 'protocol-unsupported',
      message: 'Update it.',
      supported: [2],
    }
    const scripted = await startScripted(undefined, { greeting: refusal })
    const { until } = start({ ports: [scripted.port] })
    expect(await until('outdated')).toEqual({ state: 'outdated', message: 'Update it.' })
  })
})

describe('pairing', () => {
  test('asks for the code, says what is wrong with it, and keeps the token', async () => {
    const answers: Reply[][] = [
      [{ type: 'failed', code: 'pair-wrong', message: 'Wrong.', attemptsLeft: 4 }],
      [{ type: 'failed', code: 'pair-locked', message: 'Locked.', retryAfterMs: 60_000 }],
      [{ type: 'paired', token: 'new' }, ready],
    ]
    const scripted = await startScripted(
      (request, conversation) => {
        if (request.type !== 'pair') return
        for (const reply of answers.shift()!) conversation.reply(reply)
      },
      { greeting: { type: 'pair-needed', attemptsLeft: 5 } },
    )
    const tokens: string[] = []
    const { companion, until, next } = start({
      ports: [scripted.port],
      token: null,
      onToken: (token) => tokens.push(token),
    })
    expect(await until('pairing')).toEqual({ state: 'pairing', problem: null })
    companion.pair('111111')
    expect(await next()).toEqual({ state: 'pairing', problem: { kind: 'wrong', attemptsLeft: 4 } })
    companion.pair('222222')
    expect(await next()).toMatchObject({ state: 'pairing', problem: { kind: 'locked' } })
    companion.pair('333333')
    expect(await next()).toEqual({ state: 'ready', ready })
    expect(tokens).toEqual(['new'])
  })
})

describe('a job', () => {
  test('reports its progress and ends with its patches', async () => {
    const scripted = await startScripted((request, conversation) => {
      if (request.type !== 'fill') return
      conversation.reply(progress(1))
      conversation.reply(patch, [{ name: 'patch', bytes: Uint8Array.of(1, 2, 3) }])
      conversation.reply({ type: 'done', id: 'job' })
    })
    const { companion, until } = start({ ports: [scripted.port] })
    await until('ready')
    const seen: ProgressReply[] = []
    const patches = await companion.fill(fillRequest, masks, {
      signal: new AbortController().signal,
      onProgress: (each) => seen.push(each),
    })
    expect(seen).toEqual([progress(1)])
    expect(patches.map(({ png }) => png)).toEqual([Uint8Array.of(1, 2, 3)])
    expect(scripted.heard.at(-1)).toEqual({
      request: { type: 'fill', ...fillRequest, blobs: [{ name: 'mask', bytes: 2 }] },
      blobs: [{ name: 'mask', bytes: mask }],
    })
  })

  test('takes what nothing is to be copied from along', async () => {
    const scripted = await startScripted((_request, { reply }) => reply({ type: 'done', id: 'job' }))
    const { companion, until } = start({ ports: [scripted.port] })
    await until('ready')
    const avoid = Uint8Array.of(8, 8, 8)
    await companion.fill(fillRequest, { mask, avoid }, quietly())
    await companion.fill({ ...fillRequest, task: 'expand' }, { mask: null, avoid }, quietly())
    const [both, alone] = scripted.heard.slice(-2).map(({ blobs }) => blobs)
    expect(both).toEqual([
      { name: 'mask', bytes: mask },
      { name: 'avoid', bytes: avoid },
    ])
    expect(alone).toEqual([{ name: 'avoid', bytes: avoid }])
  })

  test('outlives its connection, and gives each patch once', async () => {
    const scripted = await startScripted((request, conversation) => {
      if (request.type === 'fill') {
        conversation.reply(patch, [{ name: 'patch', bytes: Uint8Array.of(1) }])
        conversation.drop()
      } else if (request.type === 'attach') {
        conversation.reply(patch, [{ name: 'patch', bytes: Uint8Array.of(1) }])
        conversation.reply({ type: 'done', id: request.id })
      }
    })
    const { companion, until } = start({ ports: [scripted.port] })
    await until('ready')
    expect(await companion.fill(fillRequest, masks, quietly())).toHaveLength(1)
    expect(scripted.heard.map(({ request }) => request.type)).toEqual(['hello', 'fill', 'hello', 'attach'])
  })

  test('of an earlier window is found again as soon as there is a connection', async () => {
    const scripted = await startScripted((request, conversation) => {
      if (request.type === 'attach') conversation.reply({ type: 'done', id: request.id })
    })
    const { companion } = start({ ports: [scripted.port] })
    expect(await companion.attach('earlier', quietly())).toEqual([])
  })

  test('is cancelled at once, with the signal’s own reason', async () => {
    const cancelled = new AbortController()
    const controller = new AbortController()
    const reason = new Error('Enough.')
    const scripted = await startScripted((request) => {
      if (request.type === 'fill') controller.abort(reason)
      if (request.type === 'cancel') cancelled.abort()
    })
    const { companion, until } = start({ ports: [scripted.port] })
    await until('ready')
    const filled = companion.fill(fillRequest, masks, { ...quietly(), signal: controller.signal })
    await expect(filled).rejects.toBe(reason)
    await aborted(cancelled.signal)
  })

  test('that was cancelled without a connection is cancelled with the next one', async () => {
    const cancelled = new AbortController()
    const scripted = await startScripted((request, conversation) => {
      if (request.type === 'fill') conversation.drop()
      if (request.type === 'cancel') cancelled.abort()
    })
    const controller = new AbortController()
    const { companion, until, next } = start({ ports: [scripted.port] })
    await until('ready')
    const filled = companion.fill(fillRequest, masks, { ...quietly(), signal: controller.signal })
    expect(await next()).toEqual({ state: 'searching' })
    controller.abort()
    await expect(filled).rejects.toBe(controller.signal.reason)
    await aborted(cancelled.signal)
    expect(scripted.heard.map(({ request }) => request.type)).toEqual(['hello', 'fill', 'hello', 'cancel'])
  })

  test('fails with the companion’s words', async () => {
    const scripted = await startScripted((request, conversation) => {
      if (request.type === 'fill') {
        conversation.reply({
          type: 'failed',
          id: 'job',
          code: 'out-of-memory',
          message: 'Full.',
          hint: 'Less.',
        })
      }
    })
    const { companion, until } = start({ ports: [scripted.port] })
    await until('ready')
    await expect(companion.fill(fillRequest, masks, quietly())).rejects.toMatchObject({
      code: 'out-of-memory',
      message: 'Full.',
      hint: 'Less.',
    })
  })

  test('fails when the companion refuses its message without naming it', async () => {
    const scripted = await startScripted((request, conversation) => {
      if (request.type === 'fill') {
        conversation.reply({ type: 'failed', code: 'option-invalid', message: 'The id is taken.' })
      }
    })
    const { companion, until } = start({ ports: [scripted.port] })
    await until('ready')
    await expect(companion.fill(fillRequest, masks, quietly())).rejects.toMatchObject({
      code: 'option-invalid',
    })
  })

  test('and an image cannot begin without a connection', async () => {
    const { companion, until } = start({ ports: [await closedPort()] })
    await until('absent')
    const lost = { code: 'connection-lost' }
    await expect(companion.fill(fillRequest, masks, quietly())).rejects.toMatchObject(lost)
    await expect(companion.sendImage({ id: 'base' }, { image: mask })).rejects.toMatchObject(lost)
  })
})

test('The real companion is paired with, given an image and a mask, and returns a patch', async () => {
  const real = await startTestCompanion()
  const tokens: string[] = []
  const { companion, until } = start({
    ports: [real.port],
    token: null,
    onToken: (token) => tokens.push(token),
  })
  await until('pairing')
  companion.pair(real.code)
  await until('ready')
  expect(tokens).toHaveLength(1)
  const picture = await pngOf(gradientImage(24, 16))
  expect(await companion.sendImage({ id: 'base', orientation: 'none' }, { image: picture })).toMatchObject({
    width: 24,
    height: 16,
  })
  const [made] = await companion.fill(
    { id: 'job', imageId: 'base', task: 'remove', engine: 'auto', extent: 'image' },
    { mask: await pngOf(rectMask(24, 16, { x: 8, y: 5, width: 4, height: 3 })), avoid: null },
    quietly(),
  )
  expect(made?.rect).toEqual({ x: 0, y: 0, width: 24, height: 16 })
})

describe('models', () => {
  test('are told to whoever asks', async () => {
    const scripted = await startScripted((_request, { reply }) => reply({ type: 'models', models: [] }))
    const { companion, until } = start({ ports: [scripted.port] })
    await expect(companion.models()).rejects.toMatchObject({ code: 'connection-lost' })
    await until('ready')
    expect(await Promise.all([companion.models(), companion.models()])).toEqual([[], []])
  })

  test('that were asked for when the connection drops are not waited for', async () => {
    const scripted = await startScripted((_request, { drop }) => drop())
    const { companion, until } = start({ ports: [scripted.port] })
    await until('ready')
    await expect(companion.models()).rejects.toMatchObject({ code: 'connection-lost' })
  })

  test('are installed over a dropped connection, and the companion is asked what it can do now', async () => {
    const scripted = await startScripted(({ type }, { reply, drop }) => {
      if (type === 'install') drop()
      if (type === 'attach') reply({ type: 'done', id: 'job' })
    })
    const { companion, until, next } = start({ ports: [scripted.port] })
    await until('ready')
    await companion.install('job', 'lama', quietly())
    await next()
    expect(scripted.heard.map(({ request }) => request.type)).toEqual([
      ...['hello', 'install', 'hello', 'attach', 'hello'],
    ])
    expect(scripted.heard[1]?.request).toEqual({
      ...{ type: 'install', id: 'job', modelId: 'lama', acceptLicence: true },
    })
  })

  test('are removed', async () => {
    const scripted = await startScripted((request, { reply }) => {
      if (request.type === 'uninstall') reply({ type: 'done', id: request.id })
    })
    const { companion, until } = start({ ports: [scripted.port] })
    await until('ready')
    await companion.uninstall('lama')
    expect(scripted.heard[1]?.request).toMatchObject({ type: 'uninstall', modelId: 'lama' })
  })
})

const patch: PatchReply = {
  type: 'patch',
  id: 'job',
  variation: 0,
  seed: 5,
  rect: { x: 0, y: 0, width: 3, height: 2 },
  used,
}

function progress(done: number): ProgressReply {
  return { type: 'progress', id: 'job', stage: 'fill', done, total: 4, unit: 'levels' }
}

function quietly() {
  return { signal: new AbortController().signal, onProgress: () => {} }
}

/** A client of the window's own, closed after the test. */
function start(options: Partial<ConnectOptions> & Pick<ConnectOptions, 'ports'>) {
  const links: Link[] = []
  const changes = new EventTarget()
  const companion: Companion = connect({
    token: 'kept',
    client,
    WebSocket,
    fetch,
    retryMs: () => 10,
    onLink(link) {
      links.push(link)
      changes.dispatchEvent(new Event('link'))
    },
    ...options,
  })
  onTestFinished(() => companion.close())

  async function next(): Promise<Link> {
    await once(changes, 'link')
    return links.at(-1)!
  }
  /** The first of its kind, if need be in the future. */
  async function until(state: Link['state']): Promise<Link> {
    for (;;) {
      const found = links.find((link) => link.state === state)
      if (found !== undefined) return found
      await next()
    }
  }
  return { companion, links, next, until }
}

/** Greets everyone; anything else is up to `script`. */
async function startScripted(
  script: (request: Request, conversation: Conversation) => void = () => {},
  { port = 0, greeting = ready }: { port?: number; greeting?: Reply } = {},
): Promise<ScriptedCompanion> {
  const scripted = await startScriptedCompanion((request, conversation) => {
    if (request.type === 'hello') conversation.reply(greeting)
    else script(request, conversation)
  }, port)
  onTestFinished(() => scripted.close())
  return scripted
}

/** Something else on a port, which answers, but not as a companion. */
async function startStranger(): Promise<number> {
  const server = createServer((_request, response) => response.end('{"name":"something else"}'))
  server.listen(0, 'localhost')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer()
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
