import { createMask, type Image, type Mask, type Size } from '../image/image.ts'
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
  const wanted = widen(scene, isBand, windowPx + 1)
  const models = meanModels(scene, isBand, linearModels(scene, sides, wanted))
  const guide: Guide = { image, rect, scene, models, row: new Float64Array(scene.width * 4) }
  const kinds = sides.map((side, pixel) => (isBand[pixel] === 1 ? inBand : side))
  const columns = edgesOf(scene.width, rect.width)
  for (let y = 0; y < rect.height; y += 1) {
    const row = mask.data.subarray(y * rect.width, (y + 1) * rect.width)
    const cells = Math.floor(((y + 0.5) * scene.height) / rect.height) * scene.width
    for (let cell = 0, end = 0; cell < scene.width; cell = end) {
      const kind = kinds[cells + cell]
      while (end < scene.width && kinds[cells + end] === kind) end += 1
      if (kind === 1) row.fill(255, columns[cell]!, columns[end]!)
      if (kind !== inBand) continue
      blendModels(guide, y, Math.max(0, cell - 1), Math.min(scene.width, end + 1))
      selectPixels(guide, y, row.subarray(0, columns[end]!), columns[cell]!)
    }
  }
  return mask
}

/** Beside the sides 0 and 1: what is asked for pixel by pixel. */
const inBand = 2

/** What tells the side of a pixel of the picture by its colour. */
interface Guide {
  readonly image: Image
  /** What the scene shows of it. */
  readonly rect: Rect
  readonly scene: Size
  /** [scene.height, scene.width, 4] */
  readonly models: Float32Array
  /** [scene.width, 4] Those for one row of the picture. */
  readonly row: Float64Array
}

/** Fills columns of the guide's row with the models between the two rows of the scene that are nearest to the picture's row y. */
function blendModels({ rect, scene, models, row }: Guide, y: number, first: number, end: number): void {
  const sceneY = ((y + 0.5) * scene.height) / rect.height - 0.5
  const top = Math.max(0, Math.floor(sceneY))
  const share = Math.max(0, sceneY - top)
  const start = top * scene.width * 4
  const toBelow = top + 1 < scene.height ? scene.width * 4 : 0
  for (let i = first * 4; i < end * 4; i += 1) {
    const above = models[start + i]!
    row[i] = above + share * (models[start + toBelow + i]! - above)
  }
}

/** Marks what belongs to the thing of a row's pixels, counted from the rectangle's left, from `first` to where they end. */
function selectPixels({ image, rect, row }: Guide, y: number, pixels: Uint8Array, first: number): void {
  const { data } = image
  const lastColumn = row.length / 4 - 1
  const scale = row.length / 4 / rect.width
  const start = (rect.y + y) * image.width + rect.x
  for (let x = first; x < pixels.length; x += 1) {
    const sceneX = (x + 0.5) * scale - 0.5
    const left = Math.max(0, Math.floor(sceneX))
    const right = Math.min(lastColumn, left + 1)
    const at = (start + x) * 4
    const alpha = data[at + 3]! / 255
    const r = data[at]! * alpha
    const g = data[at + 1]! * alpha
    const b = data[at + 2]! * alpha
    const ofLeft = answer(row, left * 4, r, g, b)
    const value = ofLeft + Math.max(0, sceneX - left) * (answer(row, right * 4, r, g, b) - ofLeft)
    if (value >= 0.5) pixels[x] = 255
  }
}

/** What the model at `k` says to a colour. */
function answer(models: Float64Array, k: number, r: number, g: number, b: number): number {
  return models[k]! * r + models[k + 1]! * g + models[k + 2]! * b + models[k + 3]!
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
function widen({ width, height }: Size, marks: Uint8Array, reachPx: number): Uint8Array {
  const wider = new Uint8Array(marks.length)
  for (let y = 0; y < height; y += 1) {
    const top = Math.max(0, y - reachPx)
    const bottom = Math.min(height - 1, y + reachPx)
    for (let x = 0; x < width; x += 1) {
      if (marks[y * width + x] === 0) continue
      const left = Math.max(0, x - reachPx)
      while (x + 1 < width && marks[y * width + x + 1] === 1) x += 1
      const right = Math.min(width, x + reachPx + 1)
      for (let row = top; row <= bottom; row += 1) wider.fill(1, row * width + left, row * width + right)
    }
  }
  return wider
}

/** [pixels, 4] a and b of side = a · colour + b, fitted in the window round each wanted pixel: equations 19 and 20. */
function linearModels(scene: Scene, sides: Uint8Array, isWanted: Uint8Array): Float32Array {
  const { colours } = scene
  const models = new Float32Array(sides.length * 4)
  const addNumbers: AddNumbers = (pixel, sign, sums, at) => {
    const red = colours[pixel * 3]!
    const green = colours[pixel * 3 + 1]!
    const blue = colours[pixel * 3 + 2]!
    sums[at]! += sign * red
    sums[at + 1]! += sign * green
    sums[at + 2]! += sign * blue
    sums[at + 3]! += sign * red * red
    sums[at + 4]! += sign * red * green
    sums[at + 5]! += sign * red * blue
    sums[at + 6]! += sign * green * green
    sums[at + 7]! += sign * green * blue
    sums[at + 8]! += sign * blue * blue
    if (sides[pixel] === 0) return
    sums[at + 9]! += sign
    sums[at + 10]! += sign * red
    sums[at + 11]! += sign * green
    sums[at + 12]! += sign * blue
  }
  forEachWindow(scene, isWanted, 13, addNumbers, (pixel, sums, n) => {
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
  const addNumbers: AddNumbers = (pixel, sign, sums, at) => {
    for (let i = 0; i < 4; i += 1) sums[at + i]! += sign * models[pixel * 4 + i]!
  }
  forEachWindow(scene, widen(scene, isBand, 1), 4, addNumbers, (pixel, sums, n) => {
    for (let i = 0; i < 4; i += 1) means[pixel * 4 + i] = sums[i]! / n
  })
  return means
}

/** Adds a pixel's numbers to those at `at`, or takes them away. */
type AddNumbers = (pixel: number, sign: 1 | -1, sums: Float64Array, at: number) => void

/**
 * Sums numbers over the window round each wanted pixel, of those of its pixels that lie in the scene. The window slides, so
 * that its size costs nothing: sums of columns from row to row, sums of windows along a row; but only where pixels are wanted.
 *
 * @param count How many numbers a pixel has.
 * @param take Is given the sums, and of how many pixels they are.
 */
function forEachWindow(
  { width, height }: Size,
  isWanted: Uint8Array,
  count: number,
  addNumbers: AddNumbers,
  take: (pixel: number, sums: Float64Array, pixels: number) => void,
): void {
  const columns = new Float64Array(width * count)
  /** For the window round which row each column's sums are. */
  const summedFor = new Int32Array(width).fill(-2)
  const sums = new Float64Array(count)
  const addPixel = (x: number, y: number, sign: 1 | -1) => {
    if (y >= 0 && y < height) addNumbers(y * width + x, sign, columns, x * count)
  }
  const sumColumn = (x: number, y: number) => {
    if (summedFor[x] === y) return
    if (summedFor[x] === y - 1) {
      addPixel(x, y + windowPx, 1)
      addPixel(x, y - windowPx - 1, -1)
    } else {
      columns.fill(0, x * count, (x + 1) * count)
      for (let row = y - windowPx; row <= y + windowPx; row += 1) addPixel(x, row, 1)
    }
    summedFor[x] = y
  }
  const addColumn = (x: number, y: number, sign: 1 | -1) => {
    if (x < 0 || x >= width) return
    sumColumn(x, y)
    for (let i = 0; i < count; i += 1) sums[i]! += sign * columns[x * count + i]!
  }
  for (let y = 0; y < height; y += 1) {
    const rows = Math.min(height - 1, y + windowPx) - Math.max(0, y - windowPx) + 1
    for (let x = 0; x < width; x += 1) {
      if (isWanted[y * width + x] === 0) continue
      if (x > 0 && isWanted[y * width + x - 1] === 1) {
        addColumn(x + windowPx, y, 1)
        addColumn(x - windowPx - 1, y, -1)
      } else {
        sums.fill(0)
        for (let column = x - windowPx; column <= x + windowPx; column += 1) addColumn(column, y, 1)
      }
      const across = Math.min(width - 1, x + windowPx) - Math.max(0, x - windowPx) + 1
      take(y * width + x, sums, rows * across)
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
