import { describe, expect, test } from 'vitest'
import { GraphError } from '../../../models/onnx/graph.ts'
import { stableDiffusion2, stableDiffusion15 } from '../../../models/stable-diffusion/config.ts'
import { buildTextEncoder } from '../../../models/stable-diffusion/text-encoder.ts'
import { checkpointOf, diffusionPath, publishedLayout, tinyTextEncoder } from '../../support/diffusion.ts'
import { expectClose, runGraph, watch } from '../../support/onnx.ts'
import { readReference } from '../../support/reference.ts'

// The first file is written as in 2022, with tensors at any byte; the second holds float16.
describe.each([
  { kind: 'sd15-quick-gelu', layers: 3 },
  { kind: 'sd2-gelu', layers: 4 },
] as const)('buildTextEncoder of $kind', ({ kind, layers }) => {
  test.each(['cpu', 'coreml'] as const)(
    'equals transformers in the operators of %s, layer by layer',
    async (provider) => {
      const { checkpoint, config } = await tinyTextEncoder(kind)
      const reference = await readReference(diffusionPath('text-encoder', kind, 'expected.safetensors'))
      const graph = buildTextEncoder(checkpoint, config, 2, { provider })
      const nodes = {
        embeddings: 'text_model.embeddings/Add',
        ...Object.fromEntries(
          Array.from({ length: layers }, (_, i) => [`layer.${i}`, `text_model.encoder.layers.${i}/Add#2`]),
        ),
      }
      const watched = Object.entries(nodes).map(
        ([name, node]) => [name, { node, shape: reference(name).shape }] as const,
      )
      const outputs = await runGraph(watch(graph, Object.fromEntries(watched)), {
        input_ids: reference('input_ids').data,
      })
      for (const name of [...Object.keys(nodes), 'last_hidden_state']) {
        expectClose(outputs[name], reference(name), 2e-5)
      }
    },
  )

  test('comes near in float16', async () => {
    const { checkpoint, config } = await tinyTextEncoder(kind)
    const reference = await readReference(diffusionPath('text-encoder', kind, 'expected.safetensors'))
    const graph = buildTextEncoder(checkpoint, config, 2, { precision: 'float16' })
    const { last_hidden_state } = await runGraph(graph, { input_ids: reference('input_ids').data })
    expectClose(last_hidden_state, reference('last_hidden_state'), 0.02)
  })

  test('finds the weights without their outer name as well', async () => {
    const { checkpoint, config } = await tinyTextEncoder(kind)
    const bare = new Map([...checkpoint].map(([name, tensor]) => [name.replace('text_model.', ''), tensor]))
    const names = [...buildTextEncoder(bare, config, 1).weights.keys()]
    expect(names).toHaveLength(checkpoint.size - 1)
    expect(names.some((name) => name.startsWith('text_model'))).toBe(false)
  })
})

describe('buildTextEncoder', () => {
  test.each([
    { layout: 'sd15-text-encoder', config: stableDiffusion15.textEncoder, weights: 196, width: 768 },
    { layout: 'sd2-text-encoder', config: stableDiffusion2.textEncoder, weights: 372, width: 1024 },
  ] as const)('builds over the published $layout, with every weight in use', (published) => {
    const graph = buildTextEncoder(checkpointOf(publishedLayout(published.layout)), published.config, 2)
    expect(graph.weights.size).toBe(published.weights)
    expect(graph.outputs[0]!.shape).toEqual([2, 77, published.width])
  })

  test('refuses a network with more than it knows', async () => {
    const { checkpoint, config } = await tinyTextEncoder('sd2-gelu')
    const bias = checkpoint.get('text_model.final_layer_norm.bias')!
    expect(() =>
      buildTextEncoder(new Map(checkpoint).set('text_projection.weight', bias), config, 1),
    ).toThrow(new GraphError('Expected a text encoder of CLIP, which has no text_projection.weight.'))
  })
})
