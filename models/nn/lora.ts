import type { Checkpoint } from '../checkpoint.ts'
import type { Adapt, AdaptedLayer, Graph, GraphDefinition, Tensor } from '../onnx/graph.ts'
import { add, conv, gemm, mul, scalar } from '../onnx/operators.ts'

/**
 * Adds a LoRA to the layers of a graph: W x + strength · alpha / r · B (A x), with B [O, r] and A [r, I] for each layer that
 * it changes (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021, section 4.1).
 *
 * @param lora As kohya-ss/sd-scripts names its tensors (`lora_unet_down_blocks_0_….lora_down.weight`), or peft and diffusers
 *   (`unet.down_blocks.0.….lora_A.weight`).
 * @param part Which network of the model this graph is.
 * @param strength 1: as trained.
 */
export function loraAdapter(lora: Checkpoint, part: 'unet' | 'text_encoder', strength = 1): Adapt {
  return (g, layer) => {
    const found = findLayer(g.over(lora), g.path, part)
    return found === null ? layer.output : add(g, layer.output, change(found, layer, strength))
  }
}

/**
 * Layers of the LoRA that are for this part of a model, and that the graph over it has no place for. A LoRA that has any is
 * for another model, or changes layers that are not known here.
 */
export function strayLayers(
  lora: Checkpoint,
  part: 'unet' | 'text_encoder',
  { weights }: GraphDefinition,
): string[] {
  const own = part === 'unet' ? /^(lora_unet_|unet\.)/ : /^(lora_te_|text_encoder\.)/
  return [...lora.keys()].filter((name) => own.test(name) && !weights.has(name))
}

interface Layer {
  readonly g: Graph
  readonly down: string
  readonly up: string
}

/** The layer's matrices, where the LoRA changes it. */
function findLayer(lora: Graph, path: string, part: 'unet' | 'text_encoder'): Layer | null {
  const kohya = lora.at(`lora_${part === 'unet' ? 'unet' : 'te'}_${path.replaceAll('.', '_')}`)
  if (kohya.has('lora_down.weight')) return { g: kohya, down: 'lora_down.weight', up: 'lora_up.weight' }
  const peft = lora.at(`${part}.${path}`)
  if (peft.has('lora_A.weight')) return { g: peft, down: 'lora_A.weight', up: 'lora_B.weight' }
  return null
}

/** strength · alpha / r · B (A x). Of a convolution, A is the kernel, and B one of 1 × 1. */
function change({ g, down, up }: Layer, { weightShape, apply }: AdaptedLayer, strength: number): Tensor {
  const [outputs, ...inputs] = weightShape as readonly [number, ...number[]]
  const a = g.weight(down, ['R', ...inputs])
  const [rank] = a.shape as readonly [number]
  const b = g.weight(up, [outputs, rank, ...inputs.slice(1).map(() => 1)])
  const scale = g.has('alpha')
    ? mul(g, g.weight('alpha', []), scalar(g, strength / rank))
    : scalar(g, strength)
  const scaled = mul(g, b, scale)
  const narrow = apply(a)
  return weightShape.length === 4 ? conv(g, narrow, scaled, null, {}) : gemm(g, narrow, scaled, null)
}
