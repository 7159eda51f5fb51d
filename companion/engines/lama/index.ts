import { lama as model } from '../../../models/lama/model.ts'
import { cropImage } from '../../image/crop.ts'
import { maskThreshold, type Size, wholeOf } from '../../image/image.ts'
import { padMirrored } from '../../image/pad.ts'
import type { Engine } from '../engine.ts'
import { type OnePassNetwork, openOnePass } from '../one-pass.ts'
import { inpaint, LamaNetwork } from './network.ts'

/** Sides that sessions are loaded for: of few sizes, the next fill mostly finds its own loaded. */
const workingSideMultiple = 128

/** Removes with the LaMa network: see README.md. */
export const lama: Engine = {
  id: 'lama',
  title: model.title,
  tasks: ['remove'],
  takesPrompt: false,
  seeded: false,
  models: [model.id],
  licences: [model.licence],
  options: [],
  limits: {
    // 512 pixels in all where the picture has them, and round a large hole half its size on each side.
    contextPx: ({ width, height }) => {
      const longest = Math.max(width, height)
      return Math.floor(Math.max(128, (512 - longest) / 2, longest / 2))
    },
    contextPixels: 640 * 640,
    sideMultiple: workingSideMultiple,
    padsSides: true,
    // Deep inside a hole of more than 250 px across nothing known is seen any more.
    slicing: { depthPx: 125, overlapPx: 256 },
  },
  lane: 'model',
  rendersKnown: true,

  async open(run, means, sizes) {
    const network = await LamaNetwork.open(means)
    const onePass: OnePassNetwork = {
      title: model.title,
      slot: model.id,
      smallerScales: [0.75, 0.5],
      load: (size, on, run) => network.load(workingSize(size), on, run),
      async infer(session, { image, mask }, run) {
        const size = workingSize(image)
        const padded = { image: padMirrored(image, size), mask: padMirrored(mask, size) }
        const filled = await inpaint(
          session,
          padded,
          { output: 'predicted', least: maskThreshold, whole: Math.round },
          run,
        )
        return cropImage(filled, wholeOf(image))
      },
    }
    return openOnePass(onePass, means.runtime, sizes[0]!, run)
  },

  /** As bin/predict.py does it: whatever the mask marks at all is filled, and values are cut off, not rounded. */
  async raw(picture, _settings, run, means) {
    const network = await LamaNetwork.open(means)
    const session = await network.load(picture.image, 'best', run)
    const image = await inpaint(session, picture, { output: 'inpainted', least: 1, whole: Math.trunc }, run)
    return { images: [image], device: session.device }
  },
}

function workingSize({ width, height }: Size): Size {
  const up = (side: number) => Math.ceil(side / workingSideMultiple) * workingSideMultiple
  return { width: up(width), height: up(height) }
}
