import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Checkpoint } from '../../../models/checkpoint.ts'
import { conv2d } from '../../../models/nn/conv.ts'
import { linear } from '../../../models/nn/linear.ts'
import { loraAdapter, mergeLora, strayLayers } from '../../../models/nn/lora.ts'
import {
  createGraph,
  type GraphDefinition,
  GraphError,
  type GraphOptions,
} from '../../../models/onnx/graph.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'
import type { Values } from '../../support/reference.ts'
import { noise, writeWeights } from '../../support/weights.ts'

const folder = mkdtempSync(join(tmpdir(), 'infill-lora-'))
afterAll(() => rmSync(folder, { recursive: true }))

const [outputs, inputs, rank] = [6, 4, 2]
const strength = 0.8
const to_q = noise([outputs, inputs], 1)
const conv = noise([outputs, inputs, 3, 3], 2)
const base = writeWeights(join(folder, 'base'), { 'mid.attn.to_q.weight': to_q, 'mid.conv.weight': conv })

const [a, b] = [noise([rank, inputs], 3), noise([outputs, rank], 4)]
const [convA, convB] = [noise([rank, inputs, 3, 3], 5), noise([outputs, rank, 1, 1], 6)]
const scalar = (value: number) => ({ shape: [], data: Float32Array.of(value) })

const kohya = writeWeights(join(folder, 'kohya'), {
  'lora_unet_mid_attn_to_q.lora_down.weight': a,
  'lora_unet_mid_attn_to_q.lora_up.weight': b,
  'lora_unet_mid_attn_to_q.alpha': scalar(1),
  'lora_unet_mid_conv.lora_down.weight': convA,
  'lora_unet_mid_conv.lora_up.weight': convB,
  'lora_unet_mid_conv.alpha': scalar(1),
})
const peft = writeWeights(join(folder, 'peft'), {
  'unet.mid.attn.to_q.lora_A.weight': a,
  'unet.mid.attn.to_q.lora_B.weight': b,
})

/** A network of the layers that the test names, over weights with a LoRA in them. */
type Network = (options: GraphOptions, checkpoint?: Checkpoint) => GraphDefinition

const ways = [
  {
    way: 'mergeLora',
    async run(network: Network, lora: Checkpoint, x: Values) {
      const { graphs, merged } = mergeLora(base, lora, 'unet', strength)
      const sums = await Promise.all(graphs.map((graph) => runGraph(graph, {})))
      const given = Object.entries(Object.assign({}, ...sums) as Record<string, Values>)
      const inputs = Object.fromEntries(given.map(([name, { data }]) => [name, data]))
      return (await runGraph(network({ given: merged }), { x: x.data, ...inputs })).y!
    },
  },
  {
    way: 'loraAdapter',
    async run(network: Network, lora: Checkpoint, x: Values) {
      return run(network({ adapt: loraAdapter(lora, 'unet', strength) }), x)
    },
  },
]

describe.each(ways)('$way', ({ run: runWith }) => {
  test.each([
    { what: 'as kohya names them, scaled by alpha / rank', lora: kohya, scale: strength * (1 / rank) },
    { what: 'as peft names them, with alpha equal to the rank', lora: peft, scale: strength },
  ])('adds B A to a linear layer, $what', async ({ lora, scale }) => {
    const x = noise([5, inputs], 7)
    const merged = { ...to_q, data: plus(to_q.data, product(b, a.data, inputs), scale) }
    const changed = writeWeights(join(folder, 'merged'), { 'mid.attn.to_q.weight': merged })
    expectClose(await runWith(linearGraph, lora, x), await run(linearGraph({}, changed), x), 1e-5)
  })

  test('adds B A to a convolution', async () => {
    const x = noise([1, inputs, 5, 7], 8)
    const scale = strength / rank
    const merged = { ...conv, data: plus(conv.data, product(convB, convA.data, inputs * 9), scale) }
    const changed = writeWeights(join(folder, 'merged'), { 'mid.conv.weight': merged })
    expectClose(await runWith(convGraph, kohya, x), await run(convGraph({}, changed), x), 1e-5)
  })

  test('leaves layers alone that it does not name', async () => {
    const x = noise([1, inputs, 5, 7], 8)
    const unnamed = new Map([...kohya].filter(([name]) => !name.includes('conv')))
    expectClose(await runWith(convGraph, unnamed, x), await run(convGraph(), x), 0)
  })

  test('refuses one for a wider network, with the place', async () => {
    const wider = writeWeights(join(folder, 'wider'), {
      'lora_unet_mid_attn_to_q.lora_down.weight': noise([rank, 8]),
      'lora_unet_mid_attn_to_q.lora_up.weight': b,
    })
    await expect(runWith(linearGraph, wider, noise([5, inputs]))).rejects.toThrow(
      new GraphError('Expected [R, 4] for lora_unet_mid_attn_to_q.lora_down.weight but received [2, 8].'),
    )
  })
})

describe('mergeLora', () => {
  test('leaves the network as it was: the same nodes over other weights', () => {
    const { merged } = mergeLora(base, kohya, 'unet')
    expect([...merged.keys()]).toEqual(['mid.attn.to_q.weight', 'mid.conv.weight'])
    const graph = convGraph({ given: merged })
    expect(graph.nodes.map(({ op }) => op)).toEqual(convGraph().nodes.map(({ op }) => op))
    expect([...graph.weights.keys()]).toEqual([])
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', merged.get('mid.conv.weight')])
  })

  test('changes nothing at a strength of 0', async () => {
    const { graphs } = mergeLora(base, peft, 'unet', 0)
    const [sum] = await Promise.all(graphs.map((graph) => runGraph(graph, {})))
    expectClose(Object.values(sum!)[0], to_q, 0)
  })
})

describe('strayLayers', () => {
  test('leaves out what is for another part, and says what has no place', () => {
    const more = new Map(kohya)
      .set('lora_unet_mid_norm.lora_down.weight', kohya.get('lora_unet_mid_conv.lora_down.weight')!)
      .set('lora_te_text_model.alpha', kohya.get('lora_unet_mid_conv.alpha')!)
    const { graphs } = mergeLora(base, more, 'unet')
    expect(strayLayers(more, 'unet', graphs)).toEqual(['lora_unet_mid_norm.lora_down.weight'])
    expect(strayLayers(more, 'text_encoder', graphs)).toEqual(['lora_te_text_model.alpha'])
  })
})

function linearGraph(options: GraphOptions = {}, checkpoint = base): GraphDefinition {
  const g = createGraph(checkpoint, 'cpu', options)
  g.output('y', linear(g.at('mid.attn.to_q'), g.input('x', 'float32', [5, inputs])))
  return g.definition
}

function convGraph(options: GraphOptions = {}, checkpoint = base): GraphDefinition {
  const g = createGraph(checkpoint, 'cpu', options)
  g.output('y', conv2d(g.at('mid.conv'), g.input('x', 'float32', [1, inputs, 5, 7]), { padding: 1 }))
  return g.definition
}

async function run(graph: GraphDefinition, { data }: Values): Promise<Values> {
  return (await runGraph(graph, { x: data })).y!
}

/** B [O, r] times A [r, columns]. */
function product({ data: left }: Values, right: Float32Array, columns: number): Float32Array {
  return Float32Array.from({ length: outputs * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns]
    let sum = 0
    for (let k = 0; k < rank; k++) sum += left[row * rank + k]! * right[k * columns + column]!
    return sum
  })
}

function plus(weight: Float32Array, change: Float32Array, scale: number): Float32Array {
  return weight.map((value, index) => value + scale * change[index]!)
}
