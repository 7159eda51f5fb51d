import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { gpuStatus, installGpu, removeGpu, type Surroundings } from '../../../companion/cli/gpu.ts'
import { neededLibraries } from '../../../companion/gpu/libraries.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { environmentWithNpm } from '../../support/npm.ts'
import { publishProvider } from '../../support/published-provider.ts'

const card = {
  ...{ name: 'NVIDIA GeForce RTX 4070', driver: '580.95.05' },
  ...{ memoryBytes: 12.9e9, freeBytes: 11.5e9 },
}

function librariesBut(...missing: string[]) {
  return neededLibraries.map((library) => ({
    ...{ ...library, isKnownToLoader: true },
    folder: missing.includes(library.name) ? null : '/usr/lib',
  }))
}

/** The commands on a Debian machine with a card and all libraries, where CUDA works once its provider is there. */
async function setUp(changes: Partial<Surroundings> = {}) {
  const { provider, server, path } = await publishProvider()
  const runtime = temporaryFolder()
  const lines: string[] = []
  const errors: string[] = []
  const named: string[] = []
  const surroundings: Partial<Surroundings> = {
    ...{ folder: temporaryFolder(), runtime, provider },
    environment: environmentWithNpm(server.url(path)),
    print: (line) => lines.push(line),
    printError: (line) => errors.push(line),
    stderr: { isTTY: false, write: () => true },
    elsewhere: null,
    system: { distribution: ['debian'], isInWindows: false },
    findCard: async () => card,
    findLibraries: async (folders) => {
      named.push(...folders)
      return librariesBut()
    },
    tryCuda: async () => null,
    ...changes,
  }
  return { lines, errors, named, runtime, surroundings }
}

describe('infill gpu status', () => {
  test('says what is there, and that the provider is missing: exit code 4', async () => {
    const { lines, surroundings } = await setUp()
    expect(await gpuStatus({}, surroundings)).toBe(4)
    expect(lines).toEqual([
      'Graphics card      NVIDIA GeForce RTX 4070, driver 580.95.05, 11.5 of 12.9 GB free',
      'CUDA provider      not installed',
      'libcuda.so.1       /usr/lib',
      'libcudart.so.13    /usr/lib',
      'libcublas.so.13    /usr/lib',
      'libcublasLt.so.13  /usr/lib',
      'libcurand.so.10    /usr/lib',
      'libcudnn.so.9      /usr/lib',
      'libnvrtc.so.13     /usr/lib',
      '',
      'The CUDA provider is not installed: `infill gpu install` gets it.',
    ])
  })

  test('says how to get libraries that are missing', async () => {
    const { lines, surroundings } = await setUp({ findLibraries: async () => librariesBut('libcudnn.so.9') })
    expect(await gpuStatus({}, surroundings)).toBe(4)
    expect(lines).toContain('libcudnn.so.9      missing')
    expect(lines).toContain('Missing: libcudnn.so.9.')
    expect(lines).toContain('  sudo apt install libcudnn9-cuda-13')
  })

  test.each([
    ['there is no card', null, 'No NVIDIA graphics card was found'],
    ['its driver is too old', { ...card, driver: '535.1' }, 'The driver 535.1 is too old for CUDA 13.'],
  ])('says how to get the driver where %s', async (_, found, lack) => {
    const { lines, surroundings } = await setUp({ findCard: async () => found })
    expect(await gpuStatus({}, surroundings)).toBe(4)
    expect(lines).toContainEqual(expect.stringContaining(lack))
    expect(lines).toContain('  sudo apt install nvidia-open')
  })

  test('--json prints one line', async () => {
    const { lines, surroundings } = await setUp()
    await gpuStatus({ json: true }, surroundings)
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { card, provider: 'absent', libraries: librariesBut(), lack: expect.stringContaining('not installed') },
    ])
  })

  test('says why there is no CUDA on another system', async () => {
    const { lines, surroundings } = await setUp({ elsewhere: 'There is no CUDA for Macs.' })
    expect(await gpuStatus({}, surroundings)).toBe(4)
    expect(lines).toEqual(['There is no CUDA for Macs.'])
  })
})

describe('infill gpu install', () => {
  test('gets the provider, tries it, and says that models run on the card: exit code 0', async () => {
    const { lines, runtime, surroundings } = await setUp()
    expect(await installGpu({}, surroundings)).toBe(0)
    expect(existsSync(join(runtime, 'cuda.so'))).toBe(true)
    expect(lines).toContain('CUDA provider      installed')
    expect(lines.at(-1)).toBe('Models run on the graphics card.')
  })

  test('says what the trial found: exit code 4', async () => {
    const { lines, surroundings } = await setUp({ tryCuda: async () => 'The library libx.so.1 is missing.' })
    expect(await installGpu({}, surroundings)).toBe(4)
    expect(lines.at(-1)).toBe('The library libx.so.1 is missing.')
  })

  test('looks in folders that a person names', async () => {
    const { named, surroundings } = await setUp()
    await installGpu({ libraries: ['/home/ada/cuda'] }, surroundings)
    expect(named).toEqual(['/home/ada/cuda'])
  })

  test('looks again where libraries were found before, for those that were missing may come from elsewhere', async () => {
    const found = (folder: string) =>
      librariesBut().map((library) => ({ ...library, isKnownToLoader: false, folder }))
    const { named, surroundings } = await setUp()
    await gpuStatus({}, { ...surroundings, findLibraries: async () => found('/opt/pytorch/lib') })
    await installGpu({ libraries: ['/home/ada/cuda'] }, surroundings)
    expect(named).toEqual(['/home/ada/cuda', '/opt/pytorch/lib'])
  })

  test('says what went wrong with the download: exit code 1', async () => {
    const { errors, surroundings } = await setUp({ environment: environmentWithNpm(null) })
    expect(await installGpu({}, surroundings)).toBe(1)
    expect(errors[0]).toContain('npm could not say where provider 1.2.3 is.')
  })

  test('gets nothing on another system', async () => {
    const { runtime, surroundings } = await setUp({ elsewhere: 'There is no CUDA for Macs.' })
    expect(await installGpu({}, surroundings)).toBe(4)
    expect(existsSync(join(runtime, 'cuda.so'))).toBe(false)
  })
})

test('infill gpu remove deletes the provider', async () => {
  const { lines, runtime, surroundings } = await setUp()
  await installGpu({}, surroundings)
  expect(await removeGpu(surroundings)).toBe(0)
  expect(existsSync(join(runtime, 'cuda.so'))).toBe(false)
  expect(lines.at(-1)).toBe('The CUDA provider is removed. Models run on the processor.')
})
