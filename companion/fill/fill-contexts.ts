import type { Tile } from '../engines/engine.ts'
import { cropImage, cropMask, pasteImage } from '../image/crop.ts'
import { createMask, type Image, type Mask, type Size } from '../image/image.ts'
import { binarise, clearMask, featherMask, within } from '../image/mask.ts'
import { crossfadePixel } from '../image/over.ts'
import { areaOf, intersection } from '../image/rect.ts'
import { coverLargeMask, resizeLargeImage } from '../image/resize.ts'
import type { Run } from '../run.ts'
import type { Context } from './contexts.ts'
import type { Plan } from './plan.ts'
import { type Slice, weightAt } from './slices.ts'

/** How it is done. */
export interface Steps<Fill extends Image | null> {
  /** null: cannot be filled, and so neither can the whole. */
  fillTile(tile: Tile): Promise<Fill>
  /** Changes `filled` where the context has its share, 0..255, once that is filled. */
  finish?(filled: Image, share: Mask, context: Context): Promise<void>
}

/**
 * The picture with all that the plan's mask marks filled, one context after another: each sees what earlier ones filled.
 *
 * @param earlier What an earlier call with this picture and plan returned, which is not needed any more: its room is used
 * again.
 */
export async function fillContexts<Fill extends Image | null>(
  picture: Image,
  { mask, avoid, contexts }: Plan,
  { fillTile, finish }: Steps<Fill>,
  { signal }: Pick<Run, 'signal'>,
  earlier: Image | null = null,
): Promise<Fill | Image> {
  const filled = earlier ?? { ...picture, data: picture.data.slice() }
  if (earlier !== null) for (const { hole } of contexts) pasteImage(cropImage(picture, hole), hole, filled)
  const pending = { ...mask, data: mask.data.slice() }
  for (const context of contexts) {
    const share = shareOf(context, pending, mask)
    const lay = layingInto(filled, share, context)
    for (const slice of context.slices) {
      const marked = context.fadePx === 0 ? share : binarise(share, 1)
      const tile = await cutTile(filled, { mask: marked, avoid }, slice, signal)
      const result = await fillTile(tile)
      signal.throwIfAborted()
      if (result === null) return result
      checkSize(result, tile.image)
      lay(await resizeTo(result, slice.rect, signal), slice)
    }
    await finish?.(filled, share, context)
    clearMask(pending, context.hole)
  }
  return filled
}

/** How much of each pixel is the context's own fill, 0..255: all of what is pending in it, and less of what is filled around. */
function shareOf({ hole, fadePx }: Context, pending: Mask, mask: Mask): Mask {
  if (fadePx === 0) return pending
  const share = createMask(pending.width, pending.height)
  const faded = featherMask(cropMask(pending, hole), { growPx: 0, featherPx: fadePx })
  const own = within(faded, cropMask(mask, hole))
  for (let y = 0; y < own.height; y += 1) {
    const row = own.data.subarray(y * own.width, (y + 1) * own.width)
    share.data.set(row, (hole.y + y) * share.width + hole.x)
  }
  return share
}

async function cutTile(
  image: Image,
  { mask, avoid }: { mask: Mask; avoid: Mask | null },
  { rect, work }: Slice,
  signal: AbortSignal,
): Promise<Tile> {
  const cutMask = async (whole: Mask) => {
    const part = cropMask(whole, rect)
    return isSameSize(part, work) ? part : await coverLargeMask(part, work, signal)
  }
  return {
    image: await resizeTo(cropImage(image, rect), work, signal),
    mask: await cutMask(mask),
    avoid: avoid === null ? null : await cutMask(avoid),
  }
}

async function resizeTo(image: Image, size: Size, signal: AbortSignal): Promise<Image> {
  return isSameSize(image, size) ? image : await resizeLargeImage(image, size, signal)
}

function isSameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}

function checkSize(result: Image, tile: Size): void {
  if (isSameSize(result, tile)) return
  throw new Error(
    `Expected the engine to return ${tile.width} × ${tile.height} pixels but received ${result.width} × ${result.height}.`,
  )
}

/**
 * Lays one slice after another into the picture, by their weights: only the context's own share of its hole.
 *
 * A pixel holds the weighted mean of what was laid so far, so that slices which agree leave it as it is.
 */
function layingInto(
  filled: Image,
  share: Mask,
  { hole, slices }: Context,
): (result: Image, slice: Slice) => void {
  const isAlone = slices.length === 1
  /** [hole.height, hole.width]: the weights so far. */
  const laid = new Float32Array(isAlone ? 0 : areaOf(hole))
  return (result, slice) => {
    const { rect } = slice
    const part = intersection(hole, rect)!
    for (let y = part.y; y < part.y + part.height; y += 1) {
      for (let x = part.x; x < part.x + part.width; x += 1) {
        const pixel = y * filled.width + x
        const own = share.data[pixel]! / 255
        if (own === 0) continue
        const from = ((y - rect.y) * rect.width + x - rect.x) * 4
        if (isAlone) {
          crossfadePixel(result.data, from, own, filled.data, pixel * 4)
          continue
        }
        const weight = own * weightAt(slice, x, y)
        if (weight === 0) continue
        const place = (y - hole.y) * hole.width + x - hole.x
        // What was there before it counts as the rest.
        if (laid[place] === 0) laid[place] = 1 - own
        laid[place]! += weight
        crossfadePixel(result.data, from, weight / laid[place]!, filled.data, pixel * 4)
      }
    }
  }
}
