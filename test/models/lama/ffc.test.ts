import { describe, expect, test } from 'vitest'
import { readCheckpoint } from '../../../companion/store/checkpoint.ts'
import {
  type Features,
  ffcBnAct,
  ffcResnetBlock,
  fourierUnit,
  spectralTransform,
} from '../../../models/lama/ffc.ts'
import { createGraph, type Graph, GraphError, type Tensor } from '../../../models/onnx/graph.ts'
import { reflectPad } from '../../../models/onnx/operators.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'
import { largest, readReference, referencePath, type Values } from '../../support/reference.ts'

describe('FourierUnit', () => {
  test.each(['8x10', '7x9', '5x8', '8x5', '1x6', '6x1', '1x1', '2x3', '3x2'])(
    'equals PyTorch at %s',
    async (size) => {
      const checkpoint = await readCheckpoint(referencePath('lama', 'fourier-unit', 'weights.safetensors'))
      const reference = await readReference(referencePath('lama', 'fourier-unit', 'expected.safetensors'))
      const input = reference(`${size}/in`)
      const g = createGraph(checkpoint)
      g.output('out', fourierUnit(g, g.input('x', 'float32', input.shape)))

      const { out } = await runGraph(g.definition, { x: input.data })
      expectClose(out, reference(`${size}/out`), 1e-5)
    },
  )
})

const checkpoint = await readCheckpoint(referencePath('lama', 'tiny', 'generator.safetensors'))
const reference = await readReference(referencePath('lama', 'tiny', 'expected.safetensors'))

describe.each(['40x56', '33x47', '9x17'])('within the generator for a picture of %s', (size) => {
  const at = (name: string) => reference(`${size}/${name}`)
  const tuple = (layer: string) => ({ local: at(`${layer}.l`), global: at(`${layer}.g`) })

  test('FourierUnit equals PyTorch', async () => {
    const path = 'model.5.conv1.ffc.convg2g.fu'
    const g = createGraph(checkpoint)
    g.output('out', fourierUnit(g.at(path), g.input('x', 'float32', at(`${path}.in`).shape)))

    const { out } = await runGraph(g.definition, { x: at(`${path}.in`).data })
    expectNear(out, at(path))
  })

  test('SpectralTransform equals PyTorch', async () => {
    const path = 'model.5.conv1.ffc.convg2g'
    const input = at('model.4.g')
    const g = createGraph(checkpoint)
    g.output('out', spectralTransform(g.at(path), g.input('x', 'float32', input.shape)))

    const { out } = await runGraph(g.definition, { x: input.data })
    expectNear(out, at(path))
  })

  test('FFC_BN_ACT equals PyTorch in both parts', async () => {
    const block = (g: Graph, x: Features) => ffcBnAct(g.at('model.5.conv1'), x, { padding: 1 })
    const { local, global } = await runBlock(block, tuple('model.4'))
    expectNear(local, at('model.5.conv1.l'))
    expectNear(global, at('model.5.conv1.g'))
  })

  test.each([5, 6])('FFCResnetBlock %i equals PyTorch in both parts', async (index) => {
    const block = (g: Graph, x: Features) => ffcResnetBlock(g.at(`model.${index}`), x)
    const { local, global } = await runBlock(block, tuple(`model.${index - 1}`))
    expectNear(local, at(`model.${index}.l`))
    expectNear(global, at(`model.${index}.g`))
  })
})

test('FFC_BN_ACT of local features alone equals PyTorch', async () => {
  const input = reference('9x17/generator_input')
  const g = createGraph(checkpoint)
  const x = g.input('x', 'float32', input.shape)
  const features = { local: reflectPad(g, x, 3), global: null }
  g.output('local', ffcBnAct(g.at('model.1'), features, { padding: 0 }).local)

  const { local } = await runGraph(g.definition, { x: input.data })
  expectNear(local, reference('9x17/model.1.l'))
})

test('features too wide for the checkpoint are refused with the place', () => {
  const g = createGraph(checkpoint)
  const local = g.input('local', 'float32', [1, 20, 5, 7])
  expect(() => ffcBnAct(g.at('model.2'), { local, global: null }, { stride: 2, padding: 1 })).toThrow(
    new GraphError('Expected [N, 8, H, W] for model.2.ffc.convl2l but received [1, 20, 7, 9].'),
  )
})

async function runBlock(
  block: (g: Graph, x: Features) => Features,
  { local, global }: { readonly local: Values; readonly global: Values },
): Promise<Record<string, Values>> {
  const g = createGraph(checkpoint)
  const input = (name: string, { shape }: Values): Tensor => g.input(name, 'float32', shape)
  const y = block(g, { local: input('l', local), global: input('g', global) })
  g.output('local', y.local)
  g.output('global', y.global!)
  return runGraph(g.definition, { l: local.data, g: global.data })
}

/** The reference's own tolerance for values on the way: a thousandth of the largest. */
function expectNear(actual: Values | undefined, expected: Values): void {
  expectClose(actual, expected, 1e-3 * largest(expected))
}
