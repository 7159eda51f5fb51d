import { bytes, kernels } from './kernels.ts'
import { createLevel, fewestSources, type Level, type Scene } from './level.ts'

/** Below this, patches see too little of the picture. */
const smallestSidePx = 24

/**
 * The picture at full size, half, a quarter …, at most `count` of them, finest first; fewer where the picture or what
 * is known of it gets too small.
 */
export function buildPyramid(scene: Scene, patchRadius: number, count: number): Level[] {
  const levels = [createLevel(scene, patchRadius)]
  let finer = scene
  while (levels.length < count && Math.min(finer.width, finer.height) > 2 * smallestSidePx) {
    finer = halve(finer)
    const level = createLevel(finer, patchRadius)
    if (level.sources.length < fewestSources || level.holePixels.length === 0) break
    levels.push(level)
  }
  return levels
}

/**
 * A scene at half its size (rounded up): each coarse pixel is the 1-3-3-1 mean of the known ones among the 4 x 4 below
 * it, so that nothing of the hole's content gets in; it is a hole when more than 3/8 of its weight is. Avoided is what
 * has any avoided pixel below it.
 */
export function halve({ pixels, hole, avoid, width, height }: Scene): Scene {
  const size = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) }
  const area = size.width * size.height
  const coarse = { ...size, pixels: bytes(4 * area), hole: bytes(area), avoid: bytes(area) }
  kernels.halve(pixels, hole, avoid, width, height, coarse.pixels, coarse.hole, coarse.avoid)
  return coarse
}
