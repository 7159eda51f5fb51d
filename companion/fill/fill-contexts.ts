import type { Run, Tile } from '../engines/engine.ts'
import { cropImage, cropMask } from '../image/crop.ts'
import type { Image, Mask, Size } from '../image/image.ts'
import { coverMask, resizeImage } from '../image/resize.ts'
import type { Rect } from '../protocol.ts'
import type { Context } from './contexts.ts'
import type { Plan } from './plan.ts'

/**
 * The picture with all that the plan's mask marks filled, one context after another: each sees what was filled before.
 *
 * @param fillTile null: cannot be filled, and so neither can the whole.
 */
export async function fillContexts<Fill extends Image | null>(
  picture: Image,
  { mask, avoid, contexts }: Plan,
  fillTile: (tile: Tile) => Promise<Fill>,
  { signal }: Pick<Run, 'signal'>,
): Promise<Fill | Image> {
  const filled = { ...picture, data: picture.data.slice() }
  const pending = { ...mask, data: mask.data.slice() }
  for (const context of contexts) {
    const tile = cutTile(filled, { mask: pending, avoid }, context)
    const result = await fillTile(tile)
    signal.throwIfAborted()
    if (result === null) return result
    checkSize(result, tile.image)
    takeHole(resizeTo(result, context.rect), context, filled, pending)
  }
  return filled
}

function cutTile(
  image: Image,
  { mask, avoid }: { mask: Mask; avoid: Mask | null },
  { rect, work }: Context,
): Tile {
  const cutMask = (whole: Mask) => {
    const part = cropMask(whole, rect)
    return isSameSize(part, work) ? part : coverMask(part, work)
  }
  return {
    image: resizeTo(cropImage(image, rect), work),
    mask: cutMask(mask),
    avoid: avoid === null ? null : cutMask(avoid),
  }
}

function resizeTo(image: Image, size: Size): Image {
  return isSameSize(image, size) ? image : resizeImage(image, size)
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

/** Copies the context's own hole, and only what is still to be filled, into the picture. */
function takeHole(
  result: Image,
  { hole, rect }: { hole: Rect; rect: Rect },
  filled: Image,
  pending: Mask,
): void {
  for (let y = hole.y; y < hole.y + hole.height; y += 1) {
    for (let x = hole.x; x < hole.x + hole.width; x += 1) {
      const pixel = y * filled.width + x
      if (pending.data[pixel] === 0) continue
      const from = ((y - rect.y) * rect.width + x - rect.x) * 4
      for (let channel = 0; channel < 4; channel += 1) {
        filled.data[pixel * 4 + channel] = result.data[from + channel]!
      }
      pending.data[pixel] = 0
    }
  }
}
