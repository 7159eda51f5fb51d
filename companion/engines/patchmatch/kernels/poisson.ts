import { colourAt, storeColour } from './colour'

/** See `solve` in poisson.ts for these. */
const smallResidual: f32 = 2.5e-7
const mostIterations = 300

/**
 * See `blendCopies` in poisson.ts. A node is a hole pixel: node k + 1 is the k-th. Node 0 stands for all neighbours
 * that are known or not there; its correction stays 0. A node's numbers are four floats, one for each channel.
 *
 * @param image its hole pixels hold the copies, and get the result
 * @param node [height, width] of 4 bytes, zeros
 * @param work room for 6 · (holePixelCount + 1) times 16 bytes, zeros
 */
export function blendCopies(
  image: usize,
  width: i32,
  height: i32,
  hole: usize,
  holePixels: usize,
  holePixelCount: i32,
  copiedFrom: usize,
  node: usize,
  work: usize,
): void {
  const size = 16 * (holePixelCount + 1)
  const neighbours = work
  const weights = neighbours + size
  const e = weights + size
  const residual = e + size
  const direction = residual + size
  const applied = direction + size
  connect(image, width, height, holePixels, holePixelCount, node, neighbours, weights)
  sumDifferences(
    image,
    width,
    height,
    hole,
    holePixels,
    holePixelCount,
    copiedFrom,
    neighbours,
    weights,
    residual,
  )
  solve(neighbours, weights, size, e, residual, direction, applied)
  for (let k = 0; k < holePixelCount; k++) {
    const place = load<i32>(holePixels + 4 * k)
    storeColour(image, place, f32x4.add(colourAt(image, place), v128.load(e + 16 * (k + 1))))
  }
}

/** For each node, left, right, above and below: 16 times the neighbour, and the weight α_p α_q. */
function connect(
  image: usize,
  width: i32,
  height: i32,
  holePixels: usize,
  holePixelCount: i32,
  node: usize,
  neighbours: usize,
  weights: usize,
): void {
  for (let k = 0; k < holePixelCount; k++) store<i32>(node + 4 * load<i32>(holePixels + 4 * k), k + 1)
  for (let k = 0; k < holePixelCount; k++) {
    const place = load<i32>(holePixels + 4 * k)
    const x = place % width
    for (let side = 0; side < 4; side++) {
      if (!hasNeighbour(place, x, side, width, height)) continue
      const other = place + stepOf(side, width)
      const both = alphaAt(image, place) * alphaAt(image, other)
      store<i32>(neighbours + 16 * (k + 1) + 4 * side, 16 * load<i32>(node + 4 * other))
      store<f32>(weights + 16 * (k + 1) + 4 * side, ((both as f64) / 65025) as f32)
    }
  }
}

function stepOf(side: i32, width: i32): i32 {
  if (side === 0) return -1
  if (side === 1) return 1
  return side === 2 ? -width : width
}

function hasNeighbour(place: i32, x: i32, side: i32, width: i32, height: i32): bool {
  if (side === 0) return x > 0
  if (side === 1) return x < width - 1
  return side === 2 ? place >= width : place < width * (height - 1)
}

function alphaAt(image: usize, place: i32): i32 {
  return load<u8>(image + 4 * place + 3)
}

/** The right side of the equation. */
function sumDifferences(
  image: usize,
  width: i32,
  height: i32,
  hole: usize,
  holePixels: usize,
  holePixelCount: i32,
  copiedFrom: usize,
  neighbours: usize,
  weights: usize,
  rightSide: usize,
): void {
  for (let k = 0; k < holePixelCount; k++) {
    const place = load<i32>(holePixels + 4 * k)
    const from = load<i32>(copiedFrom + 4 * k)
    let sum = f32x4.splat(0)
    for (let side = 0; side < 4; side++) {
      const w = load<f32>(weights + 16 * (k + 1) + 4 * side)
      if (w === 0) continue
      const step = stepOf(side, width)
      const other = load<i32>(neighbours + 16 * (k + 1) + 4 * side) / 16 - 1
      const otherFrom = other < 0 ? -1 : load<i32>(copiedFrom + 4 * other)
      if (otherFrom === from + step) continue

      let v = f32x4.splat(0)
      let sources = 0
      if (hasNeighbour(from, from % width, side, width, height) && isUsable(image, hole, from + step)) {
        v = f32x4.sub(colourAt(image, from), colourAt(image, from + step))
        sources++
      }
      if (other >= 0 && hasNeighbour(otherFrom, otherFrom % width, side ^ 1, width, height)) {
        if (isUsable(image, hole, otherFrom - step)) {
          v = f32x4.add(v, f32x4.sub(colourAt(image, otherFrom - step), colourAt(image, otherFrom)))
          sources++
        }
      }
      if (sources === 2) v = f32x4.mul(v, f32x4.splat(0.5))
      const present = f32x4.sub(colourAt(image, place), colourAt(image, place + step))
      sum = f32x4.add(sum, f32x4.mul(f32x4.splat(w), f32x4.sub(v, present)))
    }
    // Alpha stays as copied.
    v128.store(rightSide + 16 * (k + 1), f32x4.replace_lane(sum, 3, 0))
  }
}

function isUsable(image: usize, hole: usize, place: i32): bool {
  return !load<u8>(hole + place) && alphaAt(image, place) > 0
}

/** Conjugate gradients, with the diagonal as preconditioner, from e = 0; each channel on its own. */
function solve(
  neighbours: usize,
  weights: usize,
  size: i32,
  e: usize,
  residual: usize,
  direction: usize,
  applied: usize,
): void {
  const none = f32x4.splat(0)
  for (let i = 16; i < size; i += 16) {
    v128.store(direction + i, f32x4.div(v128.load(residual + i), diagonalAt(weights + i)))
  }
  let rho = dot(residual, direction, size)
  const enough = f32x4.mul(rho, f32x4.splat(smallResidual))
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const busy = f32x4.gt(rho, enough)
    if (!v128.any_true(busy)) return

    for (let i = 16; i < size; i += 16) {
      const n = neighbours + i
      const w = v128.load(weights + i)
      let sum = f32x4.mul(diagonalAt(weights + i), v128.load(direction + i))
      sum = f32x4.sub(sum, f32x4.mul(i32x4.shuffle(w, w, 0, 0, 0, 0), v128.load(direction + load<i32>(n))))
      sum = f32x4.sub(sum, f32x4.mul(i32x4.shuffle(w, w, 1, 1, 1, 1), v128.load(direction + load<i32>(n, 4))))
      sum = f32x4.sub(sum, f32x4.mul(i32x4.shuffle(w, w, 2, 2, 2, 2), v128.load(direction + load<i32>(n, 8))))
      sum = f32x4.sub(
        sum,
        f32x4.mul(i32x4.shuffle(w, w, 3, 3, 3, 3), v128.load(direction + load<i32>(n, 12))),
      )
      v128.store(applied + i, sum)
    }
    const curvature = dot(applied, direction, size)
    const going = v128.and(busy, f32x4.gt(curvature, none))
    const step = v128.and(f32x4.div(rho, curvature), going)
    for (let i = 16; i < size; i += 16) {
      v128.store(e + i, f32x4.add(v128.load(e + i), f32x4.mul(step, v128.load(direction + i))))
      const left = f32x4.sub(v128.load(residual + i), f32x4.mul(step, v128.load(applied + i)))
      v128.store(residual + i, left)
      v128.store(applied + i, f32x4.div(left, diagonalAt(weights + i)))
    }
    const next = dot(residual, applied, size)
    const keep = v128.and(f32x4.div(next, rho), going)
    for (let i = 16; i < size; i += 16) {
      v128.store(direction + i, f32x4.add(v128.load(applied + i), f32x4.mul(keep, v128.load(direction + i))))
    }
    rho = v128.and(next, going)
  }
}

/** Sum of the four weights; 1 for a pixel without neighbours, whose right side is 0. */
function diagonalAt(weights: usize): v128 {
  const w = v128.load(weights)
  const pairs = f32x4.add(w, i32x4.shuffle(w, w, 1, 0, 3, 2))
  const sum = f32x4.add(pairs, i32x4.shuffle(pairs, pairs, 2, 3, 0, 1))
  return v128.bitselect(sum, f32x4.splat(1), f32x4.gt(sum, f32x4.splat(0)))
}

/** In blocks, so that small numbers are not lost beside a large sum. */
function dot(a: usize, b: usize, size: i32): v128 {
  const block = 16 * 512
  let sum = f32x4.splat(0)
  for (let start = 0; start < size; start += block) {
    let part = f32x4.splat(0)
    for (let i = start; i < min(size, start + block); i += 16) {
      part = f32x4.add(part, f32x4.mul(v128.load(a + i), v128.load(b + i)))
    }
    sum = f32x4.add(sum, part)
  }
  return sum
}
