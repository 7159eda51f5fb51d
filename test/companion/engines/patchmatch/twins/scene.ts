import type { Scene } from '../../../../../companion/engines/patchmatch/level.ts'
import type { Image } from '../../../../../companion/image/image.ts'
import { measureTexture } from './texture.ts'

/** The twin of `describeScene`. */
export function describeScene(
  { width, height, data }: Image,
  hole: Uint8Array,
  avoid: Uint8Array,
  textureRadiusPx: number,
): Scene {
  const pixels = new Uint8Array(data.length)
  let isOpaque = true
  for (let i = 0; i < hole.length; i++) {
    if (hole[i]) continue
    const alpha = data[4 * i + 3]!
    for (let channel = 0; channel < 3; channel++) {
      pixels[4 * i + channel] = Math.round((data[4 * i + channel]! * alpha) / 255)
    }
    pixels[4 * i + 3] = alpha
    if (alpha < 255) isOpaque = false
  }
  if (isOpaque) {
    const texture = measureTexture(pixels, hole, { width, height }, textureRadiusPx)
    for (let i = 0; i < hole.length; i++) pixels[4 * i + 3] = texture[i]!
  }
  return { width, height, pixels, hole, avoid }
}
