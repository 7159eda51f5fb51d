import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ProviderPackage } from '../../companion/gpu/provider.ts'
import { temporaryFolder } from './data-folder.ts'
import { startWeightsServer, type WeightsServer } from './weights-server.ts'

/** A small provider of two files in an npm package, and the server that publishes it until the test ends. */
export interface PublishedProvider {
  readonly provider: ProviderPackage
  readonly server: WeightsServer
  /** The archive's. */
  readonly path: string
  readonly archive: Buffer
  readonly contents: Readonly<Record<string, Buffer>>
}

export async function publishProvider(): Promise<PublishedProvider> {
  const contents = { 'shared.so': Buffer.from('shared'), 'cuda.so': Buffer.from('cuda '.repeat(20_000)) }
  const files = Object.entries(contents).map(([name, bytes]) => ({
    ...{ name, path: `package/Plugins/Linux/x64/${name}` },
    ...recordOf(bytes),
  }))
  const archive = packed(files.map(({ path }, i) => [path, Object.values(contents)[i]!]))
  const server = await startWeightsServer()
  onTestFinished(() => server.close())
  const path = '/provider-1.2.3.tgz'
  server.publish(path, archive)
  return {
    provider: {
      name: 'provider',
      version: '1.2.3',
      onnxRuntime: '1.29.0',
      archive: recordOf(archive),
      files,
    },
    ...{ server, path, archive, contents },
  }
}

function recordOf(bytes: Buffer) {
  return { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

function packed(files: readonly (readonly [string, Buffer])[]): Buffer {
  const folder = temporaryFolder()
  for (const [path, bytes] of [...files, ['package/package.json', Buffer.from('{}')] as const]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  execFileSync('tar', ['-czf', 'packed.tgz', 'package'], { cwd: folder })
  return readFileSync(join(folder, 'packed.tgz'))
}
