import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { type DataFolder, readJson, writeJson } from '../settings.ts'

/** A shared library that the CUDA provider cannot do without. */
export interface Library {
  readonly name: string
  /** What it is a part of, to be installed as one. */
  readonly part: 'driver' | 'runtime' | 'cublas' | 'curand' | 'cudnn' | 'nvrtc'
}

/** From `readelf -d` of the provider. cuDNN it opens by name with the first convolution, some of which cuDNN compiles with NVRTC. */
export const neededLibraries: readonly Library[] = [
  { name: 'libcuda.so.1', part: 'driver' },
  { name: 'libcudart.so.13', part: 'runtime' },
  { name: 'libcublas.so.13', part: 'cublas' },
  { name: 'libcublasLt.so.13', part: 'cublas' },
  { name: 'libcurand.so.10', part: 'curand' },
  { name: 'libcudnn.so.9', part: 'cudnn' },
  { name: 'libnvrtc.so.13', part: 'nvrtc' },
]

export interface FoundLibrary extends Library {
  /** null: it was found nowhere. */
  readonly folder: string | null
  /** Whether the system's loader finds it by itself. */
  readonly isKnownToLoader: boolean
}

/** What is looked at on a machine. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv
  /** What `ldconfig -p` prints. */
  readonly loaderCache: string
  /** Where CUDA or Python packages may lie, in any of the ways that `foldersUnder` knows. */
  readonly roots: readonly string[]
}

/** Looks where the loader looks, then in folders of CUDA and in those that Python's CUDA packages use. */
export function findLibraries({ environment, loaderCache, roots }: Surroundings): FoundLibrary[] {
  const own = (environment.LD_LIBRARY_PATH ?? '').split(delimiter).filter(Boolean)
  const others = roots.flatMap(foldersUnder)
  return neededLibraries.map((library) => {
    const has = (folder: string) => existsSync(join(folder, library.name))
    const known = own.find(has) ?? folderInCache(loaderCache, library.name)
    if (known !== null) return { ...library, folder: known, isKnownToLoader: true }
    return { ...library, folder: others.find(has) ?? null, isKnownToLoader: false }
  })
}

/** @param named Folders that a person named; they come first. */
export async function surroundingsHere(named: readonly string[]): Promise<Surroundings> {
  const { env: environment } = process
  const [loaderCache, python] = await Promise.all([
    outputOf('/sbin/ldconfig', ['-p']),
    outputOf('python3', ['-c', 'import site; print("\\n".join(site.getsitepackages()))']),
  ])
  const cuda = entriesOf('/usr/local').filter((name) => /^cuda(-13.*)?$/.test(name))
  const roots = [
    ...named,
    ...[environment.VIRTUAL_ENV ?? '', environment.CONDA_PREFIX ?? ''],
    ...cuda.map((name) => join('/usr/local', name)),
    ...python.split('\n'),
    ...[join(homedir(), '.local'), '/usr/local', '/usr/lib/wsl'],
  ]
  return { environment, loaderCache, roots: roots.filter(Boolean) }
}

/** Remembers folders for the process that runs models, whose loader would not look there. */
export function rememberFolders({ gpu }: DataFolder, libraries: readonly FoundLibrary[]): void {
  const folders = libraries.flatMap(({ folder, isKnownToLoader }) =>
    folder === null || isKnownToLoader ? [] : [folder],
  )
  mkdirSync(gpu, { recursive: true, mode: 0o700 })
  writeJson(join(gpu, 'libraries.json'), [...new Set(folders)])
}

/** What the process that runs models needs in its environment, so that its loader looks in the remembered folders too. */
export function loaderEnvironment(data: DataFolder): { readonly LD_LIBRARY_PATH?: string } {
  const remembered = rememberedFolders(data)
  if (remembered.length === 0) return {}
  const own = process.env.LD_LIBRARY_PATH ?? ''
  return { LD_LIBRARY_PATH: [own, ...remembered].filter(Boolean).join(delimiter) }
}

/** Where libraries were found before: some may come from another place than those that were missing then. */
export function rememberedFolders({ gpu }: DataFolder): readonly string[] {
  const folders = v.safeParse(v.array(v.string()), readJson(join(gpu, 'libraries.json')))
  return folders.success ? folders.output : []
}

/**
 * Folders that may hold libraries below a folder of CUDA (lib64), of a Python environment, or of its packages, where wheels
 * put them into nvidia/PART/lib and PyTorch into torch/lib.
 */
function foldersUnder(root: string): string[] {
  const pythons = entriesOf(join(root, 'lib')).filter((name) => name.startsWith('python3'))
  const packages = pythons.flatMap((name) =>
    ['site-packages', 'dist-packages'].map((each) => join(root, 'lib', name, each)),
  )
  const wheels = [root, ...packages].flatMap((folder) => [
    ...entriesOf(join(folder, 'nvidia')).map((part) => join(folder, 'nvidia', part, 'lib')),
    join(folder, 'torch', 'lib'),
  ])
  return [root, join(root, 'lib64'), join(root, 'lib'), ...wheels]
}

function entriesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

/** A line is `libcuda.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libcuda.so.1`. */
function folderInCache(cache: string, name: string): string | null {
  for (const line of cache.split('\n')) {
    const [, found, kinds, path] = /^\s*(\S+) \((.*)\) => (.*)$/.exec(line) ?? []
    if (found === name && kinds?.includes('x86-64') && path !== undefined) return dirname(path)
  }
  return null
}

/** Empty where the program is not there, or fails. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { timeout: 10_000 })).stdout
  } catch {
    return ''
  }
}
