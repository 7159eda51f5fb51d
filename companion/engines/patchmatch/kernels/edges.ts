import { step } from './cancel'

/**
 * See `keptEdges` in edges.ts.
 *
 * @param strengths room for 2 numbers of 8 bytes: gets the sums of edges as they are, and as their matches show them
 */
export function compareEdges(
  pixels: usize,
  width: i32,
  height: i32,
  hole: usize,
  targets: usize,
  targetCount: i32,
  match: usize,
  strengths: usize,
): void {
  let known: f64 = 0
  let shown: f64 = 0
  for (let k = 0; k < targetCount; k++) {
    step()
    const target = load<i32>(targets + 4 * k)
    if (!isKnownAround(hole, target, width, height)) continue
    const source = load<i32>(match + 4 * target)
    if (!isKnownAround(hole, source, width, height)) continue
    known += edgeAt(pixels, target, width)
    shown += edgeAt(pixels, source, width)
  }
  store<f64>(strengths, known)
  store<f64>(strengths, shown, 8)
}

function isKnownAround(hole: usize, place: i32, width: i32, height: i32): bool {
  const x = place % width
  if (x === 0 || x === width - 1 || place < width || place >= width * (height - 1)) return false
  const at = hole + place
  return !(load<u8>(at - 1) | load<u8>(at + 1) | load<u8>(at - width) | load<u8>(at + width))
}

/** Length of the gradient of brightness. */
function edgeAt(pixels: usize, place: i32, width: i32): f64 {
  const across = brightnessAt(pixels, place + 1) - brightnessAt(pixels, place - 1)
  const along = brightnessAt(pixels, place + width) - brightnessAt(pixels, place - width)
  return sqrt((across * across + along * along) as f64)
}

function brightnessAt(pixels: usize, place: i32): i32 {
  const colour = load<u32>(pixels + 4 * place)
  return (colour & 255) + 2 * ((colour >> 8) & 255) + ((colour >> 16) & 255)
}
