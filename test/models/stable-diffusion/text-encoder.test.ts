import { describe, expect, test } from 'vitest'
import { GraphError } from '../../../models/onnx/graph.ts'
import { stableDiffusion2, stableDiffusion15 } from '../../../models/stable-diffusion/config.ts'
import { buildTextEncoder } from '../../../models/stable-diffusion/text-encoder.ts'
import { checkpointOf, diffusionPath, publishedLayout, tinyTextEncoder } from '../../support/diffusion.ts'
import { expectClose, runGraph, watch } from '../../support/onnx.ts'
import { readReference } from '../../support/reference.ts'

// The first file is written as in 2022, with tensors at any byte; the second holds float16.
describe.each(['sd15-quick-gelu', 'sd2-gelu'] as const)('buildTextEncoder of %s', (kind) => {
  test.each(['cpu', 'coreml'] as const)('equals transformers in the operators of %s', async (provider) => {
    const { checkpoint, config } = await tinyTextEncoder(kind)
    const reference = await readReference(diffusionPath('text-encoder', kind, 'expected.safetensors'))
    const firstLayer = {
      node: 'text_model.encoder.layers.0/Add#2',
      shape: reference('layer.0').shape,
    }
    const graph = watch(buildTextEncoder(checkpoint, config, 2, { provider }), { 'layer.0': firstLayer })
    const outputs = await runGraph(graph, { input_ids: reference('input_ids').data })
    expectClose(outputs['layer.0'], reference('layer.0'), 2e-5)
    expectClose(outputs.last_hidden_state, reference('last_hidden_state'), 2e-5)
  })

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
