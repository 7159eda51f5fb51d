import type { Image } from '../../image/image.ts'
import { bytes, kernels } from './kernels.ts'
import type { Scene } from './level.ts'
import { measureTexture } from './texture.ts'

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
  const pixels = bytes(data.length)
  const scene = { width, height, pixels, hole, avoid }
  const isOpaque = kernels.describeColours(data, hole, hole.length, pixels)
  if (isOpaque) measureTexture(scene, textureRadiusPx)
  return scene
}
