import { type Image, type Mask, maskThreshold } from '../../image/image.ts'
import type { Scene } from './level.ts'
import { measureTexture } from './texture.ts'

/** 1 where the mask marks a pixel, 0 elsewhere. */
export function flagsOf({ data }: Mask): Uint8Array {
  const flags = new Uint8Array(data.length)
  for (let i = 0; i < flags.length; i++) if (data[i]! >= maskThreshold) flags[i] = 1
  return flags
}

/**
 * What patches are compared by: colours times alpha, so that what lies under transparent pixels does not count, and
 * beside them how busy the surroundings are; in a picture with transparency, alpha instead. The hole is blank.
 *
 * @param textureRadiusPx see `measureTexture`
 */
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
