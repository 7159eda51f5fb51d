import type { Checkpoint } from '../checkpoint.ts'
import type { Adapt, Graph, GraphDefinition, Tensor } from '../onnx/graph.ts'
import { add, matMul, mul, reshape, scalar } from '../onnx/operators.ts'

/**
 * Adds a LoRA to the weights of a graph: W + strength · alpha / r · B A, with B [O, r] and A [r, I] for each layer that
 * it changes (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021, section 4.1). ONNX Runtime works this
 * out once, when it loads the graph; the files stay as they are.
 *
 * @param lora As kohya-ss/sd-scripts names its tensors (`lora_unet_down_blocks_0_….lora_down.weight`), or peft and diffusers
 *   (`unet.down_blocks.0.….lora_A.weight`).
 * @param part Which network of the model this graph is.
 * @param strength 1: as trained.
 */
export function loraAdapter(lora: Checkpoint, part: 'unet' | 'text_encoder', strength = 1): Adapt {
  return (g, name, weight) => {
    const found = name === 'weight' ? findLayer(g.over(lora), g.path, part) : null
    return found === null ? weight : add(g, weight, change(found, weight, strength))
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

/** strength · alpha / r · B A, in the shape of the weight. Convolutions have A as their kernel, and B as one of 1 × 1. */
function change({ g, down, up }: Layer, weight: Tensor, strength: number): Tensor {
  const [outputs, ...inputs] = weight.shape as readonly [number, ...number[]]
  const a = g.weight(down, ['R', ...inputs])
  const [rank] = a.shape as readonly [number]
  const b = g.weight(up, [outputs, rank, ...inputs.slice(1).map(() => 1)])
  const size = inputs.reduce((product, length) => product * length, 1)
  const product = matMul(g, reshape(g, b, [outputs, rank]), reshape(g, a, [rank, size]))
  const scale = g.has('alpha')
    ? mul(g, g.weight('alpha', []), scalar(g, strength / rank))
    : scalar(g, strength)
  return mul(g, reshape(g, product, weight.shape), scale)
}
