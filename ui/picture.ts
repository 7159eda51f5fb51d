import { noMargins, type PlacedFill, type PlacedShape, type Rect, type Source } from '../plugin/messages.ts'
import type { Grey } from './mask/find-again.ts'
import { emptyHistory, historyFrom } from './mask/history.ts'
import type { AvoidMark, MaskMark, Point } from './mask/mark.ts'
import type { Picture, ShownFill } from './work.ts'

/** Bytes of a fill by its hash: each is fetched and decoded once. */
export type FillCache = Map<string, { readonly png: Uint8Array; readonly bitmap: ImageBitmap }>

export async function openPicture(source: Source, fills: readonly ShownFill[]): Promise<Picture> {
  const bitmap = await decodePicture(source.bytes)
  const margins = fills.findLast((fill) => fill.margins !== null)?.margins ?? noMargins
  const { shape } = source
  return {
    ...{ source, bitmap, fills, margins },
    // A layer without a picture is filled by words, over all of it.
    history: shape === null ? emptyHistory : historyFrom([{ kind: 'area', mode: 'paint', points: shape }]),
    task: shape === null ? 'remove' : 'fill',
    edits: null,
    keepsEdited: false,
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

/** A mask as it is kept with a fill → what it is for one that edits it. */
export async function maskMarkFrom(png: Uint8Array): Promise<MaskMark> {
  return { kind: 'mask', image: await decodeMask(png), rect: null, isAlone: false }
}

/** The same of what nothing is copied from. */
export async function avoidMarkFrom(png: Uint8Array): Promise<AvoidMark> {
  return { kind: 'avoid', image: await decodeMask(png), rect: null }
}

/** A mask as PNG, white = fill → the same for a canvas, opaque = fill; of it all, or of one part. */
export async function decodeMask(png: Uint8Array, part?: Rect): Promise<HTMLCanvasElement> {
  const blob = new Blob([png as BlobPart])
  const bitmap = await (part === undefined
    ? createImageBitmap(blob)
    : createImageBitmap(blob, part.x, part.y, part.width, part.height))
  const { canvas, context } = canvasOfSize(bitmap.width, bitmap.height)
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height)
  const { data } = pixels
  for (let at = 0; at < data.length; at += 4) data[at + 3] = data[at]!
  context.putImageData(pixels, 0, 0)
  return canvas
}

/** Shapes → what of the picture they cover, opaque, as large as it has to be; null: none lies on the picture. */
export async function shapesOnPicture(
  shapes: readonly PlacedShape[],
  { widthPx, heightPx }: Pick<Source, 'widthPx' | 'heightPx'>,
): Promise<(Pick<MaskMark, 'image'> & { readonly rect: Rect }) | null> {
  const bitmaps = await Promise.all(shapes.map(({ png }) => decodePicture(png)))
  const corners = bitmaps.flatMap(({ width, height }, index) =>
    [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ].map(([x, y]) => carried(shapes[index]!, x!, y!)),
  )
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)]
  const [left, top] = [Math.max(0, Math.floor(Math.min(...xs))), Math.max(0, Math.floor(Math.min(...ys)))]
  const width = Math.min(widthPx, Math.ceil(Math.max(...xs))) - left
  const height = Math.min(heightPx, Math.ceil(Math.max(...ys))) - top
  if (width <= 0 || height <= 0) return null
  const { canvas, context } = canvasOfSize(width, height)
  for (const [index, bitmap] of bitmaps.entries()) {
    const [[a, c, e], [b, d, f]] = shapes[index]!.transform
    context.setTransform(a, b, c, d, e - left, f - top)
    context.drawImage(bitmap, 0, 0)
  }
  return { image: canvas, rect: { x: left, y: top, width, height } }
}

/** A picture that is meant as a mask: its alpha, where it has any; otherwise white = fill. null: it cannot be read. */
export async function maskFromPicture(file: Blob): Promise<HTMLCanvasElement | null> {
  const bitmap = await createImageBitmap(file).catch(() => null)
  if (bitmap === null) return null
  const { canvas, context } = canvasOfSize(bitmap.width, bitmap.height)
  context.drawImage(bitmap, 0, 0)
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height)
  const { data } = pixels
  const hasAlpha = data.some((value, at) => at % 4 === 3 && value < 255)
  if (hasAlpha) return canvas
  for (let at = 0; at < data.length; at += 4)
    data[at + 3] = luminance(data[at]!, data[at + 1]!, data[at + 2]!)
  context.putImageData(pixels, 0, 0)
  return canvas
}

/** The brightness of one part of a picture, scaled down. Rec. 709. */
export function greyOf(bitmap: ImageBitmap, part: Rect, scale: number): Grey {
  const [width, height] = [
    Math.max(1, Math.round(part.width * scale)),
    Math.max(1, Math.round(part.height * scale)),
  ]
  const { context } = canvasOfSize(width, height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, part.x, part.y, part.width, part.height, 0, 0, width, height)
  const { data } = context.getImageData(0, 0, width, height)
  const values = Float32Array.from(
    { length: width * height },
    (_, at) => luminance(data[4 * at]!, data[4 * at + 1]!, data[4 * at + 2]!) / 255,
  )
  return { width, height, values }
}

function carried({ transform: [[a, c, e], [b, d, f]] }: PlacedShape, x: number, y: number): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f }
}

/** Rec. 709. */
function luminance(red: number, green: number, blue: number): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function canvasOfSize(width: number, height: number) {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('This browser gives no 2D canvas.')
  return { canvas, context }
}
