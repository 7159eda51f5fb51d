import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  addressFromNpm,
  cudaProvider,
  installProvider,
  providerState,
  removeProvider,
} from '../../../companion/gpu/provider.ts'
import { systemClock } from '../../../companion/store/clock.ts'
import { systemDisk } from '../../../companion/store/disk.ts'
import { openHttp } from '../../../companion/store/http.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { environmentWithNpm } from '../../support/npm.ts'
import { publishProvider } from '../../support/published-provider.ts'

async function setUp() {
  const published = await publishProvider()
  const place = { downloads: join(temporaryFolder(), 'gpu'), runtime: temporaryFolder() }
  const http = openHttp({})
  onTestFinished(() => http.close())
  const means = { http, clock: systemClock, disk: systemDisk }
  const progress: number[] = []
  const install = (signal = new AbortController().signal) =>
    installProvider(
      published.provider,
      place,
      async () => published.server.url(published.path),
      { signal, onProgress: ({ done, total }) => progress.push(done / total) },
      means,
    )
  const read = (name: string) => readFileSync(join(place.runtime, name))
  return { ...published, place, means, progress, install, read }
}

describe('installing a provider', () => {
  test('puts its files where ONNX Runtime looks, and leaves nothing else', async () => {
    const { provider, place, install, contents, progress } = await setUp()
    expect(await providerState(provider, place)).toBe('absent')
    await install()
    expect(await providerState(provider, place)).toBe('installed')
    expect(readdirSync(place.runtime).sort()).toEqual(['cuda.so', 'shared.so'])
    for (const [name, bytes] of Object.entries(contents)) {
      expect(readFileSync(join(place.runtime, name))).toEqual(bytes)
    }
    expect(readdirSync(place.downloads)).toEqual([])
    expect(progress.at(-1)).toBe(1)
  })

  test('downloads nothing where its files are as they were published', async () => {
    const { install, server } = await setUp()
    await install()
    await install()
    expect(server.requests).toHaveLength(1)
  })

  test('repairs a file that has other bytes', async () => {
    const { install, server, read, contents, place } = await setUp()
    await install()
    writeFileSync(join(place.runtime, 'cuda.so'), Buffer.alloc(contents['cuda.so']!.length))
    await install()
    expect(read('cuda.so')).toEqual(contents['cuda.so'])
    expect(server.requests).toHaveLength(2)
  })

  test('goes on from where an earlier download stopped', async () => {
    const { install, server, path, place, archive, read, contents } = await setUp()
    const cancelling = new AbortController()
    server.misbehave(path, { type: 'stall', afterBytes: 100 })
    const stopped = install(cancelling.signal)
    await server.stalled()
    const part = join(place.downloads, 'provider-1.2.3.tgz.part')
    await expect.poll(() => statSync(part, { throwIfNoEntry: false })?.size).toBe(100)
    cancelling.abort('enough')
    await expect(stopped).rejects.toBe('enough')
    await install()
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=100-'])
    expect(archive.length).toBeGreaterThan(100)
    expect(read('cuda.so')).toEqual(contents['cuda.so'])
  })

  test('refuses an archive with another SHA-256, and leaves ONNX Runtime as it was', async () => {
    const { install, server, path, archive, place } = await setUp()
    server.publish(path, Buffer.from(archive).fill(0, 50, 60))
    await expect(install()).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('SHA-256'),
    })
    expect(readdirSync(place.runtime)).toEqual([])
  })
})

test('a file that was cut off is damaged', async () => {
  const { provider, place, install } = await setUp()
  await install()
  writeFileSync(join(place.runtime, 'cuda.so'), 'cud')
  expect(await providerState(provider, place)).toBe('damaged')
})

test('removing a provider deletes its files and what a download left', async () => {
  const { provider, place, install } = await setUp()
  await install()
  await removeProvider(provider, place)
  await removeProvider(provider, place)
  expect(readdirSync(place.runtime)).toEqual([])
  expect(await providerState(provider, place)).toBe('absent')
})

describe('addressFromNpm', () => {
  const { signal } = new AbortController()

  test('is what npm says', async () => {
    const environment = environmentWithNpm('https://mirror.example/provider.tgz')
    expect(await addressFromNpm(cudaProvider, environment, signal)).toBe(
      'https://mirror.example/provider.tgz',
    )
  })

  test('fails with a command that shows why', async () => {
    await expect(addressFromNpm(cudaProvider, environmentWithNpm(null), signal)).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('Run `npm view com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9`'),
    })
  })
})

test('the provider fits the ONNX Runtime that is used here', () => {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json')
  expect(version).toBe(cudaProvider.onnxRuntime)
})
