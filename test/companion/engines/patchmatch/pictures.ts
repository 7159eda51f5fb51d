import { copyOf } from '../../../../companion/engines/patchmatch/kernels.ts'
import type { Scene } from '../../../../companion/engines/patchmatch/level.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import type { Image, Mask, Size } from '../../../../companion/image/image.ts'

/** A picture whose pixels are RGB or RGBA by place. */
export function paint({ width, height }: Size, colour: (x: number, y: number) => readonly number[]): Image {
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [r = 0, g = 0, b = 0, a = 255] = colour(x, y)
      data.set([r, g, b, a], 4 * (y * width + x))
    }
  }
  return { width, height, data }
}

/** 255 where it holds. */
export function markWhere({ width, height }: Size, holds: (x: number, y: number) => boolean): Mask {
  const data = new Uint8Array(width * height)
  for (let i = 0; i < data.length; i++) if (holds(i % width, Math.floor(i / width))) data[i] = 255
  return { width, height, data }
}

export function noise(size: Size, seed: number): Image {
  const random = createRandom(seed)
  return paint(size, () => [random(256), random(256), random(256)])
}

/** Grain of `grainPx` in warm tones. */
export function grain(size: Size, grainPx: number): Image {
  const coarse = noise(
    { width: Math.ceil(size.width / grainPx), height: Math.ceil(size.height / grainPx) },
    11,
  )
  return paint(size, (x, y) => {
    const [r = 0, g = 0] = colourAt(coarse, Math.floor(x / grainPx), Math.floor(y / grainPx))
    return [120 + r / 4, 80 + r / 5 + g / 8, 60 + g / 6]
  })
}

export function within(left: number, top: number, width: number, height: number) {
  return (x: number, y: number) => x >= left && x < left + width && y >= top && y < top + height
}

/** 1 where the mask marks anything, in the kernels' memory. */
export function flagged({ data }: Mask): Uint8Array {
  return copyOf(data.map((value) => (value > 0 ? 1 : 0)))
}

/** The same picture in the kernels' memory. */
export function inKernels(image: Image): Image {
  return { ...image, data: copyOf(image.data) }
}

/** A scene of the picture with its hole blank, in the kernels' memory. */
export function sceneOf(image: Image, mask: Mask, avoid?: Mask): Scene {
  const hole = flagged(mask)
  const pixels = copyOf(image.data)
  hole.forEach((value, i) => {
    if (value) pixels.fill(0, 4 * i, 4 * i + 4)
  })
  return {
    width: image.width,
    height: image.height,
    pixels,
    hole,
    avoid: flagged(avoid ?? markWhere(image, () => false)),
  }
}

/** The colour at a place, R, G, B, A. */
export function colourAt({ data, width }: Image, x: number, y: number): number[] {
  return [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)]
}

/** Blots of many colours, 4 px large: much that fits about as well. */
export function clutter({ width, height }: Size): Image {
  const blots = noise({ width: Math.ceil(width / 4), height: Math.ceil(height / 4) }, 4)
  return paint({ width, height }, (x, y) => colourAt(blots, x >> 2, y >> 2))
}
