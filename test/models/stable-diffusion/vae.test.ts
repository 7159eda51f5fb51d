import { describe, expect, test } from 'vitest'
import { parseVaeConfig } from '../../../companion/diffusion/model-config.ts'
import { readCheckpoint } from '../../../companion/store/checkpoint.ts'
import type { Checkpoint } from '../../../models/checkpoint.ts'
import { type GraphDefinition, GraphError } from '../../../models/onnx/graph.ts'
import { stableDiffusion15 } from '../../../models/stable-diffusion/config.ts'
import { buildVaeDecoder, buildVaeEncoder, type VaeOptions } from '../../../models/stable-diffusion/vae.ts'
import { checkpointOf, diffusionPath, publishedLayout, readJson } from '../../support/diffusion.ts'
import { expectClose, runGraph, watch } from '../../support/onnx.ts'
import { readReference, type Values } from '../../support/reference.ts'

const folder = (name: string) => diffusionPath('vae', 'conv-attention', name)
const checkpoint = await readCheckpoint(folder('diffusion_pytorch_model.fp16.safetensors'))
const config = parseVaeConfig(readJson(folder('config.json')))
const reference = await readReference(folder('expected.safetensors'))
const [image, latents] = [reference('image'), reference('latents')]

// The picture's sides do not divide by 8: 44 × 60.
describe('buildVaeEncoder', () => {
  test.each(['cpu', 'coreml'] as const)('equals diffusers in the operators of %s', async (provider) => {
    const { moments } = await encode(image, { provider })
    expectClose(moments, reference('moments'), 3e-5)
  })

  test('equals diffusers on the way', async () => {
    await expectOnTheWay(buildVaeEncoder(checkpoint, config, sizeOf(image)), image, encoderBlocks)
  })

  test('comes near in float16', async () => {
    const { moments } = await encode(image, { precision: 'float16' })
    expectClose(moments, reference('moments'), 0.01)
  })

  test('gives each picture of a batch the same, by itself or together', async () => {
    const two = { shape: [2, ...image.shape.slice(1)], data: twice(image.data) }
    const expected = { shape: [2, 8, 5, 7], data: twice(reference('moments').data) }
    expectClose((await encode(two)).moments, expected, 3e-5)
    expectClose((await encode(two, { pictureByPicture: true })).moments, expected, 3e-5)
  })
})

describe('buildVaeDecoder', () => {
  test.each(['cpu', 'coreml'] as const)('equals diffusers in the operators of %s', async (provider) => {
    expectClose((await decode(latents, { provider })).image, reference('decoded'), 3e-5)
  })

  test('equals diffusers on the way', async () => {
    await expectOnTheWay(buildVaeDecoder(checkpoint, config, sizeOf(latents)), latents, decoderBlocks)
  })

  test('comes near in float16', async () => {
    expectClose((await decode(latents, { precision: 'float16' })).image, reference('decoded'), 0.01)
  })

  test('is not cut where one tile is enough', async () => {
    expectClose((await decode(latents, { tileSide: 6 })).image, reference('decoded'), 3e-5)
  })
})

test('cuts, overlaps and blends tiles as diffusers does', async () => {
  const inTiles = await readReference(folder('tiled.safetensors'))
  const { moments } = await encode(inTiles('image'), { tileSide: 4 })
  const { image: decoded } = await decode(inTiles('latents'), { tileSide: 4 })
  expectClose(moments, inTiles('moments'), 3e-5)
  expectClose(decoded, inTiles('decoded'), 3e-5)
})

describe('equals diffusers in a file with', () => {
  test.each([
    ['the names of today', 'new-names', 'diffusion_pytorch_model.safetensors'],
    [
      'the names before diffusers 0.15, of two pictures',
      'old-names',
      'diffusion_pytorch_model.fp16.safetensors',
    ],
  ])('%s', async (_, name, weights) => {
    const file = await readCheckpoint(diffusionPath('vae', name, weights))
    const shape = parseVaeConfig(readJson(diffusionPath('vae', name, 'config.json')))
    const expected = await readReference(diffusionPath('vae', name, 'expected.safetensors'))
    const [picture, z] = [expected('image'), expected('latents')]

    const encoder = buildVaeEncoder(file, shape, sizeOf(picture))
    await expectOnTheWay(encoder, picture, encoderBlocks, expected)
    const decoder = buildVaeDecoder(file, shape, sizeOf(z))
    await expectOnTheWay(decoder, z, decoderBlocks, expected)
  })
})

describe('the attention is found in every spelling', () => {
  const spellings = {
    'of today': ['to_q', 'to_k', 'to_v', 'to_out.0'],
    'before diffusers 0.15': ['query', 'key', 'value', 'proj_attn'],
  }
  const cases = Object.entries(spellings).flatMap(([spelling, names]) =>
    [2, 4].map((dimensions) => ({ spelling, names, dimensions })),
  )
  test.each(cases)('$spelling, with matrices of $dimensions dimensions', async ({ names, dimensions }) => {
    const spelled = spell(checkpoint, names, dimensions)
    const { image: decoded } = await runGraph(buildVaeDecoder(spelled, config, sizeOf(latents)), {
      latents: latents.data,
    })
    expectClose(decoded, reference('decoded'), 3e-5)
  })
})

test('the published layout builds, with every weight in use', () => {
  const published = checkpointOf(publishedLayout('sd15-vae'))
  const size = { batch: 1, height: 512, width: 768 }
  const encoder = buildVaeEncoder(published, stableDiffusion15.vae, size)
  const decoder = buildVaeDecoder(published, stableDiffusion15.vae, { batch: 1, height: 64, width: 96 })
  expect(encoder.weights.size + decoder.weights.size).toBe(248)
  expect(encoder.outputs[0]!.shape).toEqual([1, 8, 64, 96])
  expect(decoder.outputs[0]!.shape).toEqual([1, 3, 512, 768])
})

test('an autoencoder with more than these has is refused', () => {
  const more = new Map(checkpoint).set('decoder.extra.bias', checkpoint.get('decoder.conv_in.bias')!)
  expect(() => buildVaeDecoder(more, config, sizeOf(latents))).toThrow(
    new GraphError('Expected an autoencoder of Stable Diffusion, which has no decoder.extra.bias.'),
  )
})

/** Values that the reference has, by the node that makes each. */
const encoderBlocks = {
  'encoder.down_blocks.1': 'encoder.down_blocks.1.downsamplers.0.conv/Conv',
  'encoder.down_blocks.2': 'encoder.down_blocks.2.downsamplers.0.conv/Conv',
  'encoder.down_blocks.3': 'encoder.down_blocks.3.resnets.1/Add',
  'encoder.mid_block.attentions.0': 'encoder.mid_block.attentions.0/Add',
  'encoder.mid_block': 'encoder.mid_block.resnets.1/Add',
  encoder: 'encoder.conv_out/Conv',
}
const decoderBlocks = {
  post_quant_conv: 'post_quant_conv/Conv',
  'decoder.mid_block': 'decoder.mid_block.resnets.1/Add',
  'decoder.up_blocks.0': 'decoder.up_blocks.0.upsamplers.0.conv/Conv',
  'decoder.up_blocks.1': 'decoder.up_blocks.1.upsamplers.0.conv/Conv',
}

function encode(picture: Values, options?: VaeOptions) {
  const graph = buildVaeEncoder(checkpoint, config, sizeOf(picture), options)
  return runGraph(graph, { image: picture.data })
}

function decode(z: Values, options?: VaeOptions) {
  return runGraph(buildVaeDecoder(checkpoint, config, sizeOf(z), options), { latents: z.data })
}

function sizeOf({ shape }: Values) {
  const [batch, , height, width] = shape as readonly [number, number, number, number]
  return { batch, height, width }
}

/** Of the outputs, too. */
async function expectOnTheWay(
  graph: GraphDefinition,
  input: Values,
  nodes: Readonly<Record<string, string>>,
  expected = reference,
) {
  const watched = Object.entries(nodes).map(
    ([name, node]) => [name, { node, shape: expected(name).shape }] as const,
  )
  const outputs = await runGraph(watch(graph, Object.fromEntries(watched)), {
    [graph.inputs[0]!.name]: input.data,
  })
  for (const name of Object.keys(nodes)) expectClose(outputs[name], expected(name), 3e-5)
  const output = graph.outputs[0]!.name
  expectClose(outputs[output], expected(output === 'image' ? 'decoded' : output), 3e-5)
}

function twice(data: Float32Array): Float32Array {
  return Float32Array.from([...data, ...data])
}

/** The file's own spelling is query, key, value and proj_attn, as convolutions. */
function spell(file: Checkpoint, names: readonly string[], dimensions: number): Checkpoint {
  const own = ['query', 'key', 'value', 'proj_attn']
  return new Map(
    [...file].map(([name, tensor]) => {
      const index = own.findIndex((part) => name.includes(`attentions.0.${part}.`))
      if (index < 0) return [name, tensor]
      const shape = tensor.shape.length === 4 ? tensor.shape.slice(0, dimensions) : tensor.shape
      const spelled = { ...tensor, shape, strides: tensor.strides.slice(0, shape.length) }
      return [name.replace(own[index]!, names[index]!), spelled]
    }),
  )
}
