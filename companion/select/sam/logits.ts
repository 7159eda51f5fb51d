import { type Image, type Size, wholeOf } from '../../image/image.ts'
import { intersection } from '../../image/rect.ts'
import type { Rect } from '../../protocol.ts'
import { candidateFrom, sameShare } from '../candidate.ts'
import { refineCut } from '../refine.ts'
import { sceneOfKept } from '../scene.ts'
import type { Candidate } from '../selector.ts'

/** The decoder's masks: [3, 256, 256] logits, over the whole picture whatever its shape. Above 0: selected. */
export interface Logits {
  readonly data: Float32Array
  /** Of each mask, how well it is expected to fit: intersection over union. */
  readonly scores: Float32Array
}

export const gridSide = 256

/** The longer side of what is refined. */
const workPx = gridSide

/** Ground beside a mask by which its outline is refined, in cells of the grid. */
const marginCells = 4

/** Scores that differ by less are equal: then a person more often means the larger thing. */
const equalScores = 0.05

/** The masks as candidates in the picture's own pixels, their outlines laid along its edges. */
export function candidatesFrom(image: Image, { data, scores }: Logits): Candidate[] {
  const masks = Array.from(scores, (score, index): GridMask => {
    const logits = data.subarray(index * gridSide ** 2, (index + 1) * gridSide ** 2)
    const area = logits.reduce((sum, value) => (value > 0 ? sum + 1 : sum), 0)
    return { logits, area, score: Math.min(1, Math.max(0, score)) }
  })
  const found = masks.filter(({ area }) => area > 0)
  return differing(ordered(found)).flatMap((mask) => candidateFromGrid(image, mask) ?? [])
}

interface GridMask {
  /** [256, 256] */
  readonly logits: Float32Array
  /** In cells. */
  readonly area: number
  readonly score: number
}

/**
 * [height, width] 1 where the logits are above 0, between its cells as PyTorch's `interpolate` (bilinear, half-pixel
 * centres) has them.
 *
 * @param picture That the logits are of.
 * @param rect The part of it that is asked for.
 * @param size That part's, as it is asked for.
 */
export function selectedIn(grid: Float32Array, picture: Size, rect: Rect, size: Size): Uint8Array {
  const columns = tapsAlong(rect.x, rect.width, size.width, picture.width)
  const rows = tapsAlong(rect.y, rect.height, size.height, picture.height)
  const sides = new Uint8Array(size.width * size.height)
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      const at = (line: number) => {
        const left = grid[line * gridSide + column.first]!
        return left + (grid[line * gridSide + column.second]! - left) * column.share
      }
      const above = at(row.first)
      if (above + (at(row.second) - above) * row.share > 0) sides[y * size.width + x] = 1
    }
  }
  return sides
}

function candidateFromGrid(image: Image, { logits, score }: GridMask): Candidate | null {
  const bounds = boundsInPicture(logits, image)
  if (bounds === null) return null
  const scale = Math.min(1, workPx / Math.max(bounds.width, bounds.height))
  const size = {
    width: Math.max(1, Math.round(bounds.width * scale)),
    height: Math.max(1, Math.round(bounds.height * scale)),
  }
  const sides = selectedIn(logits, image, bounds, size)
  return candidateFrom(refineCut(image, bounds, sceneOfKept(image, bounds, size), sides), bounds, score)
}

/** Where the selected cells lie, with some ground round them; null: none is selected. */
function boundsInPicture(grid: Float32Array, image: Size): Rect | null {
  let [left, right, top, bottom] = [gridSide, -1, gridSide, -1]
  for (let y = 0; y < gridSide; y += 1) {
    for (let x = 0; x < gridSide; x += 1) {
      if (!(grid[y * gridSide + x]! > 0)) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = y
    }
  }
  if (right < 0) return null
  const [cellX, cellY] = [image.width / gridSide, image.height / gridSide]
  const x = Math.floor((left - marginCells) * cellX)
  const y = Math.floor((top - marginCells) * cellY)
  const width = Math.ceil((right + 1 + marginCells) * cellX) - x
  const height = Math.ceil((bottom + 1 + marginCells) * cellY) - y
  return intersection({ x, y, width, height }, wholeOf(image))
}

interface Tap {
  readonly first: number
  readonly second: number
  /** Of the second. */
  readonly share: number
}

function tapsAlong(start: number, length: number, samples: number, whole: number): Tap[] {
  return Array.from({ length: samples }, (_, i) => {
    const inPicture = start + ((i + 0.5) * length) / samples
    const at = Math.min(gridSide - 1, Math.max(0, (inPicture * gridSide) / whole - 0.5))
    const first = Math.floor(at)
    return { first, second: Math.min(gridSide - 1, first + 1), share: at - first }
  })
}

/** By score; those about as good as the best by size, the largest first. */
function ordered(masks: readonly GridMask[]): GridMask[] {
  const best = Math.max(...masks.map(({ score }) => score))
  const isAsGood = ({ score }: GridMask) => best - score < equalScores
  return [
    ...masks.filter(isAsGood).sort((a, b) => b.area - a.area),
    ...masks.filter((mask) => !isAsGood(mask)).sort((a, b) => b.score - a.score),
  ]
}

/** Without those that are the same as one before. */
function differing(masks: readonly GridMask[]): GridMask[] {
  const kept: GridMask[] = []
  for (const mask of masks) if (!kept.some((other) => agreement(other, mask) >= sameShare)) kept.push(mask)
  return kept
}

/** Cells in both, of those in either. */
function agreement(a: GridMask, b: GridMask): number {
  const both = a.logits.reduce((sum, value, cell) => (value > 0 && b.logits[cell]! > 0 ? sum + 1 : sum), 0)
  return both / (a.area + b.area - both)
}
