import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type OverlayOptions } from 'sharp'
import { cropImage, cropMask } from '../../../companion/image/crop.ts'
import type { Image, Mask } from '../../../companion/image/image.ts'
import { boundsOf } from '../../../companion/image/mask.ts'
import { inflate } from '../../../companion/image/rect.ts'
import { sharpFrom } from '../../../companion/image/samples.ts'

export interface Panel {
  readonly title: string
  readonly image: Image
}

/** px; the hole with its surroundings is made this large at most, and never larger than it is. */
const panelPx = 560
const titlePx = 26
const gapPx = 6
const panelsInRow = 4

/**
 * Writes FOLDER/NAME.jpg: the hole and what is around it, in each of the pictures side by side; first as it was, then with the
 * mask in red.
 */
export async function writeSheet(
  folder: string,
  { name, image, mask }: { name: string; image: Image; mask: Mask },
  fills: readonly Panel[],
): Promise<void> {
  const hole = boundsOf(mask)!
  const rect = inflate(hole, Math.round(Math.max(40, 0.3 * Math.max(hole.width, hole.height))), mask)
  const scale = Math.min(1, panelPx / Math.max(rect.width, rect.height))
  const width = Math.round(rect.width * scale)
  const height = Math.round(rect.height * scale)
  const before = cropImage(image, rect)
  const panels = [
    { title: 'before', image: before },
    { title: 'mask', image: redden(before, cropMask(mask, rect)) },
    ...fills.map(({ title, image: filled }) => ({ title, image: cropImage(filled, rect) })),
  ]
  const columns = Math.min(panelsInRow, panels.length)
  const [pitchX, pitchY] = [width + gapPx, height + titlePx + gapPx]
  const pieces = await Promise.all(
    panels.map(async (panel, index): Promise<OverlayOptions[]> => {
      const left = (index % columns) * pitchX
      const top = Math.floor(index / columns) * pitchY
      const pixels = await sharpFrom(panel.image).resize(width, height).removeAlpha().png().toBuffer()
      return [
        { input: titleSvg(panel.title, width), left, top },
        { input: pixels, left, top: top + titlePx },
      ]
    }),
  )
  await mkdir(folder, { recursive: true })
  const size = { width: columns * pitchX, height: Math.ceil(panels.length / columns) * pitchY }
  await sharp({ create: { ...size, channels: 3, background: 'white' } })
    .composite(pieces.flat())
    .jpeg({ quality: 90 })
    .toFile(join(folder, `${name}.jpg`))
}

function redden(image: Image, mask: Mask): Image {
  const marked = { ...image, data: image.data.slice() }
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    if (mask.data[pixel] === 0) continue
    marked.data[pixel * 4] = 128 + (marked.data[pixel * 4]! >> 1)
    marked.data[pixel * 4 + 1]! >>= 1
    marked.data[pixel * 4 + 2]! >>= 1
  }
  return marked
}

function titleSvg(title: string, width: number): Buffer {
  const text = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return Buffer.from(
    `<svg width="${width}" height="${titlePx}"><text x="2" y="18" font-family="sans-serif" font-size="15">${text}</text></svg>`,
  )
}
