import { step } from './cancel'
import { colourAt, storeColour } from './colour'
import { powerOf2 } from './exponential'
import { leastOf, total } from './lanes'

/**
 * See `vote` in vote.ts.
 *
 * @param weights room for 7 times 32 bytes
 * @returns the sum of the changes of all colours, in grey levels
 */
export function vote(
  pixels: usize,
  width: i32,
  height: i32,
  patchRadius: i32,
  holePixels: usize,
  holePixelCount: i32,
  depth: usize,
  match: usize,
  cost: usize,
  alpha: f32,
  weights: usize,
): f64 {
  let change: i64 = 0
  for (let k = 0; k < holePixelCount; k++) {
    step()
    const place = load<i32>(holePixels + 4 * k)
    gather(place, width, height, patchRadius, match, cost)
    const previous = load<u32>(pixels + 4 * place)
    if (isUnanimous) {
      store<u32>(pixels + 4 * place, load<u32>(pixels + 4 * (place + shift)))
    } else {
      weigh(1, place, width, depth, cost, sharpnessFor(alpha, Infinity), weights)
      let weight = f32x4.splat(0)
      let colour = f32x4.splat(0)
      let row = weights
      for (let cy = top; cy <= bottom; cy++, row += 32) {
        const c0 = cy * width + left
        for (let k = 0; k <= right - left; k++) {
          const w = v128.load32_splat(row + 4 * k)
          const source = load<i32>(match + 4 * (c0 + k)) + place - c0 - k
          weight = f32x4.add(weight, w)
          colour = f32x4.add(colour, f32x4.mul(w, colourAt(pixels, source)))
        }
      }
      storeColour(pixels, place, f32x4.div(colour, weight))
    }
    change += changeOf(previous, load<u32>(pixels + 4 * place))
  }
  return change as f64
}

/**
 * See `voteOnSteps` in vote.ts.
 *
 * @param weights room for 4 times 32 bytes, and as many sources and weights
 * @param number [height, width], 1 + the number of each hole pixel; 0 elsewhere
 * @param steps 4 f32 for each hole pixel, zeros
 */
export function voteOnSteps(
  pixels: usize,
  width: i32,
  height: i32,
  patchRadius: i32,
  holePixels: usize,
  holePixelCount: i32,
  depth: usize,
  match: usize,
  cost: usize,
  alpha: f32,
  weights: usize,
  number: usize,
  steps: usize,
): void {
  const lastRow = width * (height - 1)
  for (let k = 0; k < holePixelCount; k++) {
    step()
    const place = load<i32>(holePixels + 4 * k)
    gather(place, width, height, patchRadius, match, cost)
    const shown = weights + 4 * 32
    let weight = f32x4.splat(0)
    let toLeft = f32x4.splat(0)
    let toRight = f32x4.splat(0)
    let up = f32x4.splat(0)
    let down = f32x4.splat(0)
    let shownEnd: usize = 0
    if (isUnanimous) {
      shownEnd = shownBy(place + shift, 1, shown)
    } else {
      weigh(2, place, width, depth, cost, sharpnessFor(alpha, 16 * (least as f32)), weights)
      shownEnd = listShown(place, width, match, weights, shown)
    }
    for (let at = shown; at < shownEnd; at += 8) {
      const source = load<i32>(at)
      const w = v128.load32_splat(at, 4)
      const x = source % width
      const colour = colourAt(pixels, source)
      weight = f32x4.add(weight, w)
      if (x > 0) toLeft = addStep(toLeft, w, colour, pixels, source - 1)
      if (x + 1 < width) toRight = addStep(toRight, w, colour, pixels, source + 1)
      if (source >= width) up = addStep(up, w, colour, pixels, source - width)
      if (source < lastRow) down = addStep(down, w, colour, pixels, source + width)
    }
    const x = place % width
    const scale = f32x4.div(f32x4.splat(1), weight)
    if (x > 0) handOver(f32x4.mul(toLeft, scale), k, place - 1, number, steps)
    if (x + 1 < width) handOver(f32x4.mul(toRight, scale), k, place + 1, number, steps)
    if (place >= width) handOver(f32x4.mul(up, scale), k, place - width, number, steps)
    if (place < lastRow) handOver(f32x4.mul(down, scale), k, place + width, number, steps)
  }
}

/**
 * What every other row of patches shows at a place: sources and their weights, 8 bytes each; one after another that are the
 * same, once.
 *
 * @returns where the list ends
 */
function listShown(place: i32, width: i32, match: usize, weights: usize, shown: usize): usize {
  let source = -1
  let weight: f32 = 0
  let row = weights
  let at = shown - 8
  for (let cy = top; cy <= bottom; cy += 2, row += 32) {
    const c0 = cy * width + left
    for (let k = 0; k <= right - left; k++) {
      const next = load<i32>(match + 4 * (c0 + k)) + place - c0 - k
      const isSame = next === source
      // Without a branch, which nobody could predict.
      weight = load<f32>(row + 4 * k) + select<f32>(weight, 0, isSame)
      at += select<usize>(0, 8, isSame)
      source = next
      shownBy(source, weight, at)
    }
  }
  return at + 8
}

function shownBy(source: i32, weight: f32, at: usize): usize {
  store<i32>(at, source)
  store<f32>(at, weight, 4)
  return at + 8
}

function addStep(sum: v128, weight: v128, colour: v128, pixels: usize, neighbour: i32): v128 {
  return f32x4.add(sum, f32x4.mul(weight, f32x4.sub(colour, colourAt(pixels, neighbour))))
}

/** Of a step between two hole pixels each says one half, so that what one gets is taken from the other. */
function handOver(toNeighbour: v128, k: i32, neighbour: i32, number: usize, steps: usize): void {
  const own = steps + 16 * k
  const other = load<i32>(number + 4 * neighbour)
  if (other === 0) {
    v128.store(own, f32x4.add(v128.load(own), toNeighbour))
    return
  }
  const half = f32x4.mul(toNeighbour, f32x4.splat(0.5))
  const theirs = steps + 16 * (other - 1)
  v128.store(own, f32x4.add(v128.load(own), half))
  v128.store(theirs, f32x4.sub(v128.load(theirs), half))
}

/** The patches that cover a pixel: where their centres lie, … */
let top = 0
let bottom = 0
let left = 0
let right = 0
/** … the least and the sum of their costs, … */
let least = 0
let sum = 0
/** … and by how much they are shifted, if all by the same. */
let shift = 0
let isUnanimous = false

function gather(place: i32, width: i32, height: i32, r: i32, match: usize, cost: usize): void {
  const x = place % width
  const y = place / width
  top = max(r, y - r)
  bottom = min(height - 1 - r, y + r)
  left = max(r, x - r)
  right = min(width - 1 - r, x + r)
  const first = top * width + left
  shift = load<i32>(match + 4 * first) - first
  // A row is at most seven patches: two times four of them, and none beyond the last.
  const isLow = i32x4.le_s(i32x4(0, 1, 2, 3), i32x4.splat(right - left))
  const isHigh = i32x4.le_s(i32x4(4, 5, 6, 7), i32x4.splat(right - left))
  let leasts = i32x4.splat(i32.MAX_VALUE)
  let sums = i32x4.splat(0)
  let differing = i32x4.splat(0)
  let expected = i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(first + shift))
  let at = 4 * first
  for (let cy = top; cy <= bottom; cy++) {
    const low = v128.load(cost + at)
    const high = v128.load(cost + at, 16)
    sums = i32x4.add(sums, i32x4.add(v128.and(low, isLow), v128.and(high, isHigh)))
    leasts = i32x4.min_s(leasts, v128.bitselect(low, leasts, isLow))
    leasts = i32x4.min_s(leasts, v128.bitselect(high, leasts, isHigh))
    const otherLow = v128.xor(v128.load(match + at), expected)
    const otherHigh = v128.xor(v128.load(match + at, 16), i32x4.add(expected, i32x4.splat(4)))
    differing = v128.or(differing, v128.or(v128.and(otherLow, isLow), v128.and(otherHigh, isHigh)))
    expected = i32x4.add(expected, i32x4.splat(width))
    at += 4 * width
  }
  least = leastOf(leasts)
  sum = total(sums)
  isUnanimous = !v128.any_true(differing)
}

/**
 * What e^−d is to be taken to the power of, in powers of 2.
 *
 * @param mostSpread in place of dmean − dmin, where that is more
 */
function sharpnessFor(alpha: f32, mostSpread: f32): f32 {
  const mean = (sum as f32) / (((bottom - top + 1) * (right - left + 1)) as f32)
  if (mean <= (least as f32)) return 0
  return Mathf.LOG2E / (alpha * max(min(mean - (least as f32), mostSpread), 1e-3))
}

/**
 * The weights of the patches in every `rowStep`-th row, 8 in a row, of which those beyond the last patch mean nothing. γ = 2: a
 * patch counts half as much for each pixel that its centre lies deeper in the hole.
 */
function weigh(
  rowStep: i32,
  place: i32,
  width: i32,
  depth: usize,
  cost: usize,
  sharpness: f32,
  weights: usize,
): void {
  const depthHere = v128.load32_splat(depth + 4 * place)
  const leasts = i32x4.splat(least)
  const sharply = f32x4.splat(sharpness)
  let at = 4 * (top * width + left)
  for (let cy = top; cy <= bottom; cy += rowStep) {
    for (let part = 0; part < 32; part += 16) {
      const spared = f32x4.convert_i32x4_s(i32x4.sub(leasts, v128.load(cost + at + part)))
      const deeper = f32x4.sub(v128.load(depth + at + part), depthHere)
      v128.store(weights + part, powerOf2(f32x4.sub(f32x4.mul(spared, sharply), deeper)))
    }
    at += 4 * rowStep * width
    weights += 32
  }
}

function changeOf(before: u32, after: u32): i32 {
  return (
    abs(((before & 255) as i32) - ((after & 255) as i32)) +
    abs((((before >> 8) & 255) as i32) - (((after >> 8) & 255) as i32)) +
    abs((((before >> 16) & 255) as i32) - (((after >> 16) & 255) as i32))
  )
}
