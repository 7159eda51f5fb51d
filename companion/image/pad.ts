import type { Image, Mask, Size } from './image.ts'

/** An image or mask made larger at the right and the bottom by its own mirror image, edge included. */
export function padMirrored<Pixels extends Image | Mask>(pixels: Pixels, { width, height }: Size): Pixels {
  if (width === pixels.width && height === pixels.height) return pixels
  const channels = pixels.data.length / (pixels.width * pixels.height)
  const data = new Uint8Array(width * height * channels)
  for (let y = 0; y < height; y += 1) {
    const row = mirrored(y, pixels.height) * pixels.width
    for (let x = 0; x < width; x += 1) {
      const from = (row + mirrored(x, pixels.width)) * channels
      const to = (y * width + x) * channels
      for (let channel = 0; channel < channels; channel += 1)
        data[to + channel] = pixels.data[from + channel]!
    }
  }
  return { ...pixels, width, height, data }
}

/** Where `at` comes to lie when 0..size − 1 is folded back and forth. */
function mirrored(at: number, size: number): number {
  const within = at % (2 * size)
  return within < size ? within : 2 * size - 1 - within
}
