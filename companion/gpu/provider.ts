import { execFile } from 'node:child_process'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { CompanionError } from '../errors.ts'
import { asDiskError, checkSpace } from '../store/disk.ts'
import { download, type Means } from '../store/download.ts'
import { sha256OfFile, sizeOf } from '../store/installed.ts'
import { withLock } from '../store/lock.ts'
import { type ByteRun, startPace } from '../store/pace.ts'

/** Files of a published npm package, of which nothing but these is used. */
export interface ProviderPackage {
  readonly name: string
  readonly version: string
  /** The one ONNX Runtime that its files fit: between provider and runtime is no stable interface. */
  readonly onnxRuntime: string
  /** The package as npm publishes it, a .tgz. */
  readonly archive: { readonly sizeBytes: number; readonly sha256: string }
  readonly files: readonly {
    /** As ONNX Runtime looks for it. */
    readonly name: string
    /** In the archive. */
    readonly path: string
    readonly sizeBytes: number
    readonly sha256: string
  }[]
}

/** ONNX Runtime's CUDA 13 provider for Linux x64, for cards from Turing (2018) on. MIT. */
export const cudaProvider: ProviderPackage = {
  name: 'com.github.asus4.onnxruntime.linux-x64-gpu',
  version: '0.4.9',
  onnxRuntime: '1.29.0',
  archive: {
    sizeBytes: 179145956,
    sha256: '2b459e0c17f340c92970c10ed86de4f37a3009f93c14053e6ad4334cbb6be412',
  },
  files: [
    {
      name: 'libonnxruntime_providers_shared.so',
      path: 'package/Plugins/Linux/x64/libonnxruntime_providers_shared.so',
      sizeBytes: 14632,
      sha256: 'c6a12593396095f5670160e284c35d1700b7708cf3037b7042e2a5200ccae772',
    },
    {
      name: 'libonnxruntime_providers_cuda.so',
      path: 'package/Plugins/Linux/x64/libonnxruntime_providers_cuda.so',
      sizeBytes: 229780440,
      sha256: '56cf3254b118ad837ccc4ed8f6d1b23504bbf7ef91b34cbc0b289cb7f10b3037',
    },
  ],
}

/** Where a provider's files go. */
export interface Place {
  /** Infill's own folder for what is downloaded; made where there is none. */
  readonly downloads: string
  /** ONNX Runtime's folder: it looks for providers in no other. */
  readonly runtime: string
}

/** absent: a file is not there · damaged: one has another size, or was cut off · installed: all are there, by their sizes */
export async function providerState(
  { files }: ProviderPackage,
  { runtime }: Place,
): Promise<'absent' | 'damaged' | 'installed'> {
  const sizes = await Promise.all(files.map(({ name }) => sizeOf(join(runtime, name))))
  if (sizes.includes(null)) return 'absent'
  return files.every(({ sizeBytes }, i) => sizes[i] === sizeBytes) ? 'installed' : 'damaged'
}

/**
 * Downloads the package, going on from what an earlier try left, checks it and each file by SHA-256, and puts the files
 * in their place. Where all are there already, their bytes are checked, and nothing is downloaded when they are right.
 *
 * @param address Asked for only when something has to be downloaded.
 * @throws CompanionError 'download-failed', 'disk-full'; the signal's reason
 */
export async function installProvider(
  provider: ProviderPackage,
  place: Place,
  address: () => Promise<string>,
  run: ByteRun,
  means: Means,
): Promise<void> {
  await withLock(join(place.downloads, 'provider.lock'), async () => {
    const sound = provider.files.map((file) => isSound(file, join(place.runtime, file.name), run.signal))
    if ((await Promise.all(sound)).every(Boolean)) return
    const archive = join(place.downloads, `${provider.name}-${provider.version}.tgz`)
    if ((await sizeOf(archive)) === null)
      await downloadArchive(provider, archive, await address(), run, means)
    await putInPlace(provider, archive, place, run.signal)
    await rm(archive)
  })
}

/** @throws CompanionError 'download-failed' where they cannot be deleted */
export async function removeProvider({ files }: ProviderPackage, place: Place): Promise<void> {
  for (const path of [place.downloads, ...files.map(({ name }) => join(place.runtime, name))]) {
    await onDisk(path, () => rm(path, { recursive: true, force: true }))
  }
}

/**
 * Where npm would fetch a package from: npm knows registries, mirrors and proxies that a person has set.
 *
 * @throws CompanionError 'download-failed' where npm cannot be asked, or knows no such package; the signal's reason
 */
export async function addressFromNpm(
  { name, version }: ProviderPackage,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string> {
  try {
    const query = ['view', `${name}@${version}`, 'dist.tarball', '--json']
    const { stdout } = await promisify(execFile)('npm', query, { env: environment, signal })
    return JSON.parse(stdout)
  } catch (cause) {
    signal.throwIfAborted()
    throw new CompanionError(
      'download-failed',
      `npm could not say where ${name} ${version} is. Run \`npm view ${name}@${version}\` to see why.`,
      { cause },
    )
  }
}

async function downloadArchive(
  { archive: file, files }: ProviderPackage,
  target: string,
  url: string,
  run: ByteRun,
  means: Means,
): Promise<void> {
  const unpackedBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  // Once where it is unpacked, once in its place.
  await checkSpace(means.disk, dirname(target), file.sizeBytes + 2 * unpackedBytes)
  const { update: onBytes } = startPace('download', file.sizeBytes, means.clock, run)
  await download({ file, urls: [url], target, signal: run.signal, onBytes }, means)
}

/** By way of a draft beside its place: a file that is there is whole. */
async function putInPlace(
  { files }: ProviderPackage,
  archive: string,
  { downloads, runtime }: Place,
  signal: AbortSignal,
): Promise<void> {
  const unpacked = join(downloads, 'unpacked')
  await mkdir(unpacked, { recursive: true })
  const paths = files.map(({ path }) => path)
  await promisify(execFile)('tar', ['-xzf', archive, '-C', unpacked, ...paths], { signal })
  for (const file of files) {
    const draft = join(runtime, `${file.name}.draft`)
    await onDisk(draft, () => copyFile(join(unpacked, file.path), draft))
    if (!(await isSound(file, draft, signal))) {
      throw new Error(`Expected ${file.path} of ${archive} to have the size and SHA-256 of the record.`)
    }
    await onDisk(draft, () => rename(draft, join(runtime, file.name)))
  }
  await rm(unpacked, { recursive: true })
}

async function isSound(
  { sizeBytes, sha256 }: ProviderPackage['files'][number],
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await sizeOf(path)) !== sizeBytes) return false
  return (await sha256OfFile(path, { signal, onBytes: () => {} })) === sha256
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asDiskError(error, path)
  }
}
