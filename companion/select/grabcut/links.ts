import { type Size, wholeOf } from '../../image/image.ts'
import type { Rect } from '../../protocol.ts'
import type { Scene } from '../scene.ts'

/** What it costs to part neighbours. */
export interface Links {
  /** Where the cut may run, and one pixel round it. */
  readonly area: Rect
  /** [pixels of the scene, 4] To each of `neighbours` in the area; 0: there is none. */
  readonly costs: Int32Array
}

/** Of each two neighbours one has the other among these. */
export const neighbours = [
  { dx: 1, dy: 0 },
  { dx: 0, dy: 1 },
  { dx: 1, dy: 1 },
  { dx: -1, dy: 1 },
] as const

/** γ of §2.1. The paper's 50 loses thin and small things here, where less than the whole picture is cut. */
const smoothness = 20

/** Costs become whole numbers. */
export const unitsPerCost = 64

const strongest = unitsPerCost * smoothness

/** The smoothness costs of Rother, Kolmogorov and Blake, "GrabCut", 2004, §2.1: little where colours differ. */
export function linksOf({ width, height, colours }: Scene, area: Rect): Links {
  let sum = 0
  let count = 0
  eachRow({ width, height }, wholeOf({ width, height }), (_, first, end, step) => {
    sum += sumOfDistances(colours, first, end, step)
    count += end - first
  })
  // β of §2.1. A plain picture has no contrast to measure by.
  const beta = sum === 0 ? 0 : count / (2 * sum)
  const tables = neighbours.map((_, direction) => costsOfParting(beta, lengthOf(direction)))
  const costs = new Int32Array(width * height * 4)
  eachRow({ width, height }, area, (direction, first, end, step) => {
    const table = tables[direction]!
    for (let pixel = first; pixel < end; pixel += 1) {
      const distance = squaredDistance(colours, pixel * 3, (pixel + step) * 3)
      costs[pixel * 4 + direction] = distance < table.length ? table[distance]! : 1
    }
  })
  return { area, costs }
}

/** How much of the cut runs along edges of the picture, 0…1, in steps of 0.1: smaller differences say nothing. */
export function edgeShare(size: Size, { area, costs }: Links, sides: Uint8Array): number {
  let kept = 0
  let most = 0
  eachRow(size, area, (direction, first, end, step) => {
    const uncut = strongest / lengthOf(direction)
    for (let pixel = first; pixel < end; pixel += 1) {
      if (sides[pixel] === sides[pixel + step]) continue
      kept += costs[pixel * 4 + direction]!
      most += uncut
    }
  })
  return most === 0 ? 0 : Math.round(10 * (1 - kept / most)) / 10
}

/** Visits all pairs of neighbours in an area, row by row: of the pixels from `first` to `end`, and those `step` after them. */
export function eachRow(
  { width }: Size,
  area: Rect,
  visit: (direction: number, first: number, end: number, step: number) => void,
): void {
  for (const [direction, { dx, dy }] of neighbours.entries()) {
    for (let y = area.y; y + dy < area.y + area.height; y += 1) {
      const start = y * width + area.x
      visit(direction, start + Math.max(0, -dx), start + area.width - Math.max(0, dx), dy * width + dx)
    }
  }
}

/** By the squared distance of the colours; what is not listed costs 1. */
function costsOfParting(beta: number, lengthPx: number): Int32Array {
  const farthest = beta === 0 ? 0 : Math.min(3 * 255 ** 2, Math.log(strongest) / beta)
  const table = new Int32Array(Math.floor(farthest) + 1)
  for (let distance = 0; distance < table.length; distance += 1) {
    table[distance] = Math.max(1, Math.round((strongest * Math.exp(-beta * distance)) / lengthPx))
  }
  return table
}

/** Of a link in one of the directions of `neighbours`, in px. */
function lengthOf(direction: number): number {
  return direction < 2 ? 1 : Math.SQRT2
}

function sumOfDistances(colours: Uint8Array, first: number, end: number, step: number): number {
  let sum = 0
  for (let pixel = first; pixel < end; pixel += 1) {
    sum += squaredDistance(colours, pixel * 3, (pixel + step) * 3)
  }
  return sum
}

function squaredDistance(colours: Uint8Array, a: number, b: number): number {
  const dr = colours[a]! - colours[b]!
  const dg = colours[a + 1]! - colours[b + 1]!
  const db = colours[a + 2]! - colours[b + 2]!
  return dr * dr + dg * dg + db * db
}
