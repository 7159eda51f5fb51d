import type { Checkpoint } from '../checkpoint.ts'
import { conv2d, convTranspose2d } from '../nn/conv.ts'
import { batchNorm2d } from '../nn/norm.ts'
import { createGraph, type Graph, type GraphDefinition, GraphError, type Tensor } from '../onnx/graph.ts'
import { add, concat, gather, mul, reflectPad, relu, scalar, sigmoid, slice, sub } from '../onnx/operators.ts'
import { type ExecutionProvider, variants } from '../onnx/providers.ts'
import { type Features, ffcBnAct, ffcResnetBlock } from './ffc.ts'

/**
 * LaMa (Suvorov et al., "Resolution-robust Large Mask Inpainting with Fourier Convolutions", WACV 2022) for pictures of
 * one size. Widths and number of blocks are the checkpoint's own.
 *
 * Inputs: `image` [1, 3, H, W], RGB, 0..1; `mask` [1, 1, H, W], 1 = fill, else 0.
 * Outputs [1, 3, H, W], 0..1: `predicted`, all of it as the network renders it; `inpainted`, equal to `image` where the
 * mask is 0.
 *
 * @throws GraphError where the checkpoint is not a generator of this kind.
 */
export function buildLama(
  checkpoint: Checkpoint,
  size: { readonly width: number; readonly height: number },
  provider: ExecutionProvider = 'cpu',
): GraphDefinition {
  const g = createGraph(checkpoint, provider)
  const image = g.input('image', 'float32', [1, 3, size.height, size.width])
  const mask = g.input('mask', 'float32', [1, 1, size.height, size.width])
  const { predicted, inpainted } = inpaint(generatorIn(g), image, mask)
  g.output('inpainted', inpainted)
  g.output('predicted', predicted)
  return g.definition
}

/** The generator within a big-lama.pt (TorchScript), a best.ckpt (training), or a file with nothing else. */
function generatorIn(g: Graph): Graph {
  const paths = ['model.generator', 'state_dict.generator', 'generator', '']
  const generator = paths.map((path) => g.at(path)).find((candidate) => candidate.has(firstWeight))
  if (generator !== undefined) return generator
  throw new GraphError(`Expected a LaMa generator, but no tensor is called ${firstWeight}.`)
}

const firstWeight = 'model.1.ffc.convl2l.weight'

/**
 * What bin/predict.py does around the generator, and DefaultInpaintingTrainingModule.forward:
 * image [1, 3, H, W], mask [1, 1, H, W] -> two of [1, 3, H, W].
 */
function inpaint(
  g: Graph,
  image: Tensor,
  mask: Tensor,
): { readonly predicted: Tensor; readonly inpainted: Tensor } {
  const known = mul(g, image, sub(g, scalar(g, 1), mask))
  const masked = padSymmetric(g, concat(g, [known, mask], 1))
  const predicted = cropTo(g, ffcResNetGenerator(g, masked), image)
  return { predicted, inpainted: add(g, mul(g, mask, predicted), known) }
}

/** FFCResNetGenerator, layer by layer: x [1, 4, H, W], masked image and mask -> [1, 3, H, W], 0..1. */
export function ffcResNetGenerator(g: Graph, x: Tensor): Tensor {
  const layer = (index: number) => g.at(`model.${index}`)
  let index = 2
  let features = ffcBnAct(layer(1), { local: reflectPad(layer(0), x, 3), global: null }, { padding: 0 })
  while (layer(index).has('ffc.convl2l.weight')) {
    features = ffcBnAct(layer(index++), features, { stride: 2, padding: 1 })
  }
  while (layer(index).has('conv1.ffc.convl2l.weight')) features = ffcResnetBlock(layer(index++), features)
  let y = concatTuple(layer(index++), features)
  while (layer(index + 1).has('running_mean')) {
    y = upsample(g, index, y)
    index += 3
  }
  const logits = conv2d(layer(index + 1), reflectPad(layer(index), y, 3))
  refuseUnused(g.at('model'))
  return sigmoid(layer(index + 2), logits)
}

/** ConcatTupleLayer: the local and the global part as one. */
function concatTuple(g: Graph, { local, global }: Features): Tensor {
  return global === null ? local : concat(g, [local, global], 1)
}

/** ConvTranspose2d, BatchNorm2d and ReLU, the layers `index` to `index + 2`: [N, C, H, W] -> [N, C / 2, 2H, 2W]. */
export function upsample(g: Graph, index: number, x: Tensor): Tensor {
  const [conv, norm, act] = [0, 1, 2].map((step) => g.at(`model.${index + step}`)) as [Graph, Graph, Graph]
  return relu(
    act,
    convTranspose2d(conv, x, {
      ...{ stride: 2, padding: 1, outputPadding: 1, norm: batchNorm2d(norm) },
      precision: variants[g.provider].lamaConv,
    }),
  )
}

/** A weight that the graph has no use for belongs to another kind of network, whose numbers these would not be. */
function refuseUnused(g: Graph): void {
  const unused = g.unusedWeights().find((name) => !name.endsWith('.num_batches_tracked'))
  if (unused !== undefined)
    throw new GraphError(`Expected a generator like big-lama's, which has no ${unused}.`)
}

/**
 * Pads at the bottom and the right to a multiple of 8 with the picture's mirror image, edge included (numpy's
 * `symmetric`), as bin/predict.py does; to 16 at least, for the generator mirrors at an eighth of the size.
 */
function padSymmetric(g: Graph, x: Tensor): Tensor {
  let padded = x
  for (const axis of [2, 3]) {
    const size = x.shape[axis]
    const wanted = Math.max(16, Math.ceil(size / 8) * 8)
    const mirrored = (at: number) => (at % (2 * size) < size ? at % size : size - 1 - (at % size))
    const indices = Array.from({ length: wanted }, (_, at) => mirrored(at))
    if (wanted > size) padded = gather(g, padded, axis, indices)
  }
  return padded
}

/** The top left part as large as `like`. */
function cropTo(g: Graph, x: Tensor, like: Tensor): Tensor {
  let cropped = x
  for (const axis of [2, 3]) {
    if (x.shape[axis] > like.shape[axis]) cropped = slice(g, cropped, axis, 0, like.shape[axis])
  }
  return cropped
}
