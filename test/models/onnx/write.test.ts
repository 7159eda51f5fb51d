import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type DType, denseStrides, type StoredTensor } from '../../../models/checkpoint.ts'
import { createGraph, GraphError } from '../../../models/onnx/graph.ts'
import { add, gather, mul, scalar } from '../../../models/onnx/operators.ts'
import { irVersion, writeModel } from '../../../models/onnx/write.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'

const folder = mkdtempSync(join(tmpdir(), 'infill-write-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('writeModel', () => {
  test('begins with the IR version and the producer', () => {
    const bytes = writeModel(createGraph(new Map()).definition, '/')
    expect([...bytes.subarray(0, 10)]).toEqual([0x08, irVersion, 0x12, 6, ...Buffer.from('infill')])
  })

  test('writes numbers as protobuf does: seven bits a byte, negative ones in ten bytes', () => {
    const g = createGraph(new Map())
    const x = g.input('x', 'float32', [2, 3])
    g.node('Softmax', [x], x, { axis: -1, big: 300 })
    const text = Buffer.from(writeModel(g.definition, '/')).toString('hex')
    // name "axis", i (field 3) = -1, type (field 20) = INT
    expect(text).toContain(`${hex('axis')}18ffffffffffffffffff01a00102`)
    expect(text).toContain(`${hex('big')}18ac02a00102`)
  })

  test('writes every kind of attribute so that ONNX Runtime reads it', async () => {
    const g = createGraph(new Map())
    const x = g.input('x', 'float32', [1, 1, 2, 3])
    const gathered = gather(g, x, 3, [2, 0])
    const padded = g.node(
      'MaxPool',
      [gathered],
      { dtype: 'float32', shape: [1, 1, 2, 3] },
      { kernel_shape: [1, 2], pads: [0, 1, 0, 1], auto_pad: 'NOTSET' },
    )
    g.output('y', g.node('LeakyRelu', [padded], padded, { alpha: { float: 0.25 } }))

    const { y } = await runGraph(g.definition, { x: Float32Array.of(-4, 0, -8, 1, 2, 3) })
    expect([...y!.data]).toEqual([-2, -1, -1, 3, 3, 1])
    expect(y!.shape).toEqual([1, 1, 2, 3])
  })

  test.each([0, 1, 2, 3, 70, 4097])(
    'points at weights %i bytes into the file they are published in',
    async (offset) => {
      const weights = Float32Array.of(1, -2, 3.5, 4, 5, 6.25)
      const file = join(folder, `weights é ${offset}.pt`)
      writeFileSync(
        file,
        Buffer.concat([Buffer.alloc(offset, 0xff), Buffer.from(weights.buffer), Buffer.alloc(9)]),
      )
      const g = createGraph(new Map([['layer.weight', stored(file, offset, [2, 3], 'float32')]]))
      const x = g.input('x', 'float32', [2, 3])
      g.output('y', add(g, x, g.at('layer').weight('weight', [2, 3])))

      const { y } = await runGraph(g.definition, { x: new Float32Array(6) })
      expectClose(y, { shape: [2, 3], data: weights }, 0)
    },
  )

  test.each([
    { dtype: 'float16' as const, bytes: [0x00, 0x3c, 0x00, 0xc0, 0x00, 0x38] },
    { dtype: 'bfloat16' as const, bytes: [0x80, 0x3f, 0x00, 0xc0, 0x00, 0x3f] },
    { dtype: 'float64' as const, bytes: [...new Uint8Array(Float64Array.of(1, -2, 0.5).buffer)] },
  ])('lets weights in $dtype be computed with in float32', async ({ dtype, bytes }) => {
    const file = join(folder, `${dtype}.safetensors`)
    writeFileSync(file, Uint8Array.from(bytes))
    const g = createGraph(new Map([['w', stored(file, 0, [3], dtype)]]))
    const x = g.input('x', 'float32', [3])
    g.output('y', mul(g, add(g, x, g.weight('w', [3])), scalar(g, 2)))

    const { y } = await runGraph(g.definition, { x: new Float32Array(3) })
    expectClose(y, { shape: [3], data: Float32Array.of(2, -4, 1) }, 0)
  })

  test.each([
    { folder: '/data/models', file: '/data/models/lama/big-lama.pt', location: 'lama/big-lama.pt' },
    { folder: '/data/models/', file: '/data/models/lama/big-lama.pt', location: 'lama/big-lama.pt' },
    { folder: '/', file: '/data/big-lama.pt', location: 'data/big-lama.pt' },
    { folder: 'C:\\', file: 'C:\\models\\big-lama.pt', location: 'models\\big-lama.pt' },
  ])('names $file within $folder', ({ folder, file, location }) => {
    const bytes = writeModel(oneWeight(file), folder)
    const entry = Buffer.from([
      0x0a,
      8,
      ...Buffer.from('location'),
      0x12,
      location.length,
      ...Buffer.from(location),
    ])
    expect(Buffer.from(bytes).includes(entry)).toBe(true)
  })

  test.each([
    ['/data/models', '/data/models-of-others/big-lama.pt'],
    ['/data/models', '/home/big-lama.pt'],
    ['C:\\', 'D:\\big-lama.pt'],
  ])('within %s refuses %s', (folder, file) => {
    expect(() => writeModel(oneWeight(file), folder)).toThrow(
      new GraphError(`Expected weight files within ${folder} but received ${file}.`),
    )
  })
})

function oneWeight(file: string) {
  const g = createGraph(new Map([['w', stored(file, 0, [3], 'float32')]]))
  g.output('y', g.weight('w', [3]))
  return g.definition
}

function stored(file: string, offset: number, shape: readonly number[], dtype: DType): StoredTensor {
  const size = { float32: 4, float16: 2, bfloat16: 2, float64: 8 }[dtype as 'float32']
  const byteLength = shape.reduce((product, length) => product * length, size)
  return { dtype, shape, strides: denseStrides(shape), file, offset, byteLength }
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}
