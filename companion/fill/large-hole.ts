import type { Engine } from '../engines/engine.ts'
import { cropImage, cropMask } from '../image/crop.ts'
import type { Image, Mask } from '../image/image.ts'
import { boundsOf } from '../image/mask.ts'
import { inflate } from '../image/rect.ts'
import { coverLargeMask, resizeLargeImage } from '../image/resize.ts'
import { depthOf } from './depth.ts'
import type { Masks } from './masks.ts'

/** Who fills, as far as the hole decides it. */
export interface LargeHoleJob {
  readonly engine: Engine
  /** Fills instead where the hole is large and what is around it is no mere texture; null: nobody does. */
  readonly largeHoleEngine: Engine | null
}

/**
 * The engine that fills, and a sentence where it is another than the job's own: a network that continues what is around a
 * hole is as good at texture and in small holes as one that makes things up, and far quicker.
 *
 * @throws the signal's reason when cancelled
 */
export async function engineForHole(
  { engine, largeHoleEngine }: LargeHoleJob,
  image: Image,
  masks: Masks,
  signal: AbortSignal,
): Promise<{ readonly engine: Engine; readonly note: string | null }> {
  if (largeHoleEngine === null || !isLarge(masks) || (await isInTexture(image, masks, signal))) {
    return { engine, note: null }
  }
  return {
    engine: largeHoleEngine,
    note: `${largeHoleEngine.title} was chosen for its quality in a hole this large.`,
  }
}

/** Whether a disc fits into the hole that takes a quarter of the picture's shorter side. */
function isLarge(masks: Masks): boolean {
  const { mask } = masks
  return depthOf(boundsOf(mask)!, masks) > Math.min(mask.width, mask.height) / 8
}

/** Whether what is around the hole looks the same everywhere, at a fourth of the hole's own size. */
async function isInTexture(image: Image, { mask }: Masks, signal: AbortSignal): Promise<boolean> {
  const hole = boundsOf(mask)!
  const reach = Math.max(hole.width, hole.height) / 2
  const area = inflate(hole, Math.ceil(reach), mask)
  const cells = (px: number) => Math.max(1, Math.round((px * cellsAcross) / (2 * reach)))
  const size = { width: cells(area.width), height: cells(area.height) }
  const seen = await resizeLargeImage(cropImage(image, area), size, signal)
  const unknown = await coverLargeMask(cropMask(mask, area), size, signal)
  return largestSpread(seen, unknown) < sameWithin
}

/** Of the hole's longer side. */
const cellsAcross = 4

/** Standard deviation, levels of 255. */
const sameWithin = 8

/** The standard deviation of the known pixels' red, green or blue, whichever is largest. */
function largestSpread({ data }: Image, mask: Mask): number {
  const known = [...mask.data.keys()].filter((pixel) => mask.data[pixel] === 0)
  const spreads = [0, 1, 2].map((channel) => {
    const values = known.map((pixel) => data[4 * pixel + channel]!)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  })
  return Math.max(...spreads)
}
