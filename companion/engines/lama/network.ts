import { parse } from 'node:path'
import type { Checkpoint } from '../../../models/checkpoint.ts'
import { buildLama } from '../../../models/lama/graph.ts'
import { lama as model } from '../../../models/lama/model.ts'
import { type ExecutionProvider, variants } from '../../../models/onnx/providers.ts'
import { writeModel } from '../../../models/onnx/write.ts'
import { CompanionError } from '../../errors.ts'
import type { Image, Mask, Size } from '../../image/image.ts'
import {
  bytesFromUnits,
  imageFromPlanes,
  planesFromImage,
  unitsFromBytes,
  unitsFromMask,
} from '../../image/tensor.ts'
import type { Device } from '../../protocol.ts'
import type { Run } from '../../run.ts'
import type { Tensors } from '../../runtime/child.ts'
import { arenaBytes, cudaBytes } from '../../runtime/memory.ts'
import type { Runtime, Session, SessionSource } from '../../runtime/session.ts'
import { readCheckpoint } from '../../store/checkpoint.ts'
import type { Means } from '../engine.ts'
import { refuseNonNumbers } from '../nonsense.ts'
import { findWeights, fromWeights, type Weights } from '../weights.ts'

/** The network of one weight file, for pictures of any size; each size is a session of its own. */
export class LamaNetwork {
  readonly #runtime: Runtime
  readonly #weights: Weights
  readonly #checkpoint: Checkpoint

  constructor(runtime: Runtime, weights: Weights, checkpoint: Checkpoint) {
    this.#runtime = runtime
    this.#weights = weights
    this.#checkpoint = checkpoint
  }

  /** @throws CompanionError 'model-missing', 'model-damaged' */
  static async open(means: Means): Promise<LamaNetwork> {
    const weights = await findWeights(model, means)
    return new LamaNetwork(means.runtime, weights, await readCheckpoint(weights.path))
  }

  /**
   * Ready for pictures of a size.
   *
   * @param on cpu: there and nowhere else
   * @throws CompanionError 'model-damaged', 'out-of-memory', 'engine-stopped'; the signal's reason
   */
  async load(size: Size, on: 'best' | 'cpu', run: Run): Promise<Session> {
    await this.#checkBudget(size, on, run)
    return fromWeights(model.title, this.#weights, () => this.#runtime.load(this.#sourceFor(size), on, run))
  }

  #sourceFor(size: Size): SessionSource {
    const folder = parse(this.#weights.path).root
    return {
      slot: model.id,
      key: `${this.#weights.key} ${size.width} × ${size.height}`,
      model: (provider: ExecutionProvider) => ({
        graph: writeModel(buildLama(this.#checkpoint, size, provider), folder),
        folder,
      }),
      precision: (provider: ExecutionProvider) => variants[provider].lamaConv,
      warmUp: () => inputs(size, new Float32Array(3 * areaOf(size)), new Float32Array(areaOf(size))),
    }
  }

  async #checkBudget(size: Size, on: 'best' | 'cpu', run: Run): Promise<void> {
    const { kind, budgetBytes } = await this.#runtime.outlook([model.id], on, run)
    if (budgetBytes === null || neededBytes(this.#checkpoint, size, kind) <= budgetBytes) return
    throw new CompanionError(
      'out-of-memory',
      `LaMa has too little memory for ${size.width} × ${size.height} pixels. Close other programs, or mark less.`,
    )
  }
}

/**
 * What a fill takes. Measured on the CPU: weights are there three times while they are prepared, and 1.5 kB are needed for each
 * pixel. On a card convolutions have theirs in float16, and ONNX Runtime's CUDA provider asks for 0.5, 2.1 and 6.4 GB at 512, 1024
 * and 2048 pixels a side.
 */
function neededBytes(checkpoint: Checkpoint, size: Size, kind: Device['kind']): number {
  const weightBytes = [...checkpoint.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (kind === 'cpu') return 3 * weightBytes + 1500 * areaOf(size)
  const asked = weightBytes / 2 + 1400 * areaOf(size)
  return kind === 'cuda' ? arenaBytes(asked) + cudaBytes : arenaBytes(2 * asked)
}

/**
 * The picture with all that the mask marks filled.
 *
 * @param session For the picture's size.
 * @param mask Of the same size; `least` and more = fill.
 * @param whole How values become whole numbers.
 * @param output predicted: known pixels, too, are as the network renders them; inpainted: they are the picture's
 * @throws NonsenseError; what `Session.run` throws
 */
export async function inpaint(
  session: Session,
  { image, mask }: { readonly image: Image; readonly mask: Mask },
  {
    output,
    least,
    whole,
  }: {
    readonly output: 'predicted' | 'inpainted'
    readonly least: number
    readonly whole: (value: number) => number
  },
  run: Run,
): Promise<Image> {
  const outputs = await session.run(
    inputs(image, unitsFromBytes(planesFromImage(image)), unitsFromMask(mask, least)),
    { signal: run.signal, only: [output] },
  )
  const values = outputs[output]!.data as Float32Array
  refuseNonNumbers(model.title, values)
  return imageFromPlanes(bytesFromUnits(values, whole), image)
}

function inputs({ width, height }: Size, image: Float32Array, mask: Float32Array): Tensors {
  return {
    image: { type: 'float32', shape: [1, 3, height, width], data: image },
    mask: { type: 'float32', shape: [1, 1, height, width], data: mask },
  }
}

function areaOf({ width, height }: Size): number {
  return width * height
}
