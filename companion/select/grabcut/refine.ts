import { createMask, type Image, type Mask } from '../../image/image.ts'
import type { Rect } from '../../protocol.ts'
import type { Scene } from './scene.ts'

/** How far from the cut, in pixels of the scene, the outline in the picture may lie. */
const bandPx = 3

/** Half the side of the windows in which the mask follows the colours, in pixels of the scene. */
const windowPx = 4

/** ε of the guided filter, in levels²: what varies less than this is no edge. */
const noise = 25

/**
 * A cut made at a smaller size → a mask of the picture's own pixels, its outline laid along the picture's edges: the
 * guided filter of He, Sun and Tang (IEEE TPAMI 2013, §3.5, colour), with its linear models made at the scene's size and
 * asked at the picture's ("Fast Guided Filter", 2015). Only the band round the cut is looked at.
 *
 * @param rect what the scene shows
 * @param sides [scene.height, scene.width] 1 = selected
 * @returns of `rect`'s size, exactly 0 or 255
 */
export function refineCut(image: Image, rect: Rect, scene: Scene, sides: Uint8Array): Mask {
  const mask = createMask(rect.width, rect.height)
  const isBand = bandOf(scene, sides)
  const models = meanModels(scene, isBand, linearModels(scene, sides, widen(scene, isBand, windowPx + 1)))
  const scaleX = scene.width / rect.width
  const scaleY = scene.height / rect.height
  for (let y = 0; y < rect.height; y += 1) {
    const sceneY = (y + 0.5) * scaleY
    const row = Math.floor(sceneY) * scene.width
    for (let x = 0; x < rect.width; x += 1) {
      const sceneX = (x + 0.5) * scaleX
      const cell = row + Math.floor(sceneX)
      const isSelected =
        isBand[cell] === 0
          ? sides[cell] === 1
          : valueAt(models, scene, sceneX - 0.5, sceneY - 0.5, image, rect.x + x, rect.y + y) >= 0.5
      if (isSelected) mask.data[y * rect.width + x] = 255
    }
  }
  return mask
}

/** 1 for pixels that have the other side within reach. */
function bandOf(scene: Scene, sides: Uint8Array): Uint8Array {
  const { width, height } = scene
  const isBorder = new Uint8Array(sides.length)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x
      const isRightOther = x + 1 < width && sides[pixel] !== sides[pixel + 1]
      const isBelowOther = y + 1 < height && sides[pixel] !== sides[pixel + width]
      if (isRightOther) isBorder[pixel] = isBorder[pixel + 1] = 1
      if (isBelowOther) isBorder[pixel] = isBorder[pixel + width] = 1
    }
  }
  return widen(scene, isBorder, bandPx - 1)
}

/** 1 within a square of `reachPx` round each 1. */
function widen({ width, height }: Scene, marks: Uint8Array, reachPx: number): Uint8Array {
  const wider = new Uint8Array(marks.length)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (marks[y * width + x] === 0) continue
      const left = Math.max(0, x - reachPx)
      const right = Math.min(width, x + reachPx + 1)
      for (let row = Math.max(0, y - reachPx); row <= Math.min(height - 1, y + reachPx); row += 1) {
        wider.fill(1, row * width + left, row * width + right)
      }
    }
  }
  return wider
}

/** [pixels, 4] a and b of side = a · colour + b, fitted in the window round each wanted pixel: equations 19 and 20. */
function linearModels(scene: Scene, sides: Uint8Array, isWanted: Uint8Array): Float32Array {
  const { width, height, colours } = scene
  const models = new Float32Array(sides.length * 4)
  for (let pixel = 0; pixel < sides.length; pixel += 1) {
    if (isWanted[pixel] === 0) continue
    let [n, r, g, b, s] = [0, 0, 0, 0, 0]
    let [rr, rg, rb, gg, gb, bb] = [0, 0, 0, 0, 0, 0]
    let [rs, gs, bs] = [0, 0, 0]
    const { left, right, top, bottom } = windowRound(pixel, width, height)
    for (let y = top; y <= bottom; y += 1) {
      for (let each = y * width + left; each <= y * width + right; each += 1) {
        const red = colours[each * 3]!
        const green = colours[each * 3 + 1]!
        const blue = colours[each * 3 + 2]!
        const side = sides[each]!
        n += 1
        r += red
        g += green
        b += blue
        rr += red * red
        rg += red * green
        rb += red * blue
        gg += green * green
        gb += green * blue
        bb += blue * blue
        if (side === 0) continue
        s += 1
        rs += red
        gs += green
        bs += blue
      }
    }
    r /= n
    g /= n
    b /= n
    s /= n
    const a = solve(
      [rr / n - r * r + noise, rg / n - r * g, rb / n - r * b],
      [gg / n - g * g + noise, gb / n - g * b, bb / n - b * b + noise],
      [rs / n - r * s, gs / n - g * s, bs / n - b * s],
    )
    models.set([...a, s - a[0] * r - a[1] * g - a[2] * b], pixel * 4)
  }
  return models
}

/** The means of the models of all windows that hold a pixel (equation 21), for the band and its neighbours. */
function meanModels(scene: Scene, isBand: Uint8Array, models: Float32Array): Float32Array {
  const { width, height } = scene
  const isWanted = widen(scene, isBand, 1)
  const means = new Float32Array(models.length)
  for (let pixel = 0; pixel < isWanted.length; pixel += 1) {
    if (isWanted[pixel] === 0) continue
    let [r, g, b, offset] = [0, 0, 0, 0]
    const { left, right, top, bottom } = windowRound(pixel, width, height)
    for (let y = top; y <= bottom; y += 1) {
      for (let at = (y * width + left) * 4; at <= (y * width + right) * 4; at += 4) {
        r += models[at]!
        g += models[at + 1]!
        b += models[at + 2]!
        offset += models[at + 3]!
      }
    }
    const n = (right - left + 1) * (bottom - top + 1)
    means.set([r / n, g / n, b / n, offset / n], pixel * 4)
  }
  return means
}

function windowRound(pixel: number, width: number, height: number) {
  const y = Math.floor(pixel / width)
  const x = pixel - y * width
  return {
    left: Math.max(0, x - windowPx),
    right: Math.min(width - 1, x + windowPx),
    top: Math.max(0, y - windowPx),
    bottom: Math.min(height - 1, y + windowPx),
  }
}

/** The symmetric system [[rr, rg, rb], [rg, gg, gb], [rb, gb, bb]] · a = right, by Cramer's rule. */
function solve(
  [rr, rg, rb]: readonly [number, number, number],
  [gg, gb, bb]: readonly [number, number, number],
  [r, g, b]: readonly [number, number, number],
): readonly [number, number, number] {
  const [c0, c1, c2] = [gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb]
  const determinant = rr * c0 + rg * c1 + rb * c2
  return [
    (r * c0 + g * c1 + b * c2) / determinant,
    (r * c1 + g * (rr * bb - rb * rb) + b * (rg * rb - rr * gb)) / determinant,
    (r * c2 + g * (rg * rb - rr * gb) + b * (rr * gg - rg * rg)) / determinant,
  ]
}

/** The model between four pixels of the scene, asked for a pixel of the picture. */
function valueAt(
  models: Float32Array,
  { width, height }: Scene,
  sceneX: number,
  sceneY: number,
  image: Image,
  x: number,
  y: number,
): number {
  const left = Math.min(width - 1, Math.max(0, Math.floor(sceneX)))
  const top = Math.min(height - 1, Math.max(0, Math.floor(sceneY)))
  const right = Math.min(width - 1, left + 1)
  const bottom = Math.min(height - 1, top + 1)
  const u = Math.min(1, Math.max(0, sceneX - left))
  const v = Math.min(1, Math.max(0, sceneY - top))
  const at = (y * image.width + x) * 4
  const alpha = image.data[at + 3]! / 255
  const r = image.data[at]! * alpha
  const g = image.data[at + 1]! * alpha
  const b = image.data[at + 2]! * alpha
  const ask = (pixel: number) =>
    models[pixel * 4]! * r + models[pixel * 4 + 1]! * g + models[pixel * 4 + 2]! * b + models[pixel * 4 + 3]!
  const above = (1 - u) * ask(top * width + left) + u * ask(top * width + right)
  const below = (1 - u) * ask(bottom * width + left) + u * ask(bottom * width + right)
  return (1 - v) * above + v * below
}
