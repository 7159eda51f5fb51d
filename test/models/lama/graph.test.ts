import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCheckpoint } from '../../../companion/store/checkpoint.ts'
import {
  bytesPerElement,
  type Checkpoint,
  denseStrides,
  type StoredTensor,
} from '../../../models/checkpoint.ts'
import { buildLama, ffcResNetGenerator, upsample } from '../../../models/lama/graph.ts'
import { createGraph, GraphError } from '../../../models/onnx/graph.ts'
import { concat } from '../../../models/onnx/operators.ts'
import type { ExecutionProvider } from '../../../models/onnx/providers.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'
import { largest, readReference, referencePath, type Values } from '../../support/reference.ts'

const checkpoint = await readCheckpoint(referencePath('lama', 'tiny', 'generator.safetensors'))
const reference = await readReference(referencePath('lama', 'tiny', 'expected.safetensors'))

describe('FFCResNetGenerator', () => {
  test.each(['40x56', '9x17'])('equals PyTorch at %s', async (size) => {
    const input = reference(`${size}/generator_input`)
    const g = createGraph(checkpoint)
    g.output('prediction', ffcResNetGenerator(g, g.input('x', 'float32', input.shape)))

    const { prediction } = await runGraph(g.definition, { x: input.data })
    expectClose(prediction, reference(`${size}/prediction_padded`), 1e-4)
  })

  test.each(['40x56', '33x47', '9x17'])('upsamples as PyTorch does at %s', async (size) => {
    const [local, global] = [reference(`${size}/model.6.l`), reference(`${size}/model.6.g`)]
    const expected = reference(`${size}/model.10`)
    const g = createGraph(checkpoint)
    const features = [g.input('l', 'float32', local.shape), g.input('g', 'float32', global.shape)]
    g.output('up', upsample(g, 8, concat(g, features, 1)))

    const { up } = await runGraph(g.definition, { l: local.data, g: global.data })
    expectClose(up, expected, 1e-3 * largest(expected))
  })
})

describe('buildLama', () => {
  // 33 × 47 and 9 × 17 are padded to multiples of 8 within the graph.
  const providers: readonly ExecutionProvider[] = ['cpu', 'coreml']
  const cases = ['33x47', '9x17'].flatMap((size) => providers.map((provider) => ({ size, provider })))
  test.each(cases)('equals PyTorch at $size in the operators of $provider', async ({ size, provider }) => {
    const { inpainted } = await inpaint(picture(size), provider)
    expectClose(inpainted, reference(`${size}/composite`), 1e-4)
  })

  test('comes near where convolutions are computed in float16, and its Fourier part is not', async () => {
    const { nodes } = buildLama(checkpoint, { width: 47, height: 33 }, 'cuda')
    const casts = nodes.filter(({ op }) => op === 'Cast').map(({ name }) => name)
    expect(casts.some((name) => name.includes('convl2l'))).toBe(true)
    expect(casts.filter((name) => name.includes('convg2g'))).toEqual([])
    const { inpainted } = await inpaint(picture('33x47'), 'cuda')
    expectClose(inpainted, reference('33x47/composite'), 5e-3)
  })

  test.each(['40x56', '33x47', '9x17'])(
    'gives the bytes of predict.py at %s, but for rounding',
    async (size) => {
      const { inpainted } = await inpaint(picture(size))
      const bytes = inpainted!.data.map((value) => Math.trunc(Math.min(Math.max(value * 255, 0), 255)))
      const expected = reference(`${size}/composite_u8`)
      expectClose({ shape: expected.shape, data: bytes }, expected, 1)
    },
  )

  test.each([
    ['one pixel', 1, 1],
    ['one row', 21, 1],
    ['one column', 1, 18],
    ['a picture smaller than its padding', 5, 3],
  ])('fills %s and keeps what the mask spares', async (_, width, height) => {
    const image = values([1, 3, height, width], (index) => (index % 11) / 10)
    const mask = values([1, 1, height, width], (index) => index % 2)
    const { inpainted } = await inpaint({ image, mask })
    expect(inpainted!.shape).toEqual(image.shape)
    inpainted!.data.forEach((value, index) => {
      if (mask.data[index % (width * height)] === 0) expect(value).toBe(image.data[index])
      else expect(value).toBeGreaterThan(0)
    })
  })

  test.each(['model.generator', 'state_dict.generator', 'generator'])(
    'finds the network under %s',
    (path) => {
      const published = new Map([...checkpoint].map(([name, tensor]) => [`${path}.${name}`, tensor]))
      published.set(
        'generator_average.model.1.ffc.convl2l.weight',
        checkpoint.get('model.1.ffc.convl2l.weight')!,
      )
      const { weights } = buildLama(published, { width: 24, height: 16 })
      expect([...weights.keys()].every((name) => name.startsWith(`${path}.model.`))).toBe(true)
      expect(weights.size).toBe(133)
    },
  )

  test('needs no num_batches_tracked', () => {
    const lean = new Map([...checkpoint].filter(([name]) => !name.endsWith('num_batches_tracked')))
    expect(lean.size).toBeLessThan(checkpoint.size)
    expect(buildLama(lean, { width: 24, height: 16 }).weights.size).toBe(133)
  })

  test('refuses a checkpoint that is not LaMa', () => {
    const other = new Map([['unet.conv_in.weight', checkpoint.get('model.18.weight')!]])
    expect(() => buildLama(other, { width: 24, height: 16 })).toThrow(
      new GraphError('Expected a LaMa generator, but no tensor is called model.1.ffc.convl2l.weight.'),
    )
  })

  test('refuses weights that it would have to leave out', () => {
    const name = 'model.5.conv1.ffc.convg2g.lfu.conv_layer.weight'
    const withLfu = new Map(checkpoint).set(name, checkpoint.get('model.18.weight')!)
    expect(() => buildLama(withLfu, { width: 24, height: 16 })).toThrow(
      new GraphError(`Expected a generator like big-lama's, which has no ${name}.`),
    )
  })

  test('says which tensor is missing', () => {
    const broken = new Map(checkpoint)
    broken.delete('model.6.conv2.ffc.convg2g.fu.bn.running_var')
    expect(() => buildLama(broken, { width: 24, height: 16 })).toThrow(
      /^Expected a tensor model\.6\.conv2\.ffc\.convg2g\.fu\.bn\.running_var in the checkpoint/,
    )
  })
})

describe('the layout of the published big-lama.pt', () => {
  const layout: Readonly<Record<string, string>> = JSON.parse(
    readFileSync(referencePath('lama', 'big-lama-layout.json'), 'utf8'),
  )

  test('builds, with every weight of the generator in use', () => {
    const graph = buildLama(checkpointOf(layout, '/big-lama.pt'), { width: 768, height: 512 })
    expect(graph.weights.size).toBe(837)
    const picture = { dtype: 'float32', shape: [1, 3, 512, 768] }
    expect(graph.outputs).toEqual([
      { name: 'inpainted', ...picture },
      { name: 'predicted', ...picture },
    ])
  })

  test('loads and runs from a file of full size', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'infill-lama-'))
    const file = join(folder, 'big-lama.pt')
    try {
      // All weights 0, without bytes on the disk where the file system can: every logit is 0, its sigmoid 0.5.
      const zeros = checkpointOf(layout, file)
      writeFileSync(file, '')
      truncateSync(file, Math.max(...[...zeros.values()].map((tensor) => tensor.offset + tensor.byteLength)))
      const image = values([1, 3, 24, 40], (index) => (index % 100) / 100)
      const mask = values([1, 1, 24, 40], (index) => index % 2)
      const graph = buildLama(zeros, { width: 40, height: 24 })

      const { inpainted } = await runGraph(graph, { image: image.data, mask: mask.data })
      const expected = image.data.map((value, index) => (index % 2 === 1 ? 0.5 : value))
      expectClose(inpainted, { shape: image.shape, data: expected }, 0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** The picture and mask of a reference case, as the graph takes them: 0..1, and 1 where the mask is not 0. */
function picture(size: string): Picture {
  const [image, mask] = [reference(`${size}/image_u8`), reference(`${size}/mask_u8`)]
  return {
    image: { shape: [1, ...image.shape], data: image.data.map((value) => value / 255) },
    mask: { shape: [1, ...mask.shape], data: mask.data.map((value) => (value > 0 ? 1 : 0)) },
  }
}

interface Picture {
  readonly image: Values
  readonly mask: Values
}

function inpaint({ image, mask }: Picture, provider: ExecutionProvider = 'cpu') {
  const [height, width] = image.shape.slice(2) as [number, number]
  return runGraph(buildLama(checkpoint, { width, height }, provider), { image: image.data, mask: mask.data })
}

function values(shape: readonly number[], at: (index: number) => number): Values {
  const length = shape.reduce((product, size) => product * size, 1)
  return { shape, data: Float32Array.from({ length }, (_, index) => at(index)) }
}

/** Tensors one after the other in a file, of "dtype [shape]" by name. */
function checkpointOf(layout: Readonly<Record<string, string>>, file: string): Checkpoint {
  const checkpoint = new Map<string, StoredTensor>()
  let offset = 0
  for (const [name, description] of Object.entries(layout)) {
    const [dtype, sizes] = description.split(' ') as [keyof typeof bytesPerElement, string]
    const shape: number[] = JSON.parse(sizes)
    const byteLength = shape.reduce((product, size) => product * size, bytesPerElement[dtype])
    checkpoint.set(name, { dtype, shape, strides: denseStrides(shape), file, offset, byteLength })
    offset += byteLength
  }
  return checkpoint
}
