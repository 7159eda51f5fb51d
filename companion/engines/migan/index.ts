import { migan as model } from '../../../models/migan/model.ts'
import { CompanionError } from '../../errors.ts'
import { type Image, maskThreshold, type Size } from '../../image/image.ts'
import { imageFromPlanes, planesFromImage } from '../../image/tensor.ts'
import type { Run } from '../../run.ts'
import type { Tensors } from '../../runtime/child.ts'
import type { Runtime, Session } from '../../runtime/session.ts'
import type { Engine } from '../engine.ts'
import { type MarkedImage, type OnePassNetwork, openOnePass } from '../one-pass.ts'
import { findWeights, fromWeights, type Weights } from '../weights.ts'

/** The pipeline cuts a square round the hole out of a picture, not smaller than what the network works at. */
const sidePx = 512

/** Removes with the MI-GAN pipeline: see README.md. */
export const migan: Engine = {
  id: 'migan',
  title: model.title,
  tasks: ['remove'],
  takesPrompt: false,
  seeded: false,
  models: [model.id],
  licences: [model.licence],
  options: [],
  limits: {
    // A square, since the pipeline stretches all else to one.
    contextPx: ({ width, height }) =>
      (Math.max(sidePx, 2 * Math.max(width, height)) - Math.min(width, height)) / 2,
    // Of more the pipeline would only scale it down itself.
    contextPixels: sidePx ** 2,
    sideMultiple: 1,
    slicing: { depthPx: sidePx / 4, overlapPx: (3 * sidePx) / 8 },
  },
  lane: 'model',

  async open(run, means, sizes) {
    const weights = await findWeights(model, means)
    const { runtime } = means
    const network: OnePassNetwork = {
      title: model.title,
      slot: model.id,
      // The network works at 512 × 512, whatever it is given.
      smallerScales: [],
      load: (_size, on, run) => load(weights, runtime, on, run),
      infer: inpaint,
    }
    return openOnePass(network, runtime, sizes[0]!, run)
  },

  async raw(picture, _settings, run, means) {
    const session = await load(await findWeights(model, means), means.runtime, 'best', run)
    return { images: [await inpaint(session, picture, run)], device: session.device }
  },
}

/** @throws CompanionError 'model-damaged', 'engine-stopped'; the signal's reason */
async function load(weights: Weights, runtime: Runtime, on: 'best' | 'cpu', run: Run): Promise<Session> {
  const source = {
    slot: model.id,
    key: weights.key,
    model: () => weights.path,
    warmUp,
  }
  const session = await fromWeights(model.title, weights, () => runtime.load(source, on, run))
  const isPipeline = session.inputs.join() === 'image,mask' && session.outputs.join() === 'result'
  if (isPipeline) return session
  throw new CompanionError(
    'model-damaged',
    `Expected a MI-GAN pipeline with the inputs image and mask and the output result, but ${weights.path} has ${session.inputs.join(', ')} and ${session.outputs.join(', ')}.`,
  )
}

/** The pipeline does all: it crops, scales, fills and blends. */
async function inpaint(session: Session, { image, mask }: MarkedImage, run: Run): Promise<Image> {
  const known = mask.data.map((value) => (value >= maskThreshold ? 0 : 255))
  const { result } = await session.run(inputs(image, planesFromImage(image), known), run)
  return imageFromPlanes(result!.data as Uint8Array, image)
}

/** @param known 255 where a pixel is known, 0 in the hole, nothing between: the pipeline takes that for a bit of both. */
function inputs({ width, height }: Size, image: Uint8Array, known: Uint8Array): Tensors {
  return {
    image: { type: 'uint8', shape: [1, 3, height, width], data: image },
    mask: { type: 'uint8', shape: [1, 1, height, width], data: known },
  }
}

/** A picture with a hole in the middle. */
function warmUp(): Tensors {
  const size = { width: sidePx, height: sidePx }
  const area = sidePx ** 2
  const known = new Uint8Array(area).fill(255).fill(0, area / 2, area / 2 + sidePx)
  return inputs(size, new Uint8Array(3 * area), known)
}
