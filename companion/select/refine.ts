import { createMask, type Image, type Mask } from '../image/image.ts'
import { boundsOf } from '../image/mask.ts'
import { inflate } from '../image/rect.ts'
import type { Rect } from '../protocol.ts'
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
  const columns = edgesOf(scene.width, rect.width)
  for (let y = 0; y < rect.height; y += 1) {
    const sceneY = (y + 0.5) * scaleY
    const row = Math.floor(sceneY) * scene.width
    for (let cell = 0; cell < scene.width; cell += 1) {
      const [left, right] = [columns[cell]!, columns[cell + 1]!]
      if (isBand[row + cell] === 0) {
        if (sides[row + cell] === 1) mask.data.fill(255, y * rect.width + left, y * rect.width + right)
        continue
      }
      for (let x = left; x < right; x += 1) {
        const value = valueAt(
          models,
          scene,
          (x + 0.5) * scaleX - 0.5,
          sceneY - 0.5,
          image,
          rect.x + x,
          rect.y + y,
        )
        if (value >= 0.5) mask.data[y * rect.width + x] = 255
      }
    }
  }
  return mask
}

/** Where the pixels begin whose middles lie in each cell of a side that is made `cells` long: cells + 1 positions. */
function edgesOf(cells: number, pixels: number): Int32Array {
  return Int32Array.from({ length: cells + 1 }, (_, cell) => Math.ceil((cell * pixels) / cells - 0.5))
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
  const { colours } = scene
  const models = new Float32Array(sides.length * 4)
  const numbersOf: NumbersOf = (first, end, into) => {
    for (let pixel = first, at = 0; pixel < end; pixel += 1, at += 13) {
      const red = colours[pixel * 3]!
      const green = colours[pixel * 3 + 1]!
      const blue = colours[pixel * 3 + 2]!
      const side = sides[pixel]!
      into[at] = red
      into[at + 1] = green
      into[at + 2] = blue
      into[at + 3] = red * red
      into[at + 4] = red * green
      into[at + 5] = red * blue
      into[at + 6] = green * green
      into[at + 7] = green * blue
      into[at + 8] = blue * blue
      into[at + 9] = side
      into[at + 10] = side * red
      into[at + 11] = side * green
      into[at + 12] = side * blue
    }
  }
  forEachWindow(scene, isWanted, 13, numbersOf, (pixel, sums, n) => {
    const [r, g, b] = [sums[0]! / n, sums[1]! / n, sums[2]! / n]
    const s = sums[9]! / n
    const a = solve(
      [sums[3]! / n - r * r + noise, sums[4]! / n - r * g, sums[5]! / n - r * b],
      [sums[6]! / n - g * g + noise, sums[7]! / n - g * b, sums[8]! / n - b * b + noise],
      [sums[10]! / n - r * s, sums[11]! / n - g * s, sums[12]! / n - b * s],
    )
    for (let i = 0; i < 3; i += 1) models[pixel * 4 + i] = a[i]!
    models[pixel * 4 + 3] = s - a[0] * r - a[1] * g - a[2] * b
  })
  return models
}

/** The means of the models of all windows that hold a pixel (equation 21), for the band and its neighbours. */
function meanModels(scene: Scene, isBand: Uint8Array, models: Float32Array): Float32Array {
  const means = new Float32Array(models.length)
  const numbersOf: NumbersOf = (first, end, into) => into.set(models.subarray(first * 4, end * 4))
  forEachWindow(scene, widen(scene, isBand, 1), 4, numbersOf, (pixel, sums, n) => {
    for (let i = 0; i < 4; i += 1) means[pixel * 4 + i] = sums[i]! / n
  })
  return means
}

/** Gives the numbers of the pixels from `first` to `end`, so many for each. */
type NumbersOf = (first: number, end: number, into: Float64Array) => void

/**
 * Sums numbers over the window round each wanted pixel, of those of its pixels that lie in the scene. The window slides, so
 * that its size costs nothing: sums of columns from row to row, sums of windows along a row.
 *
 * @param count How many numbers a pixel has.
 * @param take Is given the sums, and of how many pixels they are.
 */
function forEachWindow(
  scene: Scene,
  isWanted: Uint8Array,
  count: number,
  numbersOf: NumbersOf,
  take: (pixel: number, sums: Float64Array, pixels: number) => void,
): void {
  const wanted = boundsOf({ ...scene, data: isWanted })
  if (wanted === null) return
  const { width } = scene
  const { x: left, y: top, width: across, height: down } = inflate(wanted, windowPx, scene)
  const [right, bottom] = [left + across, top + down]
  const numbers = new Float64Array(across * count)
  /** Of the rows in the window, for each column from `left`. */
  const columns = new Float64Array(across * count)
  const sums = new Float64Array(count)
  const addRow = (y: number, sign: 1 | -1) => {
    if (y < top || y >= bottom) return
    numbersOf(y * width + left, y * width + right, numbers)
    for (let i = 0; i < columns.length; i += 1) columns[i]! += sign * numbers[i]!
  }
  const addColumn = (x: number, sign: 1 | -1) => {
    if (x < left || x >= right) return
    for (let i = 0; i < count; i += 1) sums[i]! += sign * columns[(x - left) * count + i]!
  }
  for (let y = top; y < wanted.y + windowPx; y += 1) addRow(y, 1)
  for (let y = wanted.y; y < wanted.y + wanted.height; y += 1) {
    addRow(y + windowPx, 1)
    addRow(y - windowPx - 1, -1)
    const row = isWanted.subarray(y * width, (y + 1) * width)
    const last = row.lastIndexOf(1)
    if (last < 0) continue
    const first = row.indexOf(1)
    const rows = Math.min(bottom - 1, y + windowPx) - Math.max(top, y - windowPx) + 1
    sums.fill(0)
    for (let x = first - windowPx - 1; x < first + windowPx; x += 1) addColumn(x, 1)
    for (let x = first; x <= last; x += 1) {
      addColumn(x + windowPx, 1)
      addColumn(x - windowPx - 1, -1)
      if (row[x] === 0) continue
      const columnsSeen = Math.min(right - 1, x + windowPx) - Math.max(left, x - windowPx) + 1
      take(y * width + x, sums, rows * columnsSeen)
    }
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
