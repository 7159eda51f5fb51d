import { describe, expect, test } from 'vitest'
import { examineRuntime } from '../../../companion/runtime/examine.ts'
import { standInProcess } from '../../support/stand-in-process.ts'

describe('examineRuntime', () => {
  test('computes on the CPU of this machine', async () => {
    const { version, lack, devices } = await examineRuntime()
    expect({ version, lack }).toEqual({ version: '1.29.0', lack: null })
    expect(devices.at(-1)).toEqual({ kind: 'cpu', name: expect.stringMatching(/./), lack: null })
    expect(devices.map(({ kind }) => kind)).toEqual(['cuda', 'directml', 'coreml', 'webgpu', 'cpu'])
  })

  test('names the library that a device lacks, and tries the others all the same', async () => {
    const script = standInProcess(`say({ id: 0, type: 'ready', version: '1', providers: ['cpu', 'dml'] })
      onRequest(({ id, type, provider }) => {
        if (provider === 'dml') {
          process.stderr.write('depends on "DirectML.dll" which is missing\\n')
          return say({ id, type: 'failed', message: 'Failed to load' })
        }
        const y = { type: 'float32', shape: [1, 2], data: Float32Array.of(0, 2) }
        say(type === 'load' ? { id, type: 'loaded', inputs: ['x'], outputs: ['y'] } : { id, type: 'ran', outputs: { y } })
      })`)
    const { devices } = await examineRuntime(script)
    expect(devices.map(({ kind, lack }) => [kind, lack])).toEqual([
      ['cuda', 'ONNX Runtime has no CUDA for this system.'],
      ['directml', 'The library DirectML.dll is missing.'],
      ['coreml', 'ONNX Runtime has no Core ML for this system.'],
      ['webgpu', 'ONNX Runtime has no WebGPU for this system.'],
      ['cpu', null],
    ])
  })

  test('finds out what computes wrong results', async () => {
    const script = standInProcess(`greet(); onRequest(({ id, type, inputs }) => say(
      type === 'load' ? { id, type: 'loaded', inputs: ['x'], outputs: ['y'] } : { id, type: 'ran', outputs: { y: inputs.x } }))`)
    const { devices } = await examineRuntime(script)
    expect(devices.at(-1)).toMatchObject({
      kind: 'cpu',
      lack: 'CPU cannot be used: it computes wrong results.',
    })
  })

  test('says why ONNX Runtime cannot be loaded at all', async () => {
    const script = standInProcess(
      `say({ id: 0, type: 'failed', message: 'Cannot find module x.node\\nstack' })`,
    )
    expect(await examineRuntime(script)).toEqual({
      version: null,
      lack: 'ONNX Runtime, which models need, cannot be loaded here: Cannot find module x.node',
      devices: [],
    })
  })
})
