import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { path, subprotocol } from '../../companion/protocol.ts'
import { Client, hello } from '../support/client.ts'
import { startTestCompanion } from '../support/companion.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Asked {
  readonly address?: string
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** With node:http, because `fetch` sets Host and Origin itself. */
function ask(
  port: number,
  { address = '127.0.0.1', method = 'GET', path = '/health', headers = {} }: Asked = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = httpRequest({
      ...{ host: address, port, method, path, agent: false },
      headers: { host: `localhost:${port}`, ...headers },
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part) => {
        body += part
      })
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
    })
    sent.end()
  })
}

/** The status that an upgrade is answered with. 101: it came in. */
function upgrade(
  port: number,
  {
    headers = {},
    protocols = [subprotocol],
    at = path,
  }: { headers?: object; protocols?: string[]; at?: string } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${at}`, protocols, {
      headers: { host: `localhost:${port}`, ...headers },
    })
    socket.on('open', () => {
      socket.close()
      resolve(101)
    })
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode!)
      request.destroy()
    })
    socket.on('error', reject)
  })
}

const foreignHosts = (port: number) => [
  'evil.example',
  `evil.example:${port}`,
  `localhost.evil.example:${port}`,
  'localhost',
  `localhost:${port + 1}`,
  `0.0.0.0:${port}`,
]
const foreignOrigins = (port: number) => [
  'https://evil.example',
  'http://www.figma.com',
  'https://www.figma.com.evil.example',
  'https://figma.com:8443',
  `http://localhost:${port + 1}`,
  `https://localhost:${port}`,
  'file://',
]
const ownOrigins = (port: number) => [
  'null',
  'https://www.figma.com',
  'https://figma.com',
  `http://localhost:${port}`,
  `http://127.0.0.1:${port}`,
  `http://[::1]:${port}`,
]

describe('GET /health', () => {
  test('says what this is to anybody, and nothing about the machine', async () => {
    const { port } = await startTestCompanion()
    const { status, headers, body } = await ask(port)
    expect(status).toBe(200)
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['content-type']).toBe('application/json')
    expect(JSON.parse(body)).toEqual({
      name: 'infill',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      protocol: 1,
      instance: expect.stringMatching(/.{16}/),
    })
  })

  test('has another instance at each start', async () => {
    const instances = await Promise.all(
      [await startTestCompanion(), await startTestCompanion()].map(async ({ port }) => {
        return JSON.parse((await ask(port)).body).instance
      }),
    )
    expect(instances[0]).not.toBe(instances[1])
  })

  test('answers on both loopback addresses, by all three names', async () => {
    const { port } = await startTestCompanion()
    for (const [address, name] of [
      ['127.0.0.1', '127.0.0.1'],
      ['127.0.0.1', 'localhost'],
      ['127.0.0.1', 'LOCALHOST'],
      ['::1', '[::1]'],
      ['::1', 'localhost'],
    ]) {
      const { status } = await ask(port, { address: address!, headers: { host: `${name}:${port}` } })
      expect(status, `${name} at ${address}`).toBe(200)
    }
  })

  test('cannot be reached from outside this machine', async () => {
    const { port } = await startTestCompanion()
    const outer = Object.values(networkInterfaces())
      .flat()
      .filter((each) => each !== undefined && !each.internal && each.family === 'IPv4')
    for (const each of outer) {
      const reached = new Promise((resolve) => {
        const socket = connect(port, each!.address)
        socket.on('connect', () => {
          socket.destroy()
          resolve(true)
        })
        socket.on('error', () => resolve(false))
      })
      expect(await reached, each!.address).toBe(false)
    }
  })
})

describe('the door', () => {
  test('refuses foreign hosts, which is what stops DNS rebinding', async () => {
    const { port } = await startTestCompanion()
    for (const host of foreignHosts(port)) {
      for (const path of ['/health', '/', '/v1']) {
        const { status, headers, body } = await ask(port, { path, headers: { host } })
        expect([status, body], `${path} of "${host}"`).toEqual([403, ''])
        expect(headers).not.toHaveProperty('access-control-allow-origin')
      }
      expect(await upgrade(port, { headers: { host } }), `upgrade of "${host}"`).toBe(403)
    }
  })

  test('refuses foreign origins', async () => {
    const { port } = await startTestCompanion()
    for (const origin of foreignOrigins(port)) {
      for (const path of ['/health', '/', '/v1']) {
        const { status, headers } = await ask(port, { path, headers: { origin } })
        expect(status, `${path} from ${origin}`).toBe(403)
        expect(headers).not.toHaveProperty('access-control-allow-origin')
      }
      expect(await upgrade(port, { headers: { origin } }), `upgrade from ${origin}`).toBe(403)
    }
  })

  test('lets in Figma, its own page, and what has no origin', async () => {
    const { port } = await startTestCompanion()
    expect(await upgrade(port)).toBe(101)
    for (const origin of ownOrigins(port)) {
      expect((await ask(port, { headers: { origin } })).status, origin).toBe(200)
      expect(await upgrade(port, { headers: { origin } }), origin).toBe(101)
    }
  })

  test.each([
    ['GET', '/favicon.ico'],
    ['GET', '/v1'],
    ['GET', '/health/'],
    ['GET', '//'],
    ['GET', '/../health'],
    ['POST', '/health'],
    ['HEAD', '/health'],
    ['OPTIONS', '/health'],
    ['PUT', '/'],
    ['DELETE', '/v1'],
  ])('answers 404 to %s %s', async (method, path) => {
    const { port } = await startTestCompanion()
    const { status, headers } = await ask(port, { method, path })
    expect(status).toBe(404)
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('upgrades only its own path, and only with its subprotocol', async () => {
    const { port } = await startTestCompanion()
    expect(await upgrade(port, { at: '/v2' })).toBe(404)
    expect(await upgrade(port, { at: '/' })).toBe(404)
    expect(await upgrade(port, { protocols: [] })).toBe(400)
    expect(await upgrade(port, { protocols: ['infill.v2', 'chat'] })).toBe(400)
    expect(await upgrade(port, { protocols: ['infill.v2', subprotocol] })).toBe(101)
  })

  test('agrees on the subprotocol and on no compression', async () => {
    const { port } = await startTestCompanion()
    const client = await Client.connect(port)
    expect(client.socket.protocol).toBe(subprotocol)
    expect(client.socket.extensions).toBe('')
    await client.close()
  })

  test('holds 64 connections, and takes another when one is gone', async () => {
    const { port } = await startTestCompanion()
    const clients = await Promise.all(Array.from({ length: 64 }, () => Client.connect(port)))
    expect(await upgrade(port)).toBe(503)
    await clients[0]!.close()
    await expect.poll(() => upgrade(port)).toBe(101)
  })

  test('survives a client that speaks no HTTP', async () => {
    const { port } = await startTestCompanion()
    await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end('\x00\x01 nonsense\r\n\r\n'))
      socket.on('error', () => {})
      socket.on('close', resolve)
      socket.resume()
    })
    expect((await ask(port)).status).toBe(200)
  })
})

describe('a client that is gone', () => {
  test('is dropped after two pings without an answer', async () => {
    const { port } = await startTestCompanion({ timing: { pingEveryMs: 30 } })
    const silent = await new Promise<WebSocket>((resolve) => {
      const socket = new WebSocket(`ws://localhost:${port}${path}`, subprotocol, { autoPong: false })
      socket.on('open', () => resolve(socket))
    })
    let pings = 0
    silent.on('ping', () => {
      pings += 1
    })
    const code = await new Promise((resolve) => silent.on('close', resolve))
    expect(code).toBe(1006)
    expect(pings).toBe(2)
  })

  test('is not one that answers pings and says nothing else', async () => {
    const { port } = await startTestCompanion({ timing: { pingEveryMs: 10 } })
    const client = await Client.connect(port)
    let pings = 0
    await new Promise<void>((resolve) => {
      client.socket.on('ping', () => {
        pings += 1
        if (pings === 5) resolve()
      })
    })
    client.send(hello())
    await client.next('pair-needed')
  })
})
