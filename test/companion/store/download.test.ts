import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Disk, systemDisk } from '../../../companion/store/disk.ts'
import { type Download, download, type Means } from '../../../companion/store/download.ts'
import { openHttp } from '../../../companion/store/http.ts'
import { silenceMs, type TestClock, testClock } from '../../support/test-clock.ts'
import { startProxy, startWeightsServer, type WeightsServer } from '../../support/weights-server.ts'

const body = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31 + (index >> 8)) % 256))
const sha256 = createHash('sha256').update(body).digest('hex')
const otherBody = Buffer.from(body).reverse()
const path = '/big.pt'

let server: WeightsServer
let clock: TestClock
let means: Means
let folder = ''
let target = ''

beforeEach(async () => {
  server = await startWeightsServer()
  server.publish(path, body, { etag: '"v1"' })
  clock = testClock()
  means = { http: openHttp({}), clock, disk: systemDisk }
  folder = mkdtempSync(join(tmpdir(), 'infill-download-'))
  target = join(folder, 'models', 'big.pt')
})

afterEach(async () => {
  await means.http.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Downloads the published file, with what a test changes. The server is told what arrives. */
function fetchFile(changes: Partial<Download> = {}, other: Partial<Means> = {}): Promise<string> {
  const wanted: Download = {
    file: { sizeBytes: body.length, sha256 },
    urls: [server.url(path)],
    target,
    signal: new AbortController().signal,
    ...changes,
    onBytes(bytes) {
      changes.onBytes?.(bytes)
      server.arrived(bytes)
    },
  }
  return download(wanted, { ...means, ...other })
}

function expectWhole(): void {
  expect(readFileSync(target).equals(body)).toBe(true)
  expect(existsSync(`${target}.part`)).toBe(false)
  expect(existsSync(`${target}.part.json`)).toBe(false)
}

const rangesAsked = () => server.requests.map(({ headers }) => headers.range)

describe('download', () => {
  test('puts the whole file in its place, and nothing before', async () => {
    const seen: boolean[] = []
    const told: number[] = []
    const onBytes = (bytes: number) => {
      seen.push(existsSync(target))
      told.push(bytes)
    }
    expect(await fetchFile({ onBytes })).toBe(sha256)
    expectWhole()
    expect(new Set(seen)).toEqual(new Set([false]))
    expect(told.at(-1)).toBe(body.length)
  })

  test('goes on where the connection broke', async () => {
    server.misbehave(path, { type: 'break', afterBytes: 30_000 }, { type: 'break', afterBytes: 20_000 })
    await fetchFile()
    expectWhole()
    expect(rangesAsked()).toEqual([undefined, 'bytes=30000-', 'bytes=50000-'])
    expect(server.requests[1]!.headers['if-range']).toBe('"v1"')
  })

  test('takes any number of breaks as long as something comes', async () => {
    server.misbehave(
      path,
      ...Array.from({ length: 20 }, () => ({ type: 'break', afterBytes: 4000 }) as const),
    )
    await fetchFile()
    expectWhole()
    expect(server.requests).toHaveLength(21)
  })

  test('gives up on an address that brings nothing, waiting longer each time', async () => {
    server.misbehave(path, ...Array.from({ length: 9 }, () => ({ type: 'break', afterBytes: 0 }) as const))
    await expect(fetchFile()).rejects.toMatchObject({ code: 'download-failed' })
    expect(server.requests).toHaveLength(5)
    expect(clock.waits).toEqual([1000, 2000, 4000, 8000])
  })

  test('gives up on a wrong file, also when it never comes in one piece', async () => {
    server.publish(path, otherBody)
    const inTwo = [{ type: 'break', afterBytes: 50_000 }, { type: 'ignore-if-range' }] as const
    server.misbehave(path, ...Array.from({ length: 20 }, () => inTwo).flat())
    await expect(fetchFile()).rejects.toMatchObject({ code: 'download-failed' })
    expect(server.requests).toHaveLength(5)
  })

  test('tries again when nothing comes for half a minute', async () => {
    server.misbehave(path, { type: 'stall', afterBytes: 10_000 })
    const whole = fetchFile()
    await server.stalled()
    clock.advance(silenceMs)
    await whole
    expectWhole()
    expect(server.requests).toHaveLength(2)
  })

  test('takes a slow connection for what it is', async () => {
    const large = Buffer.alloc(2_000_000, 'large')
    const file = { sizeBytes: large.length, sha256: createHash('sha256').update(large).digest('hex') }
    server.publish(path, large)
    let chunks = 0
    const onBytes = () => {
      clock.advance(silenceMs * 0.9)
      chunks++
    }
    await fetchFile({ file, onBytes })
    expect(chunks).toBeGreaterThan(4)
    expect(server.requests).toHaveLength(1)
  })

  test('says so when an address is silent again and again', async () => {
    server.misbehave(path, ...Array.from({ length: 5 }, () => ({ type: 'stall', afterBytes: 0 }) as const))
    const failing = expect(fetchFile()).rejects.toThrow(/sent nothing for 30 seconds/)
    for (let stall = 0; stall < 5; stall++) {
      await server.stalled()
      clock.advance(silenceMs)
    }
    await failing
  })

  test('keeps what came when it is cancelled, and goes on from there next time', async () => {
    server.misbehave(path, { type: 'stall', afterBytes: 40_000 })
    const cancel = new AbortController()
    const reason = new Error('no longer wanted')
    const onBytes = (bytes: number) => bytes >= 40_000 && cancel.abort(reason)
    await expect(fetchFile({ signal: cancel.signal, onBytes })).rejects.toBe(reason)
    expect(existsSync(target)).toBe(false)
    expect(readFileSync(`${target}.part`).equals(body.subarray(0, 40_000))).toBe(true)

    await fetchFile()
    expectWhole()
    expect(rangesAsked()).toEqual([undefined, 'bytes=40000-'])
  })

  test('is not even begun when it is cancelled already', async () => {
    await expect(fetchFile({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
    expect(server.requests).toEqual([])
  })

  test('needs no request when the part is the whole file', async () => {
    await leavePart(body)
    await fetchFile()
    expectWhole()
    expect(server.requests).toEqual([])
  })
})

describe('download of a file whose size was worked out', () => {
  const about = { sizeBytes: body.length - 700, sizeFrom: 'layout', sha256 } as const

  test('takes the one that the server states', async () => {
    expect(await fetchFile({ file: about })).toBe(sha256)
    expectWhole()
  })

  test('goes on where it broke, past the size that was worked out', async () => {
    server.misbehave(path, { type: 'break', afterBytes: body.length - 300 })
    await fetchFile({ file: about })
    expectWhole()
    expect(rangesAsked()).toEqual([undefined, `bytes=${body.length - 300}-`])
  })

  test('goes on another time, when the part already is as large', async () => {
    const whole = { ...about, sizeBytes: body.length - 300 }
    const afterBytes = body.length - 300
    server.misbehave(path, { type: 'break', afterBytes }, { type: 'status', status: 404 })
    await expect(fetchFile({ file: whole })).rejects.toMatchObject({ code: 'download-failed' })
    await fetchFile({ file: whole })
    expectWhole()
  })

  test('refuses one that is of another size altogether', async () => {
    const file = { ...about, sizeBytes: body.length + 2 ** 21 }
    await expect(fetchFile({ file })).rejects.toThrow(`has a file of ${body.length} bytes instead of`)
  })
})

describe('download starts over', () => {
  test('when what was there before has a wrong byte: the hash is also over that', async () => {
    const part = Buffer.from(body.subarray(0, 50_000))
    part[7]! ^= 1
    await leavePart(part)
    await fetchFile()
    expectWhole()
    expect(rangesAsked()).toEqual(['bytes=50000-', undefined])
  })

  test('when more was there than the file has', async () => {
    await leavePart(Buffer.concat([body, body]))
    await fetchFile()
    expectWhole()
    expect(rangesAsked()).toEqual([undefined])
  })

  test('when the server ignores the range', async () => {
    server.misbehave(path, { type: 'break', afterBytes: 30_000 }, { type: 'ignore-range' })
    await fetchFile()
    expectWhole()
    expect(server.requests).toHaveLength(2)
  })

  test('when the file has changed since, which If-Range tells the server', async () => {
    server.publish(path, otherBody, { etag: '"v0"' })
    server.misbehave(path, { type: 'break', afterBytes: 30_000 })
    const onBytes = (bytes: number) => bytes > 0 && server.publish(path, body, { etag: '"v1"' })
    await fetchFile({ onBytes })
    expectWhole()
    expect(rangesAsked()).toEqual([undefined, 'bytes=30000-'])
  })

  test('when the file has changed and the server does not look at If-Range, without taking the wrong rest', async () => {
    server.publish(path, otherBody, { etag: '"v0"' })
    server.misbehave(path, { type: 'break', afterBytes: 30_000 }, { type: 'ignore-if-range' })
    const told: number[] = []
    const onBytes = (bytes: number) => {
      told.push(bytes)
      if (bytes > 0) server.publish(path, body, { etag: '"v1"' })
    }
    await fetchFile({ onBytes })
    expectWhole()
    expect(told.filter((bytes) => bytes === body.length)).toHaveLength(1)
    expect(rangesAsked()).toEqual([undefined, 'bytes=30000-', undefined])
  })

  test('when the server says that there is no such range (416)', async () => {
    server.misbehave(path, { type: 'break', afterBytes: 30_000 }, { type: 'status', status: 416 })
    await fetchFile()
    expectWhole()
    expect(rangesAsked()).toEqual([undefined, 'bytes=30000-', undefined])
  })
})

describe('download asks the next address', () => {
  const second = '/copy/big.pt'
  const both = () => ({ urls: [server.url(path), server.url(second)] })
  beforeEach(() => server.publish(second, body))

  test.each([
    ['has not got the file', { type: 'status', status: 404 }],
    ['wants a password', { type: 'status', status: 401 }],
    ['claims another length', { type: 'claim-length', bytes: 99_999 }],
    [
      'sends a page instead',
      {
        type: 'send',
        body: Buffer.from('<html>Log in</html>'),
        headers: { 'content-type': 'text/html; charset=utf-8' },
      },
    ],
    ['sends other bytes', { type: 'send', body: otherBody }],
    ['sends more than there should be', { type: 'send', body: Buffer.concat([body, body]) }],
    [
      'wants to be left alone for an hour',
      { type: 'status', status: 429, headers: { 'retry-after': '3600' } },
    ],
    ['redirects to a file', { type: 'redirect', to: 'file:///etc/passwd' }],
  ] as const)('when the first %s', async (_, misbehaviour) => {
    server.misbehave(path, ...Array.from({ length: 6 }, () => misbehaviour))
    await fetchFile(both())
    expectWhole()
    expect(server.requests.at(-1)!.path).toBe(second)
    expect(clock.waits).toEqual([])
  })

  test('when the rest that the first has would make the file longer', async () => {
    await leavePart(body.subarray(0, 30_000))
    server.publish(path, Buffer.concat([body, Buffer.alloc(10)]))
    server.misbehave(second, { type: 'status', status: 404 })
    await expect(fetchFile(both())).rejects.toThrow(
      `${server.host} has a file of 100010 bytes instead of 100000`,
    )
    expect(readFileSync(`${target}.part`)).toHaveLength(30_000)
  })

  test('when the first sends another part than it was asked for', async () => {
    await leavePart(body.subarray(0, 30_000))
    server.misbehave(path, { type: 'shift-range', byBytes: 1 })
    await fetchFile(both())
    expectWhole()
    expect(rangesAsked()).toEqual(['bytes=30000-', 'bytes=30000-'])
  })

  test('and goes on there with what came from the first', async () => {
    server.misbehave(path, { type: 'break', afterBytes: 60_000 }, { type: 'status', status: 404 })
    await fetchFile(both())
    expectWhole()
    const last = server.requests.at(-1)!
    expect([last.path, last.headers.range, last.headers['if-range']]).toEqual([
      second,
      'bytes=60000-',
      undefined,
    ])
  })

  test('and says what went wrong at each when none is left', async () => {
    server.misbehave(path, { type: 'status', status: 404 })
    server.misbehave(second, { type: 'send', body: otherBody })
    await expect(fetchFile(both())).rejects.toMatchObject({
      code: 'download-failed',
      message: `big.pt could not be downloaded: ${server.host} answered 404; ${server.host} sent something else than the published file (its SHA-256 is wrong). Check the connection and try again; it goes on where it stopped.`,
    })
    expect(existsSync(target)).toBe(false)
  })

  test('and says so when nobody is there', async () => {
    const gone = await startWeightsServer()
    await gone.close()
    await expect(fetchFile({ urls: [gone.url(path)] })).rejects.toThrow(`${gone.host} could not be reached`)
  })
})

describe('download waits', () => {
  test('as long as a busy server asks for (429, Retry-After)', async () => {
    server.misbehave(path, { type: 'status', status: 429, headers: { 'retry-after': '7' } })
    await fetchFile()
    expectWhole()
    expect(clock.waits).toEqual([7000])
  })

  test('a while after an error of the server (500)', async () => {
    server.misbehave(path, { type: 'status', status: 500 }, { type: 'status', status: 503 })
    await fetchFile()
    expectWhole()
    expect(clock.waits).toEqual([1000, 2000])
  })

  test('no longer than until it is cancelled', async () => {
    const cancel = new AbortController()
    const reason = new Error('no longer wanted')
    server.misbehave(path, { type: 'status', status: 500 })
    const cancelWhenWaiting = {
      now: clock.now,
      after(delayMs: number) {
        if (delayMs === 1000) setImmediate(() => cancel.abort(reason))
        return () => {}
      },
    }
    await expect(fetchFile({ signal: cancel.signal }, { clock: cancelWhenWaiting })).rejects.toBe(reason)
  })
})

describe('download follows redirects', () => {
  test('with the range it asks for', async () => {
    await leavePart(body.subarray(0, 30_000))
    server.misbehave('/moved', { type: 'redirect', to: '/moved-again' })
    server.misbehave('/moved-again', { type: 'redirect', to: server.url(path) })
    await fetchFile({ urls: [server.url('/moved')] })
    expectWhole()
    expect(rangesAsked()).toEqual(['bytes=30000-', 'bytes=30000-', 'bytes=30000-'])
  })

  test('but not in a circle for ever', async () => {
    server.misbehave(
      '/circle',
      ...Array.from({ length: 99 }, () => ({ type: 'redirect', to: '/circle' }) as const),
    )
    await expect(fetchFile({ urls: [server.url('/circle')] })).rejects.toThrow(
      /redirected more than 10 times/,
    )
  })
})

describe('download without a hash in the catalogue', () => {
  const unknown = { file: { sizeBytes: body.length, sha256: null } }
  const stating = (hash: string) =>
    ({ type: 'redirect', to: '/big.pt', headers: { 'x-linked-etag': `"${hash}"` } }) as const

  test('takes the one that the publisher states', async () => {
    server.misbehave('/linked', stating(sha256))
    expect(await fetchFile({ ...unknown, urls: [server.url('/linked')] })).toBe(sha256)
    expectWhole()
  })

  test('remembers it for the rest of a file whose download broke', async () => {
    server.misbehave('/linked', stating(sha256), { type: 'redirect', to: '/big.pt' })
    server.misbehave(path, { type: 'break', afterBytes: 30_000 })
    expect(await fetchFile({ ...unknown, urls: [server.url('/linked')] })).toBe(sha256)
    expectWhole()
  })

  test('refuses a file that does not have it', async () => {
    server.misbehave('/linked', stating('0'.repeat(64)))
    await expect(fetchFile({ ...unknown, urls: [server.url('/linked')] })).rejects.toThrow(/SHA-256 is wrong/)
  })

  test('refuses a publisher who states none', async () => {
    await expect(fetchFile(unknown)).rejects.toThrow(/states no SHA-256/)
  })
})

describe('download on a disk', () => {
  test('that becomes full keeps what came, and goes on when there is room', async () => {
    const full = await fetchFile({}, { disk: diskWithRoomFor(50_000) }).catch((error: unknown) => error)
    expect(full).toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining('goes on where it stopped'),
    })
    const kept = readFileSync(`${target}.part`).length
    expect(kept).toBeLessThanOrEqual(50_000)

    await fetchFile()
    expectWhole()
    expect(server.requests.at(-1)!.headers.range).toBe(kept === 0 ? undefined : `bytes=${kept}-`)
  })

  test('that may not be written says where', async () => {
    writeFileSync(join(folder, 'models'), 'a file where the folder should be')
    await expect(fetchFile()).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('big.pt.part could not be changed'),
    })
  })
})

describe('download through a proxy', () => {
  test('that HTTP_PROXY names, but not to what NO_PROXY lists', async () => {
    const proxy = await startProxy()
    const proxied = openHttp({ HTTP_PROXY: proxy.url })
    await fetchFile({}, { http: proxied })
    expectWhole()
    expect(proxy.targets).toEqual([server.host])
    await proxied.close()

    const direct = openHttp({ HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' })
    await fetchFile({ target: join(folder, 'again.pt') }, { http: direct })
    expect(proxy.targets).toEqual([server.host])
    await direct.close()
    await proxy.close()
  })

  test('that HTTPS_PROXY names', async () => {
    const proxy = await startProxy()
    const http = openHttp({ HTTPS_PROXY: proxy.url })
    // The server speaks no TLS, so the proxy's connection is as far as it gets.
    const url = server.url(path).replace('http:', 'https:')
    await expect(fetchFile({ urls: [url] }, { http })).rejects.toMatchObject({ code: 'download-failed' })
    expect(proxy.targets).toEqual(Array.from({ length: 5 }, () => server.host))
    expect(server.requests).toEqual([])
    await http.close()
    await proxy.close()
  })

  test('whose address is none is refused with a sentence', async () => {
    const http = openHttp({ HTTPS_PROXY: 'not an address' })
    await expect(fetchFile({}, { http })).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('HTTPS_PROXY'),
    })
    expect(server.requests).toEqual([])
    await http.close()
  })
})

/** Leaves what an earlier download would have left. */
async function leavePart(bytes: Buffer): Promise<void> {
  const file = await systemDisk.open(`${target}.part`)
  await file.write(bytes, 0)
  await file.close()
}

/** Says ENOSPC when more than so many bytes of a file are to be written. */
function diskWithRoomFor(mostBytes: number): Disk {
  return {
    ...systemDisk,
    async open(at) {
      const file = await systemDisk.open(at)
      return {
        ...file,
        async write(bytes, offset) {
          if (offset + bytes.length > mostBytes) {
            throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
          }
          await file.write(bytes, offset)
        },
      }
    },
  }
}
