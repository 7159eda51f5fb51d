import { step } from './cancel'
import { largestOf } from './lanes'

/**
 * Solves, over all nodes p of a grid of any shape, with q their up to four neighbours,
 *
 *     Σ_q w_pq (e_p − e_q) + a_p e_p = b_p
 *
 * by multigrid: what is rough in the error is smoothed out here, what is smooth is handed to a grid half as fine and
 * comes back as a correction. So the number of cycles does not grow with the grid.
 * Briggs, Henson & McCormick, "A Multigrid Tutorial", 2000, ch. 3.
 *
 * A grid is an array of nodes, of 80 bytes each. The first is nobody: its e is 0, so that it can stand for all that is
 * known. Nodes name each other by the distance in bytes from the grid's address.
 */
export const nodeBytes: usize = 80
/** 4 i32: the neighbours left, right, above and below; 0: known; the node itself: the picture ends there. */
export const neighboursAt: usize = 0
/** 4 f32: w_pq, for each of them. */
export const weightsAt: usize = 16
/** f32: Σ_q w_pq + a_p, the known neighbours' w being part of a. */
export const diagonalAt: usize = 32
/** f32: 1 / diagonal; 0 where that is next to nothing, and e stays 0. */
const inverseAt: usize = 36
/** i32: y · width + x. */
export const placeAt: usize = 40
/** i32: the node of the coarser grid that it is part of, plus 1 if it is the right and 2 if it is the lower half of that. */
const parentAt: usize = 44
/** 4 f32 each: b and e for every channel. */
export const rightSideAt: usize = 48
export const solutionAt: usize = 64
/** Of nobody: where the grid ends, and the coarser grid; 0: there is none. */
const endAt: usize = 0
const coarserAt: usize = 4

/** With fewer nodes, or where most of a coarser grid's nodes would have a single part, sweeps alone do. */
const fewNodes: usize = 16
const sweepsAlone = 20
/** Until a cycle corrects nothing by more, in grey levels. The next one would do about half of that. */
const smallCorrection: f32 = 0.1
const mostCycles = 40

/**
 * From e = 0.
 *
 * @param grid nobody and `count` nodes, each with neighbours, weights, diagonal, place and right side, all else 0; behind
 * them room for coarser grids: at most 2 · count nodes, one more for each, and 4 · width · height bytes
 */
export function solve(grid: usize, count: i32, width: i32, height: i32): void {
  store<usize>(grid, grid + nodeBytes * (count + 1), endAt)
  markCentres(grid, width)
  coarsen(grid, width, height)
  clearSolution(grid)
  let correction = smallCorrection
  for (let k = 0; k < mostCycles && correction >= smallCorrection; k++) correction = cycle(grid)
}

/**
 * The same without coarser grids and from the present e, where a_p is `pull` and more everywhere and w_pq at most 1: then nothing in the error is so
 * smooth that sweeps alone would not soon take it away. Successive over-relaxation, with the factor that is best for a Jacobi
 * iteration that leaves 4 / (4 + pull) of the error (Young 1954; Briggs et al., ch. 2).
 */
export function relax(grid: usize, count: i32, pull: f32): void {
  store<usize>(grid, grid + nodeBytes * (count + 1), endAt)
  invertDiagonals(grid)
  const left: f32 = 4 / (4 + pull)
  const factor = f32x4.splat(2 / (1 + Mathf.sqrt(1 - left * left)))
  let correction = smallCorrection
  for (let k = 0; k < mostCycles && correction >= smallCorrection; k++) correction = overRelax(grid, factor)
}

/** @returns the largest change */
function overRelax(grid: usize, factor: v128): f32 {
  let most = f32x4.splat(0)
  const end = load<usize>(grid, endAt)
  for (let p = grid + nodeBytes; p < end; p += nodeBytes) {
    step()
    const before = v128.load(p, solutionAt)
    const wanted = f32x4.mul(pullOn(grid, p), v128.load32_splat(p, inverseAt))
    const change = f32x4.mul(factor, f32x4.sub(wanted, before))
    v128.store(p, f32x4.add(before, change), solutionAt)
    most = f32x4.max(most, f32x4.abs(change))
  }
  return largestOf(most)
}

/**
 * While grids are made, a node holds in place of its solution where its pixels lie, as 3 f32: the sums of their x and y,
 * and how many they are.
 */
function markCentres(grid: usize, width: i32): void {
  const end = load<usize>(grid, endAt)
  for (let p = grid + nodeBytes; p < end; p += nodeBytes) {
    const place = load<i32>(p, placeAt)
    store<f32>(p, (place % width) as f32, solutionAt)
    store<f32>(p, (place / width) as f32, solutionAt + 4)
    store<f32>(p, 1, solutionAt + 8)
  }
}

/** @param axis 0: x · 4: y */
function centreOf(p: usize, axis: usize): f32 {
  return load<f32>(p + axis, solutionAt) / load<f32>(p, solutionAt + 8)
}

function clearSolution(grid: usize): void {
  const end = load<usize>(grid, endAt)
  for (let p = grid + nodeBytes; p < end; p += nodeBytes) v128.store(p, f32x4.splat(0), solutionAt)
}

/** Makes the coarser grids, each behind the one before it. */
function coarsen(grid: usize, width: i32, height: i32): void {
  invertDiagonals(grid)
  const end = load<usize>(grid, endAt)
  const coarseWidth = (width + 1) >> 1
  const coarseHeight = (height + 1) >> 1
  const map = end
  const coarse = (map + 4 * coarseWidth * coarseHeight + 15) & ~15
  memory.fill(map, 0, coarse - map)
  const coarseEnd = adopt(grid, width, map, coarseWidth, coarse)
  const isWorthIt = (coarseEnd - coarse) * 3 < (end - grid) * 2
  if (!isWorthIt || end - grid < fewNodes * nodeBytes) return
  store<usize>(grid, coarse, coarserAt)
  store<usize>(coarse, coarseEnd, endAt)
  joinParts(grid, coarse)
  coarsen(coarse, coarseWidth, coarseHeight)
}

function invertDiagonals(grid: usize): void {
  const end = load<usize>(grid, endAt)
  for (let p = grid + nodeBytes; p < end; p += nodeBytes) {
    step()
    const d = load<f32>(p, diagonalAt)
    store<f32>(p, d > 1e-3 ? 1 / d : 0, inverseAt)
  }
}

/**
 * Gives the nodes of each square of 2 x 2 a common parent.
 *
 * @param map of the coarser grid: the node at each place, 0 at first
 * @returns where the parents end
 */
function adopt(grid: usize, width: i32, map: usize, coarseWidth: i32, coarse: usize): usize {
  const end = load<usize>(grid, endAt)
  let coarseEnd = coarse + nodeBytes
  memory.fill(coarse, 0, nodeBytes)
  for (let p = grid + nodeBytes; p < end; p += nodeBytes) {
    step()
    const x = load<i32>(p, placeAt) % width
    const y = load<i32>(p, placeAt) / width
    const place = (y >> 1) * coarseWidth + (x >> 1)
    let parent = load<i32>(map + 4 * place)
    if (parent === 0) {
      parent = (coarseEnd - coarse) as i32
      store<i32>(map + 4 * place, parent)
      memory.fill(coarseEnd, 0, nodeBytes)
      store<i32>(coarseEnd, place, placeAt)
      coarseEnd += nodeBytes
    }
    store<i32>(p, parent + (x & 1) + 2 * (y & 1), parentAt)
    const q = coarse + parent
    v128.store(q, f32x4.add(v128.load(q, solutionAt), v128.load(p, solutionAt)), solutionAt)
  }
  return coarseEnd
}

/**
 * Each w between two squares counts for their parents as much less as those are farther apart: by half, mostly. Where a
 * square holds but a sliver of the grid it is less, and corrections would overshoot: without end where many squares are so,
 * as along a margin of a picture whose side is odd. What is right
 * for a depends on how much of a square is known, from 2/3 to twice as much. Tried over 150 shapes: with 1.2, a cycle
 * leaves at most half of the error; below 0.8 some corrections overshoot.
 */
function joinParts(grid: usize, coarse: usize): void {
  const end = load<usize>(grid, endAt)
  for (let p = grid + nodeBytes; p < end; p += nodeBytes) {
    step()
    const parent = parentOf(p)
    const to = coarse + parent
    let a = load<f32>(p, diagonalAt)
    let outside: f32 = 0
    for (let side: usize = 0; side < 16; side += 4) {
      const q = load<i32>(p + side, neighboursAt)
      if (q === 0) continue
      const w = load<f32>(p + side, weightsAt)
      const other = parentOf(grid + q)
      a -= w
      if (other !== parent) {
        const axis = (side >> 3) << 2
        const apart = abs(centreOf(grid + q, axis) - centreOf(p, axis))
        const parentsApart = abs(centreOf(coarse + other, axis) - centreOf(to, axis))
        const joined = w * min(2, apart / parentsApart)
        outside += joined
        store<i32>(to + side, other, neighboursAt)
        store<f32>(to + side, load<f32>(to + side, weightsAt) + joined, weightsAt)
      } else if (grid + q === p) {
        store<i32>(to + side, parent, neighboursAt)
      }
    }
    store<f32>(to, load<f32>(to, diagonalAt) + outside + 1.2 * a, diagonalAt)
  }
}

function parentOf(p: usize): i32 {
  return load<i32>(p, parentAt) & ~3
}

/** @returns the largest correction that came from the coarser grid */
function cycle(grid: usize): f32 {
  const coarse = load<usize>(grid, coarserAt)
  if (coarse === 0) {
    for (let k = 0; k < sweepsAlone; k++) {
      sweepForwards(grid)
      sweepBackwards(grid)
    }
    return 0
  }
  sweepForwards(grid)
  handDown(grid, coarse)
  cycle(coarse)
  const correction = takeBack(grid, coarse)
  sweepBackwards(grid)
  return correction
}

/** Gauss-Seidel: solves for one node after the other. */
function sweepForwards(grid: usize): void {
  const end = load<usize>(grid, endAt)
  for (let p = grid + nodeBytes; p < end; p += nodeBytes) {
    step()
    v128.store(p, f32x4.mul(pullOn(grid, p), v128.load32_splat(p, inverseAt)), solutionAt)
  }
}

function sweepBackwards(grid: usize): void {
  for (let p = load<usize>(grid, endAt) - nodeBytes; p > grid; p -= nodeBytes) {
    step()
    v128.store(p, f32x4.mul(pullOn(grid, p), v128.load32_splat(p, inverseAt)), solutionAt)
  }
}

/** b_p + Σ_q w_pq e_q */
function pullOn(grid: usize, p: usize): v128 {
  const w = v128.load(p, weightsAt)
  const left = f32x4.mul(i32x4.shuffle(w, w, 0, 0, 0, 0), v128.load(grid + load<i32>(p, 0), solutionAt))
  const right = f32x4.mul(i32x4.shuffle(w, w, 1, 1, 1, 1), v128.load(grid + load<i32>(p, 4), solutionAt))
  const above = f32x4.mul(i32x4.shuffle(w, w, 2, 2, 2, 2), v128.load(grid + load<i32>(p, 8), solutionAt))
  const below = f32x4.mul(i32x4.shuffle(w, w, 3, 3, 3, 3), v128.load(grid + load<i32>(p, 12), solutionAt))
  const others = f32x4.add(f32x4.add(right, below), f32x4.add(above, v128.load(p, rightSideAt)))
  return f32x4.add(others, left)
}

/** The residual of the parts is the right side of their parent. */
function handDown(grid: usize, coarse: usize): void {
  const coarseEnd = load<usize>(coarse, endAt)
  for (let q = coarse + nodeBytes; q < coarseEnd; q += nodeBytes) {
    v128.store(q, f32x4.splat(0), rightSideAt)
    v128.store(q, f32x4.splat(0), solutionAt)
  }
  const end = load<usize>(grid, endAt)
  for (let p = grid + nodeBytes; p < end; p += nodeBytes) {
    step()
    const present = f32x4.mul(v128.load32_splat(p, diagonalAt), v128.load(p, solutionAt))
    const residual = f32x4.sub(pullOn(grid, p), present)
    const q = coarse + parentOf(p)
    v128.store(q, f32x4.add(v128.load(q, rightSideAt), residual), rightSideAt)
  }
}

/** Adds the coarser grid's solution, interpolated linearly: a part lies a quarter of the way to the next parents. */
function takeBack(grid: usize, coarse: usize): f32 {
  let most = f32x4.splat(0)
  const end = load<usize>(grid, endAt)
  for (let p = grid + nodeBytes; p < end; p += nodeBytes) {
    step()
    const q = coarse + parentOf(p)
    const half: usize = load<i32>(p, parentAt) & 3
    const beside = coarse + load<i32>(q + 4 * (half & 1), neighboursAt)
    const over = coarse + load<i32>(q + 8 + 2 * (half & 2), neighboursAt)
    const around = f32x4.add(v128.load(beside, solutionAt), v128.load(over, solutionAt))
    const twice = f32x4.add(v128.load(q, solutionAt), f32x4.mul(around, f32x4.splat(0.5)))
    const correction = f32x4.mul(twice, f32x4.splat(0.5))
    v128.store(p, f32x4.add(v128.load(p, solutionAt), correction), solutionAt)
    most = f32x4.max(most, f32x4.abs(correction))
  }
  return largestOf(most)
}
