import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Optimisation } from '../../../companion/runtime/child.ts'
import { loraAdapter, mergeLora, strayLayers } from '../../../models/nn/lora.ts'
import { GraphError, type GraphOptions, type Node } from '../../../models/onnx/graph.ts'
import { stableDiffusion2, stableDiffusion15 } from '../../../models/stable-diffusion/config.ts'
import { buildUNet, type UNetOptions } from '../../../models/stable-diffusion/unet.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import {
  checkpointOf,
  diffusionPath,
  publishedLayout,
  type TinyModel,
  tinyUNet,
  unetAt,
} from '../../support/diffusion.ts'
import { expectClose, runGraph, watch } from '../../support/onnx.ts'
import { readReference, type Values } from '../../support/reference.ts'
import { noise, writeWeights } from '../../support/weights.ts'

// Two pictures at once; latents whose sides do not divide by 8; a timestep between two whole numbers; many heads.
const cases = [
  'sd15-8x16',
  'sd15-9x13-odd',
  'sd15-8-heads-16x8',
  'sd15-8-heads-10x7-odd',
  'sd2-8x16',
  'sd2-9x13-odd',
  'sd2-float-timestep',
] as const

describe('buildUNet', () => {
  test.each(cases)('equals diffusers in %s, and on the way there', async (name) => {
    const { build, run, reference } = await openCase(name)
    const blocks = Object.entries(onTheWay).map(
      ([block, node]) => [block, { node, shape: reference(block).shape }] as const,
    )
    const { out_sample, ...outputs } = await run(watch(build(), Object.fromEntries(blocks)))
    expectClose(out_sample, reference('out_sample'), 1e-4)
    for (const block of Object.keys(onTheWay)) expectClose(outputs[block], reference(block), 3e-4)
  })

  test.each<{ what: string; options: UNetOptions; optimisation?: Optimisation }>([
    { what: 'with convolutions’ weights in blocks', options: {}, optimisation: 'all' },
    { what: 'in the operators of Core ML', options: { provider: 'coreml' } },
    { what: 'with a few queries at a time', options: { queriesAtOnce: 7 } },
    { what: 'with a few queries at a time for Core ML', options: { provider: 'coreml', queriesAtOnce: 50 } },
  ])('equals diffusers $what', async ({ options, optimisation }) => {
    for (const name of ['sd15-9x13-odd', 'sd2-9x13-odd'] as const) {
      const { build, run, reference } = await openCase(name)
      const { out_sample } = await run(build(options), optimisation)
      expectClose(out_sample, reference('out_sample'), 1e-4)
    }
  })

  test('comes near in float16', async () => {
    const { build, run, reference } = await openCase('sd15-8x16')
    const { out_sample } = await run(build({ precision: 'float16' }))
    expectClose(out_sample, reference('out_sample'), 0.02)
  })

  test('multiplies queries and keys of Stable Diffusion 2 in float32 even then', async () => {
    const attentions = async (model: TinyModel) => {
      const { checkpoint, config } = await tinyUNet(model)
      const size = { batch: 1, height: 8, width: 16 }
      const { nodes } = buildUNet(checkpoint, config, size, { precision: 'float16' })
      const casts = new Set(nodes.filter(({ op }) => op === 'Cast').map(({ name }) => name))
      return nodes
        .filter(({ op }) => op.endsWith('MultiHeadAttention'))
        .map(({ inputs }) => inputs.every((input) => casts.has(input)))
    }
    expect(await attentions('sd2-tiny')).toEqual(Array(32).fill(true))
    expect(await attentions('sd15-tiny')).toEqual(Array(32).fill(false))
  })

  test.each([
    { layout: 'sd15-unet', config: stableDiffusion15.unet },
    { layout: 'sd2-unet', config: stableDiffusion2.unet },
  ] as const)('builds over the published $layout, with every weight in use', ({ layout, config }) => {
    const size = { batch: 2, height: 64, width: 96 }
    const graph = buildUNet(checkpointOf(publishedLayout(layout)), config, size)
    expect(graph.weights.size).toBe(686)
    expect(graph.outputs).toEqual([{ name: 'out_sample', dtype: 'float32', shape: [2, 4, 64, 96] }])
  })

  test('has a place for every layer of the published LCM-LoRA for 1.5', () => {
    // Rank 64, over all convolutions and linear layers but the first and last, and those of the timestep.
    const layout = publishedLayout('sd15-unet')
    const layers = Object.entries(layout).filter(
      ([name, shape]) => shape.length > 1 && !/^(conv_in|conv_out|time_embedding)/.test(name),
    )
    const lora = layers.flatMap(([name, [outputs, inputs, ...kernel]]) => {
      const layer = `lora_unet_${name.replace('.weight', '').replaceAll('.', '_')}`
      return [
        [`${layer}.alpha`, []],
        [`${layer}.lora_down.weight`, [64, inputs!, ...kernel]],
        [`${layer}.lora_up.weight`, [outputs!, 64, ...kernel.map(() => 1)]],
      ] as const
    })
    expect(lora).toHaveLength(834)
    const checkpoint = checkpointOf(Object.fromEntries(lora), '/pytorch_lora_weights.safetensors')
    // The published file has 134,621,556 bytes, of which 116,552 are its header.
    const bytes = [...checkpoint.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
    expect(bytes).toBe(134_621_556 - 116_552)
    const size = { batch: 1, height: 64, width: 96 }
    const { graphs, merged } = mergeLora(checkpointOf(layout), checkpoint, 'unet')
    expect(graphs).toHaveLength(834 / 3)
    expect(strayLayers(checkpoint, 'unet', graphs)).toEqual([])

    const build = (options: GraphOptions) =>
      buildUNet(checkpointOf(layout), stableDiffusion15.unet, size, options)
    const [graph, plain] = [build({ given: merged }), build({})]
    const merges = ({ op, inputs }: Node) => op === 'Cast' && merged.has(inputs[0]!)
    expect(graph.nodes).toHaveLength(plain.nodes.filter((node) => !merges(node)).length)
    expect(graph.weights.size).toBe(686 - 278)
    expect(graph.inputs).toHaveLength(3 + 278)
  })

  test('gives the same with a LoRA merged into the weights of a block as with it beside them', async () => {
    const { checkpoint, config } = await tinyUNet('sd15-tiny')
    const layers = [...checkpoint].filter(
      ([name, { shape }]) => name.startsWith('down_blocks.0') && shape.length > 1,
    )
    const matrices = layers.flatMap(([name, { shape }], i) => {
      const [outputs, ...inputs] = shape as [number, ...number[]]
      const layer = `lora_unet_${name.replace('.weight', '').replaceAll('.', '_')}`
      return [
        [`${layer}.lora_down.weight`, noise([2, ...inputs], i)],
        [`${layer}.lora_up.weight`, noise([outputs, 2, ...inputs.slice(1).map(() => 1)], i + 1000)],
      ] as const
    })
    const lora = writeWeights(join(temporaryFolder(), 'lora'), Object.fromEntries(matrices))
    const { graphs, merged } = mergeLora(checkpoint, lora, 'unet', 0.1)
    expect(graphs).toHaveLength(layers.length)

    const size = { batch: 1, height: 8, width: 16 }
    const build = (options: GraphOptions) => buildUNet(checkpoint, config, size, options)
    const inputs = {
      sample: noise([1, 9, 8, 16]).data,
      timestep: Float32Array.of(500),
      encoder_hidden_states: noise([1, 77, 6], 2).data,
    }
    const given: Record<string, Float32Array> = {}
    for (const graph of graphs) {
      for (const [name, { data }] of Object.entries(await runGraph(graph, {}))) given[name] = data
    }
    const beside = await runGraph(build({ adapt: loraAdapter(lora, 'unet', 0.1) }), inputs)
    const within = await runGraph(build({ given: merged }), { ...inputs, ...given })
    expectClose(within.out_sample, beside.out_sample!, 1e-4)
    const without = await runGraph(build({}), inputs)
    expect(() => expectClose(within.out_sample, without.out_sample!, 0.01)).toThrow()
  })

  test('refuses a network with more than it knows', async () => {
    const { checkpoint, config } = await tinyUNet('sd15-tiny')
    const more = new Map(checkpoint).set('add_embedding.linear_1.bias', checkpoint.get('conv_in.bias')!)
    expect(() => buildUNet(more, config, { batch: 1, height: 8, width: 16 })).toThrow(
      new GraphError('Expected a UNet of Stable Diffusion, which has no add_embedding.linear_1.bias.'),
    )
  })

  test('refuses text of another width with the place', async () => {
    const { checkpoint, config } = await tinyUNet('sd15-tiny')
    const other = { ...config, contextWidth: 10 }
    expect(() => buildUNet(checkpoint, other, { batch: 1, height: 8, width: 16 })).toThrow(
      /^Expected \[N, 6\] for down_blocks\.0\.attentions\.0\.transformer_blocks\.0\.attn2\.to_k but received/,
    )
  })
})

/** Values that the reference has, by the node that makes each. */
const onTheWay = {
  time_proj: 'time_proj/Concat',
  time_embedding: 'time_embedding.linear_2/Reshape#2',
  conv_in: 'conv_in/Conv',
  'down_blocks.0.resnets.0': 'down_blocks.0.resnets.0/Add#2',
  'down_blocks.0.attentions.0': 'down_blocks.0.attentions.0/Add',
  'down_blocks.0': 'down_blocks.0.downsamplers.0.conv/Conv',
  'down_blocks.1': 'down_blocks.1.downsamplers.0.conv/Conv',
  'down_blocks.2': 'down_blocks.2.downsamplers.0.conv/Conv',
  'down_blocks.3': 'down_blocks.3.resnets.1/Add#2',
  mid_block: 'mid_block.resnets.1/Add#2',
  'up_blocks.0': 'up_blocks.0.upsamplers.0.conv/Conv',
  'up_blocks.1': 'up_blocks.1.upsamplers.0.conv/Conv',
  'up_blocks.2': 'up_blocks.2.upsamplers.0.conv/Conv',
  'up_blocks.3': 'up_blocks.3.attentions.2/Add',
}

async function openCase(name: (typeof cases)[number]) {
  const { checkpoint, config } = await unetOf(name)
  const file = await readReference(diffusionPath('unet', `${name}.safetensors`))
  const [batch, , height, width] = file('sample').shape as [number, number, number, number]
  return {
    build: (options?: UNetOptions) => buildUNet(checkpoint, config, { batch, height, width }, options),
    run: (graph: Parameters<typeof runGraph>[0], optimisation?: Optimisation) => {
      const inputs = {
        sample: file('sample').data,
        timestep: file('timestep').data,
        encoder_hidden_states: file('encoder_hidden_states').data,
      }
      return runGraph(graph, inputs, optimisation)
    },
    reference: (value: string) => (value.startsWith('time_') ? firstRow(file(value)) : file(value)),
  }
}

function unetOf(name: (typeof cases)[number]) {
  if (name.startsWith('sd15-8-heads')) return unetAt(diffusionPath('unet', 'weights-sd15-8-heads'))
  return tinyUNet(name.startsWith('sd15') ? 'sd15-tiny' : 'sd2-tiny')
}

/** diffusers embeds the same timestep for each picture, the graph does once. */
function firstRow({ shape, data }: Values): Values {
  return { shape: [1, shape[1]!], data: data.slice(0, shape[1]) }
}
