import type { Image } from '../image/image.ts'

/** Lets the colours of a patch go on for `distancePx` under alpha 0, so that no fringe shows when it is scaled. */
export function bleedColours(patch: Image, distancePx: number): void {
  const states = statesOf(patch)
  let front = firstFront(states, patch.width)
  for (let step = 0; step < distancePx; step += 1) {
    for (const pixel of front) patch.data.set(meanOfNeighbours(patch, states, pixel), pixel * 4)
    for (const pixel of front) states[pixel] = state.coloured
    front = nextFront(front, states, patch.width)
  }
}

const state = { empty: 0, coloured: 1, queued: 2 } as const

function statesOf({ data }: Image): Uint8Array {
  const states = new Uint8Array(data.length / 4)
  for (let pixel = 0; pixel < states.length; pixel += 1) {
    if (data[pixel * 4 + 3] !== 0) states[pixel] = state.coloured
  }
  return states
}

/** Empty pixels beside coloured ones. */
function firstFront(states: Uint8Array, width: number): number[] {
  const front: number[] = []
  for (let pixel = 0, x = 0; pixel < states.length; pixel += 1, x = x + 1 === width ? 0 : x + 1) {
    const isColoured = states[pixel] === state.coloured
    const right = x + 1 < width ? pixel + 1 : pixel
    const below = pixel + width < states.length ? pixel + width : pixel
    if ((states[right] === state.coloured) !== isColoured) queue(isColoured ? right : pixel, states, front)
    if ((states[below] === state.coloured) !== isColoured) queue(isColoured ? below : pixel, states, front)
  }
  return front
}

function nextFront(front: readonly number[], states: Uint8Array, width: number): number[] {
  const next: number[] = []
  for (const pixel of front) {
    for (const neighbour of neighboursOf(pixel, width, states.length)) queue(neighbour, states, next)
  }
  return next
}

function queue(pixel: number, states: Uint8Array, front: number[]): void {
  if (states[pixel] !== state.empty) return
  states[pixel] = state.queued
  front.push(pixel)
}

/** R, G, B of the coloured ones among the four neighbours, and alpha 0. */
function meanOfNeighbours({ data, width }: Image, states: Uint8Array, pixel: number): number[] {
  const sum = [0, 0, 0]
  let count = 0
  for (const neighbour of neighboursOf(pixel, width, states.length)) {
    if (states[neighbour] !== state.coloured) continue
    for (let channel = 0; channel < 3; channel += 1) sum[channel]! += data[neighbour * 4 + channel]!
    count += 1
  }
  return [...sum.map((value) => Math.round(value / count)), 0]
}

function neighboursOf(pixel: number, width: number, pixels: number): number[] {
  const x = pixel % width
  const neighbours: number[] = []
  if (x > 0) neighbours.push(pixel - 1)
  if (x + 1 < width) neighbours.push(pixel + 1)
  if (pixel >= width) neighbours.push(pixel - width)
  if (pixel + width < pixels) neighbours.push(pixel + width)
  return neighbours
}
