import { noMargins, type PlacedFill, type Rect, type Source } from '../plugin/messages.ts'
import { emptyHistory } from './mask/history.ts'
import type { Picture, ShownFill } from './work.ts'

/** Bytes of a fill by its hash: each is fetched and decoded once. */
export type FillCache = Map<string, { readonly png: Uint8Array; readonly bitmap: ImageBitmap }>

export async function openPicture(source: Source, fills: readonly ShownFill[]): Promise<Picture> {
  const bitmap = await decodePicture(source.bytes)
  const margins = fills.findLast((fill) => fill.margins !== null)?.margins ?? noMargins
  return {
    ...{ source, bitmap, fills, margins },
    history: emptyHistory,
    edits: null,
    keepsEdited: false,
    task: 'remove',
    seed: null,
    pointing: null,
    isLooking: false,
    placed: [],
  }
}

/**
 * Encoded picture → pixels for the screen. Chromium turns them by their EXIF orientation, whatever it is told; the sandbox
 * hands out no picture that has one.
 */
export function decodePicture(bytes: Uint8Array): Promise<ImageBitmap> {
  return createImageBitmap(new Blob([bytes as BlobPart]))
}

/** The fills with their pixels; `load` gets the bytes of one that is not in the cache, which keeps only these. */
export async function showFills(
  fills: readonly PlacedFill[],
  cache: FillCache,
  load: (layerId: string) => Promise<Uint8Array>,
): Promise<readonly ShownFill[]> {
  const shown: ShownFill[] = []
  for (const fill of fills) {
    let pixels = cache.get(fill.hash)
    if (pixels === undefined) {
      const png = await load(fill.layerId)
      pixels = { png, bitmap: await decodePicture(png) }
      cache.set(fill.hash, pixels)
    }
    shown.push({ ...fill, ...pixels })
  }
  for (const hash of [...cache.keys()]) {
    if (!fills.some((fill) => fill.hash === hash)) cache.delete(hash)
  }
  return shown
}

/** A mask as PNG, white = fill → the same for a canvas, opaque = fill; of it all, or of one part. */
export async function decodeMask(png: Uint8Array, part?: Rect): Promise<HTMLCanvasElement> {
  const blob = new Blob([png as BlobPart])
  const bitmap = await (part === undefined
    ? createImageBitmap(blob)
    : createImageBitmap(blob, part.x, part.y, part.width, part.height))
  const canvas = document.createElement('canvas')
  canvas.width = bitmap.width
  canvas.height = bitmap.height
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('This browser gives no 2D canvas.')
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height)
  const { data } = pixels
  for (let at = 0; at < data.length; at += 4) data[at + 3] = data[at]!
  context.putImageData(pixels, 0, 0)
  return canvas
}
