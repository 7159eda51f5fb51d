import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  findLibraries,
  loaderEnvironment,
  neededLibraries,
  rememberFolders,
} from '../../../companion/gpu/libraries.ts'
import { openDataFolder } from '../../../companion/settings.ts'
import { temporaryFolder } from '../../support/data-folder.ts'

/** A folder with empty files. */
function folderWith(...paths: string[]): string {
  const folder = temporaryFolder()
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
  return folder
}

const nothing = { environment: {}, loaderCache: '', roots: [] }

/** Where `libcudart.so.13` is found. */
function cudart(surroundings: Partial<Parameters<typeof findLibraries>[0]>) {
  const { folder, isKnownToLoader } = findLibraries({ ...nothing, ...surroundings }).find(
    ({ part }) => part === 'runtime',
  )!
  return { folder, isKnownToLoader }
}

describe('findLibraries', () => {
  test('finds none on a machine without CUDA, and names them all', () => {
    const found = findLibraries(nothing)
    expect(found.map(({ name }) => name)).toEqual([
      'libcuda.so.1',
      'libcudart.so.13',
      'libcublas.so.13',
      'libcublasLt.so.13',
      'libcurand.so.10',
      'libcudnn.so.9',
      'libnvrtc.so.13',
    ])
    expect(found.every(({ folder }) => folder === null)).toBe(true)
  })

  test('reads the cache of the loader', () => {
    const loaderCache = [
      "2 libs found in cache `/etc/ld.so.cache'",
      '\tlibcudart.so.13 (libc6) => /usr/lib/i386-linux-gnu/libcudart.so.13',
      '\tlibcudart.so.13 (libc6,x86-64) => /usr/local/cuda/lib64/libcudart.so.13',
    ].join('\n')
    expect(cudart({ loaderCache })).toEqual({ folder: '/usr/local/cuda/lib64', isKnownToLoader: true })
  })

  test('looks where LD_LIBRARY_PATH says', () => {
    const folder = folderWith('libcudart.so.13')
    const environment = { LD_LIBRARY_PATH: `/nowhere:${folder}` }
    expect(cudart({ environment })).toEqual({ folder, isKnownToLoader: true })
  })

  test.each([
    ['a folder with the libraries themselves', 'libcudart.so.13', ''],
    ['a folder of CUDA', 'lib64/libcudart.so.13', 'lib64'],
    [
      'a Python environment',
      'lib/python3.12/site-packages/nvidia/cu13/lib/libcudart.so.13',
      'lib/python3.12/site-packages/nvidia/cu13/lib',
    ],
    [
      'Debian’s Python packages',
      'lib/python3/dist-packages/torch/lib/libcudart.so.13',
      'lib/python3/dist-packages/torch/lib',
    ],
    ['a folder of Python packages', 'nvidia/cu13/lib/libcudart.so.13', 'nvidia/cu13/lib'],
  ])('looks in %s', (_, path, expected) => {
    const root = folderWith(path)
    expect(cudart({ roots: [root] })).toEqual({ folder: join(root, expected), isKnownToLoader: false })
  })
})

describe('what was found', () => {
  function remembered(folders: readonly (string | null)[], isKnownToLoader = false) {
    const data = openDataFolder(temporaryFolder())
    rememberFolders(
      data,
      folders.map((folder) => ({ ...neededLibraries[1]!, folder, isKnownToLoader })),
    )
    return loaderEnvironment(data)
  }

  function withLoaderPath(path: string): void {
    vi.stubEnv('LD_LIBRARY_PATH', path)
    onTestFinished(() => void vi.unstubAllEnvs())
  }

  test('is told to the loader of the process that runs models, each folder once', () => {
    withLoaderPath('')
    expect(remembered(['/a', null, '/b', '/a'])).toEqual({ LD_LIBRARY_PATH: '/a:/b' })
  })

  test('comes after what a person has set', () => {
    withLoaderPath('/own')
    expect(remembered(['/a'])).toEqual({ LD_LIBRARY_PATH: '/own:/a' })
  })

  test('changes nothing where the loader knows it, or where nothing was looked for yet', () => {
    expect(remembered(['/a'], true)).toEqual({})
    expect(loaderEnvironment(openDataFolder(temporaryFolder()))).toEqual({})
  })
})
