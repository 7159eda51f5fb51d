import type { Checkpoint } from '../checkpoint.ts'
import {
  type Adapt,
  type AdaptedLayer,
  createGraph,
  type GivenWeights,
  type Graph,
  type GraphDefinition,
  type Shape,
  type Tensor,
} from '../onnx/graph.ts'
import { add, conv, gemm, mul, reshape, scalar } from '../onnx/operators.ts'

/** Which network of a model a graph is, as the names of a LoRA's tensors tell. */
export type LoraPart = 'unet' | 'text_encoder'

/**
 * Merges a LoRA into the weights of a network: W + strength · alpha / r · B A, with B [O, r] and A [r, I] for each layer that
 * it changes (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021, section 4.1). In float32.
 *
 * @param lora As kohya-ss/sd-scripts names its tensors (`lora_unet_down_blocks_0_….lora_down.weight`), or peft and diffusers
 *   (`unet.down_blocks.0.….lora_A.weight`).
 * @param strength 1: as trained.
 * @returns A graph for each weight that it changes, with no input and one output: the merged weight, under its name in `merged`.
 * @throws GraphError where a layer's matrices do not fit its weight
 */
export function mergeLora(
  checkpoint: Checkpoint,
  lora: Checkpoint,
  part: LoraPart,
  strength = 1,
): { readonly graphs: readonly GraphDefinition[]; readonly merged: GivenWeights } {
  const graphs: GraphDefinition[] = []
  const merged = new Map<string, string>()
  for (const [name, { shape }] of checkpoint) {
    const g = createGraph(checkpoint)
    const layer = findLayer(g.over(lora), name.replace(/\.weight$/, ''), part)
    if (layer === null) continue
    const sum = mergedWeight(g.at(name), g.weight(name, shape), layer, strength)
    graphs.push({ ...g.definition, outputs: [sum] })
    merged.set(name, sum.name)
  }
  return { graphs, merged }
}

/**
 * Adds a LoRA to the outputs of layers instead: W x + strength · alpha / r · B (A x). Where `mergeLora` changes W once, this
 * costs every run.
 */
export function loraAdapter(lora: Checkpoint, part: LoraPart, strength = 1): Adapt {
  return (g, layer) => {
    const found = findLayer(g.over(lora), g.path, part)
    return found === null ? layer.output : add(g, layer.output, change(found, layer, strength))
  }
}

/**
 * Layers of the LoRA that are for this part of a model, and that it has no place for. A LoRA that has any is for another model,
 * or changes layers that are not known here.
 *
 * @param graphs As `mergeLora` makes them.
 */
export function strayLayers(lora: Checkpoint, part: LoraPart, graphs: readonly GraphDefinition[]): string[] {
  const own = part === 'unet' ? /^(lora_unet_|unet\.)/ : /^(lora_te_|text_encoder\.)/
  const used = new Set(graphs.flatMap(({ weights }) => [...weights.keys()]))
  return [...lora.keys()].filter((name) => own.test(name) && !used.has(name))
}

interface Layer {
  readonly g: Graph
  readonly down: string
  readonly up: string
}

/** The layer's matrices, where the LoRA changes it. */
function findLayer(lora: Graph, path: string, part: LoraPart): Layer | null {
  const kohya = lora.at(`lora_${part === 'unet' ? 'unet' : 'te'}_${path.replaceAll('.', '_')}`)
  if (kohya.has('lora_down.weight')) return { g: kohya, down: 'lora_down.weight', up: 'lora_up.weight' }
  const peft = lora.at(`${part}.${path}`)
  if (peft.has('lora_A.weight')) return { g: peft, down: 'lora_A.weight', up: 'lora_B.weight' }
  return null
}

/** W + strength · alpha / r · B A; of a kernel [O, I, kH, kW] as a matrix [O, I · kH · kW]. */
function mergedWeight(g: Graph, weight: Tensor, layer: Layer, strength: number): Tensor {
  const { a, b } = matrices(layer, weight.shape, strength)
  const [outputs, ...inputs] = weight.shape as readonly [number, ...number[]]
  const [rank] = a.shape as readonly [number]
  const columns = inputs.reduce((product, size) => product * size, 1)
  const flat = reshape(g, weight, [outputs, columns])
  const product = [reshape(g, b, [outputs, rank]), reshape(g, a, [rank, columns])]
  return reshape(g, g.node('Gemm', [...product, flat], flat), weight.shape)
}

/** strength · alpha / r · B (A x). Of a convolution, A is the kernel, and B one of 1 × 1. */
function change(layer: Layer, { weightShape, apply }: AdaptedLayer, strength: number): Tensor {
  const { a, b } = matrices(layer, weightShape, strength)
  const narrow = apply(a)
  return weightShape.length === 4 ? conv(layer.g, narrow, b, null, {}) : gemm(layer.g, narrow, b, null)
}

/** A [r, I, …], and strength · alpha / r · B [O, r, …]; without alpha, it is r. */
function matrices({ g, down, up }: Layer, weightShape: Shape, strength: number): { a: Tensor; b: Tensor } {
  const [outputs, ...inputs] = weightShape as readonly [number, ...number[]]
  const a = g.weight(down, ['R', ...inputs])
  const [rank] = a.shape as readonly [number]
  const b = g.weight(up, [outputs, rank, ...inputs.slice(1).map(() => 1)])
  const scale = g.has('alpha')
    ? mul(g, g.weight('alpha', []), scalar(g, strength / rank))
    : scalar(g, strength)
  return { a, b: mul(g, b, scale) }
}
