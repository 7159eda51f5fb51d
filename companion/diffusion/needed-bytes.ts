import { diffusionPrecision, type Precision } from '../../models/onnx/providers.ts'
import type { Size } from '../image/image.ts'
import { areaOf } from '../image/rect.ts'
import type { Device } from '../protocol.ts'
import { providerOf } from '../runtime/device.ts'
import { arenaBytes, cudaBytes } from '../runtime/memory.ts'
import type { FoundModel, Network } from './found-model.ts'
import { latentScale } from './preprocess.ts'
import type { Way } from './way.ts'

/** What a fill takes at least of the memory of what computes it: on a card its networks take turns where they have to. */
export function neededBytes(
  { unet, vae, textEncoder }: Pick<FoundModel, 'textEncoder' | 'unet' | 'vae'>,
  size: Size,
  { rowsAtOnce, tileSide, precision, optimisation }: Omit<Way, 'on' | 'pictureByPicture' | 'queriesAtOnce'>,
  kind: Device['kind'],
): number {
  if (kind === 'cpu') {
    // Beside the weights, measured for each pixel with Stable Diffusion 1.5 at 512 × 512.
    const besides = (1200 * rowsAtOnce + 12) * areaOf(size) + 5000 * pixelsAtOnce(size, tileSide)
    // A second copy of its convolutions' weights, and gaps where the first lay: measured while it is loaded.
    const inBlocks = optimisation === 'all' ? 1.2 * weightsOf(unet, isOfConvolution) : 0
    return 4 * (weightsOf(unet) + weightsOf(vae) + inBlocks) + besides
  }
  const used = precision === 'usual' ? diffusionPrecision[providerOf[kind]] : precision
  const sessions = [
    sessionBytes(textEncoder, 0, used),
    sessionBytes(unet, unetNumbers(size, rowsAtOnce), used),
    sessionBytes(vae, vaeNumbers(size, tileSide), used),
  ]
  return Math.max(...sessions) + (kind === 'cuda' ? cudaBytes : 0)
}

/**
 * What a session takes of a card's memory: each has an arena of its own.
 *
 * @param numbers What it holds beside its weights.
 */
export function sessionBytes(network: Network, numbers: number, precision: Precision): number {
  return arenaBytes((precision === 'float16' ? 2 : 4) * (1.1 * weightsOf(network) + numbers))
}

/*
 * How many numbers lie in a network's arena beside its weights. Most are alive at once in the feed-forward layers of the UNet's
 * first level, 100 for each pixel of the picture and row, and in the decoder's last block, four times 256 channels at full
 * size. Between them an arena has gaps: with twice as many, a quarter more, and a tenth of the weights, its steps come out as ONNX
 * Runtime's CUDA provider takes them: see runtime/README.md.
 */

export function unetNumbers(size: Size, rows: number): number {
  return 200 * rows * areaOf(size)
}

/** Of the decoder; the encoder holds half as many. */
export function vaeNumbers(size: Size, tileSide: number | undefined): number {
  return 1300 * pixelsAtOnce(size, tileSide)
}

function pixelsAtOnce(size: Size, tileSide = Number.POSITIVE_INFINITY): number {
  return Math.min(areaOf(size), (latentScale * tileSide) ** 2)
}

function weightsOf(
  { checkpoint }: Network,
  isCounted: (shape: readonly number[]) => boolean = () => true,
): number {
  let numbers = 0
  for (const { shape } of checkpoint.values()) {
    if (isCounted(shape)) numbers += shape.reduce((product, side) => product * side, 1)
  }
  return numbers
}

function isOfConvolution(shape: readonly number[]): boolean {
  return shape.length === 4
}
