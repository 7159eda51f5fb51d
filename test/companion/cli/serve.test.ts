import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { builtFile, installationFolder } from '../../../companion/installation.ts'
import { Client, hello } from '../../support/client.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { Infill } from '../../support/infill.ts'

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function serve(home: string): Promise<{ infill: Infill; port: number; code: string }> {
  const port = await freePort()
  const infill = new Infill(home, ['serve', '--port', String(port)])
  const code = (await infill.says(/Pairing code: (\d{6})/))[1]!
  return { infill, port, code }
}

describe('infill serve', () => {
  test('prints where the playground is, and a code that pairs, though stdout is no terminal', async () => {
    const { infill, port, code } = await serve(temporaryFolder())
    await infill.says(new RegExp(`http://localhost:${port}/`))
    const client = await Client.connect(port)
    client.send({ type: 'pair', code })
    await client.next('ready')
    const fresh = (await infill.says(/Pairing code[\s\S]*Pairing code: (\d{6})/))[1]
    client.send({ type: 'pair', code: fresh! })
    await client.next('ready')
  })

  test('closes its folder to others, and logs neither tokens nor codes nor prompts', async () => {
    const home = temporaryFolder()
    const { infill, port, code } = await serve(home)
    const client = await Client.connect(port)
    client.send({ type: 'pair', code })
    const { token } = await client.next('paired')
    const prompt = 'a most secret vase'
    client.send({ type: 'fill', id: 'a', imageId: 'b', task: 'remove', engine: 'auto', prompt })
    await client.next('failed')
    infill.process.kill('SIGTERM')
    expect(await infill.exitCode).toBe(0)
    expect(statSync(home).mode & 0o777).toBe(0o700)
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).map((name) => join(home, name))
    const texts = files.filter((file) => statSync(file).isFile())
    for (const file of texts) expect(statSync(file).mode & 0o777, file).toBe(0o600)
    const log = texts
      .filter((file) => file.endsWith('.log'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('')
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'started', port }))
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'failed', code: 'image-unknown' }))
    for (const secret of [token, code, prompt]) expect(log).not.toContain(secret)
  })

  test('deletes logs older than a week', async () => {
    const home = temporaryFolder()
    const [old, young] = ['infill.8.log', 'infill.9.log'].map((name) => join(home, 'logs', name))
    mkdirSync(join(home, 'logs'))
    for (const file of [old!, young!]) writeFileSync(file, '')
    utimesSync(old!, 0, 0)
    await serve(home)
    expect([existsSync(old!), existsSync(young!)]).toEqual([false, true])
  })

  test('refuses to start a second time on the same data folder, whatever the port', async () => {
    const home = temporaryFolder()
    const { port } = await serve(home)
    const second = new Infill(home, ['serve', '--port', String(await freePort())])
    expect(await second.exitCode).toBe(1)
    expect(second.output).toContain(`port ${port}`)
    expect(second.output.trim().split('\n')).toHaveLength(1)
  })

  test('starts beside a companion with another data folder', async () => {
    await serve(temporaryFolder())
    await serve(temporaryFolder())
  })

  test('starts though a process that was killed left its file behind', async () => {
    const home = temporaryFolder()
    const first = await serve(home)
    first.infill.process.kill('SIGKILL')
    await first.infill.exitCode
    expect(existsSync(join(home, 'companion.json'))).toBe(true)
    const second = await serve(home)
    expect(JSON.parse(readFileSync(join(home, 'companion.json'), 'utf8'))).toMatchObject({
      port: second.port,
    })
  })

  test('starts though another program has the port of that file by now', async () => {
    const home = temporaryFolder()
    const other = createServer((_request, response) => response.end('{"name":"infill"}')).listen(
      0,
      '127.0.0.1',
    )
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    writeFileSync(join(home, 'companion.json'), JSON.stringify({ port, pid: process.pid, instance: 'x' }))
    await serve(home)
  })

  test('names the port that something else holds, and ends with 1', async () => {
    const other = createTcpServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const infill = new Infill(temporaryFolder(), ['serve', '--port', String(port)])
    expect(await infill.exitCode).toBe(1)
    expect(infill.output).toContain(`port ${port} is held by`)
  })

  test('names another companion that holds the port', async () => {
    const { port } = await serve(temporaryFolder())
    const infill = new Infill(temporaryFolder(), ['serve', '--port', String(port)])
    expect(await infill.exitCode).toBe(1)
    expect(infill.output).toContain(`port ${port} is held by an Infill companion`)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('says goodbye at %s, and ends with 0', async (signal) => {
    const home = temporaryFolder()
    const { infill, port } = await serve(home)
    const client = await Client.connect(port)
    infill.process.kill(signal)
    await client.next('closing')
    expect(await client.closed).toBe(1001)
    expect(await infill.exitCode).toBe(0)
    expect(existsSync(join(home, 'companion.json'))).toBe(false)
  })
})

describe('infill pair', () => {
  test('prints a code that the running companion takes', async () => {
    const home = temporaryFolder()
    const { infill, port } = await serve(home)
    const pair = new Infill(home, ['pair'])
    expect(await pair.exitCode).toBe(0)
    const code = /(\d{6})/.exec(pair.output)![1]!
    await infill.says(new RegExp(`Pairing code: ${code}`))
    const client = await Client.connect(port)
    client.send({ type: 'pair', code })
    await client.next('ready')
  })

  test('says so when no companion is running, and the next one takes the code', async () => {
    const home = temporaryFolder()
    const pair = new Infill(home, ['pair'])
    expect(await pair.exitCode).toBe(0)
    expect(pair.output).toContain('No companion is running')
    expect((await serve(home)).code).toBe(/(\d{6})/.exec(pair.output)![1])
  })

  test('--revoke forgets all clients of the running companion', async () => {
    const home = temporaryFolder()
    const { port, code } = await serve(home)
    const client = await Client.connect(port)
    client.send({ type: 'pair', code })
    const { token } = await client.next('paired')
    const revoke = new Infill(home, ['pair', '--revoke'])
    expect(await client.closed).toBe(1008)
    expect(await revoke.exitCode).toBe(0)
    const again = await Client.connect(port)
    again.send(hello(token))
    await again.next('pair-needed')
  })
})

describe('infill doctor', () => {
  test('finds that nothing is missing, in words and as JSON', async () => {
    const words = new Infill(temporaryFolder(), ['doctor'])
    expect(await words.exitCode, words.output).toBe(0)
    expect(words.output).toContain('Nothing is missing.')
    const home = temporaryFolder()
    const json = new Infill(home, ['doctor', '--json'])
    expect(await json.exitCode).toBe(0)
    expect(JSON.parse(json.output)).toMatchObject({
      versions: {
        infill: expect.any(String),
        node: process.versions.node,
        sharp: '0.35.5',
        onnxruntime: '1.29.0',
      },
      ports: [{ port: 17871 }, { port: 17872 }, { port: 17873 }],
      folders: { installation: installationFolder, data: home, writable: true },
      built: {
        'infill.js': true,
        'playground.html': true,
        'patchmatch-worker.js': true,
        'patchmatch-helper.js': true,
      },
      runtime: {
        version: '1.29.0',
        devices: expect.arrayContaining([{ kind: 'cpu', name: expect.any(String), lack: null }]),
      },
      missing: [],
    })
  })

  test('says what is missing, and ends with 1', async () => {
    const home = temporaryFolder()
    const file = join(home, 'a file')
    writeFileSync(file, '')
    const infill = new Infill(home, ['doctor'])
    expect(await infill.exitCode).toBe(0)
    const nowhere = spawn(process.execPath, [builtFile('infill.js'), 'doctor', '--json'], {
      env: { ...process.env, INFILL_HOME: file },
    })
    let output = ''
    nowhere.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    expect(await once(nowhere, 'close')).toEqual([1, null])
    expect(JSON.parse(output).missing).toEqual([expect.stringContaining(file)])
  })
})

describe('infill', () => {
  test.each([
    ['--version', /^\d+\.\d+\.\d+\n$/],
    ['--help', /serve[\s\S]*doctor[\s\S]*pair/],
    ['help', /serve/],
  ])('%s ends with 0', async (option, output) => {
    const infill = new Infill(temporaryFolder(), [option])
    expect(await infill.exitCode).toBe(0)
    expect(infill.output).toMatch(output)
  })

  test.each([
    [],
    ['wish'],
    ['serve', '--port', 'many'],
    ['serve', '--port', '70000'],
    ['serve', '--threads', '0'],
    ['serve', '--wish'],
    ['pair', 'now'],
  ])('used wrongly ends with 2: %s %s %s', async (...options) => {
    const infill = new Infill(
      temporaryFolder(),
      options.filter((option) => option !== undefined),
    )
    expect(await infill.exitCode).toBe(2)
    expect(infill.output).not.toBe('')
  })
})
