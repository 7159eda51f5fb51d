import { step } from './cancel'
import { colourAt, storeColour } from './colour'
import {
  diagonalAt,
  neighboursAt,
  nodeBytes,
  placeAt,
  relax,
  rightSideAt,
  solutionAt,
  solve,
  weightsAt,
} from './laplacian'

/**
 * See `blendCopies` in poisson.ts.
 *
 * @param image its hole pixels hold the copies, and get the result
 * @param node [height, width] of 4 bytes, zeros; gets the number of each hole pixel's node
 * @param grid room for nobody, a node for each hole pixel, and what `solve` needs
 * @param pull λ; 0: there are no calm colours
 * @param steps 4 f32 for each hole pixel
 * @param gain of the differences within the hole
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
  grid: usize,
  pull: f32,
  steps: usize,
  gain: f32,
): void {
  connect(image, width, height, holePixels, holePixelCount, node, grid)
  if (pull > 0) {
    sumSteps(steps, image, width, holePixels, holePixelCount, grid)
    solve(grid, holePixelCount, width, height)
  }
  sumDifferences(image, width, height, hole, holePixels, holePixelCount, copiedFrom, grid, gain)
  if (pull > 0) {
    pullTowardsSolution(pull, image, holePixels, holePixelCount, grid)
    relax(grid, holePixelCount, pull)
  } else {
    solve(grid, holePixelCount, width, height)
  }
  let p = grid
  for (let k = 0; k < holePixelCount; k++) {
    p += nodeBytes
    const place = load<i32>(holePixels + 4 * k)
    storeColour(image, place, f32x4.add(colourAt(image, place), v128.load(p, solutionAt)))
  }
}

/** Node k + 1 is the k-th hole pixel. Neighbours weigh w_pq = α_p α_q. */
function connect(
  image: usize,
  width: i32,
  height: i32,
  holePixels: usize,
  holePixelCount: i32,
  node: usize,
  grid: usize,
): void {
  memory.fill(grid, 0, nodeBytes * (holePixelCount + 1))
  for (let k = 0; k < holePixelCount; k++) store<i32>(node + 4 * load<i32>(holePixels + 4 * k), k + 1)
  for (let k = 0; k < holePixelCount; k++) {
    step()
    const place = load<i32>(holePixels + 4 * k)
    const x = place % width
    const p = grid + nodeBytes * (k + 1)
    store<i32>(p, place, placeAt)
    let sum: f32 = 0
    for (let side = 0; side < 4; side++) {
      if (!hasNeighbour(place, x, side, width, height)) {
        store<i32>(p + 4 * side, (p - grid) as i32)
        continue
      }
      const other = place + stepOf(side, width)
      const both = alphaAt(image, place) * alphaAt(image, other)
      const w = ((both as f64) / 65025) as f32
      store<i32>(p + 4 * side, (nodeBytes as i32) * load<i32>(node + 4 * other), neighboursAt)
      store<f32>(p + 4 * side, w, weightsAt)
      sum += w
    }
    store<f32>(p, sum, diagonalAt)
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

/** The right side of the equation whose solution are the calm colours. */
function sumSteps(
  steps: usize,
  image: usize,
  width: i32,
  holePixels: usize,
  holePixelCount: i32,
  grid: usize,
): void {
  for (let k = 0; k < holePixelCount; k++) {
    step()
    const place = load<i32>(holePixels + 4 * k)
    const p = grid + nodeBytes * (k + 1)
    let present = f32x4.splat(0)
    for (let side = 0; side < 4; side++) {
      if (load<f32>(p + 4 * side, weightsAt) === 0) continue
      const other = colourAt(image, place + stepOf(side, width))
      present = f32x4.add(present, f32x4.sub(colourAt(image, place), other))
    }
    v128.store(p, f32x4.replace_lane(f32x4.sub(v128.load(steps + 16 * k), present), 3, 0), rightSideAt)
  }
}

/** The right side of the equation whose solution is the blend. */
function sumDifferences(
  image: usize,
  width: i32,
  height: i32,
  hole: usize,
  holePixels: usize,
  holePixelCount: i32,
  copiedFrom: usize,
  grid: usize,
  gain: f32,
): void {
  for (let k = 0; k < holePixelCount; k++) {
    step()
    const place = load<i32>(holePixels + 4 * k)
    const from = load<i32>(copiedFrom + 4 * k)
    const p = grid + nodeBytes * (k + 1)
    let sum = f32x4.splat(0)
    for (let side = 0; side < 4; side++) {
      const w = load<f32>(p + 4 * side, weightsAt)
      if (w === 0) continue
      const towards = stepOf(side, width)
      const other = load<i32>(p + 4 * side, neighboursAt) / (nodeBytes as i32) - 1
      const otherFrom = other < 0 ? -1 : load<i32>(copiedFrom + 4 * other)
      if (otherFrom === from + towards && gain === 1) continue

      let v = f32x4.splat(0)
      let sources = 0
      if (hasNeighbour(from, from % width, side, width, height) && isUsable(image, hole, from + towards)) {
        v = f32x4.sub(colourAt(image, from), colourAt(image, from + towards))
        sources++
      }
      if (other >= 0 && hasNeighbour(otherFrom, otherFrom % width, side ^ 1, width, height)) {
        if (isUsable(image, hole, otherFrom - towards)) {
          v = f32x4.add(v, f32x4.sub(colourAt(image, otherFrom - towards), colourAt(image, otherFrom)))
          sources++
        }
      }
      if (sources === 2) v = f32x4.mul(v, f32x4.splat(0.5))
      if (other >= 0) v = f32x4.mul(v, f32x4.splat(gain))
      const present = f32x4.sub(colourAt(image, place), colourAt(image, place + towards))
      sum = f32x4.add(sum, f32x4.mul(f32x4.splat(w), f32x4.sub(v, present)))
    }
    // Alpha stays as copied.
    v128.store(p, f32x4.replace_lane(sum, 3, 0), rightSideAt)
  }
}

/** Adds λ (f − c)² to what is made small, c being what the present solution leads to. */
function pullTowardsSolution(
  pull: f32,
  image: usize,
  holePixels: usize,
  holePixelCount: i32,
  grid: usize,
): void {
  for (let k = 0; k < holePixelCount; k++) {
    const p = grid + nodeBytes * (k + 1)
    const colour = colourAt(image, load<i32>(holePixels + 4 * k))
    const calm = f32x4.add(colour, v128.load(p, solutionAt))
    const apart = f32x4.sub(f32x4.min(f32x4.max(calm, f32x4.splat(0)), f32x4.splat(255)), colour)
    v128.store(p, f32x4.add(v128.load(p, rightSideAt), f32x4.mul(apart, f32x4.splat(pull))), rightSideAt)
    store<f32>(p, load<f32>(p, diagonalAt) + pull, diagonalAt)
  }
}

function isUsable(image: usize, hole: usize, place: i32): bool {
  return !load<u8>(hole + place) && alphaAt(image, place) > 0
}
