import { describe, expect, test } from 'vitest'
import {
  absence,
  cudaElsewhere,
  describeDevice,
  devicesToTry,
  hasOnnxRuntime,
  lackFrom,
} from '../../../companion/runtime/device.ts'

describe('devicesToTry', () => {
  test.each([
    ['cpu', ['cpu', 'dml'], ['cpu']],
    ['auto', ['cpu', 'dml', 'webgpu'], ['directml', 'cpu']],
    ['auto', ['cpu', 'coreml'], ['coreml', 'cpu']],
    ['auto', ['cpu'], ['cpu']],
    // Tried although it is not there, so that its lack is told.
    ['coreml', ['cpu'], ['coreml', 'cpu']],
  ] as const)('%s of %j: %j', (choice, offered, expected) => {
    const found = devicesToTry(choice, offered)
    // Whether WebGPU is tried beside another depends on the machine.
    expect(found.filter((kind) => kind !== 'webgpu')).toEqual(expected)
  })
})

test('absence says what a system has no provider for', () => {
  expect(absence('cpu', ['cpu'])).toBeNull()
  expect(absence('directml', ['cpu'])).toBe('ONNX Runtime has no DirectML for this system.')
})

test.each([
  ['win32', 'DirectML is used. For CUDA run the companion in WSL 2.'],
  ['darwin', 'Core ML and WebGPU are used.'],
  ['freebsd', 'There is no CUDA for this system.'],
] as const)('cudaElsewhere says what there is instead on %s', (platform, expected) => {
  expect(cudaElsewhere(platform)).toContain(expected)
})

describe('lackFrom', () => {
  test.each([
    [
      'cuda',
      'Failed to load shared library\nlibcudnn.so.9: cannot open shared object file: No such file or directory',
      'The library libcudnn.so.9 is missing. `infill gpu status` says how to get it.',
    ],
    ['webgpu', 'Failed to get a WebGPU adapter', 'There is no graphics card that WebGPU could use.'],
    ['directml', 'some reason\nand its stack', 'DirectML cannot be used: some reason'],
  ] as const)('for %s, "%s"', (kind, message, sentence) => {
    expect(lackFrom(kind, message)).toBe(sentence)
  })
})

test('describeDevice names the processor', async () => {
  expect(await describeDevice('cpu')).toEqual({
    kind: 'cpu',
    name: expect.stringMatching(/./),
    precision: 'fp32',
  })
})

test('there is an ONNX Runtime for the systems that these tests run on', () => {
  expect(hasOnnxRuntime()).toBe(true)
})
