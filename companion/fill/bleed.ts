import { setImmediate as turn } from 'node:timers/promises'
import { bandsOf } from '../image/bands.ts'
import { type Image, wholeOf } from '../image/image.ts'
import type { Rect } from '../protocol.ts'

/**
 * Lets the colours of a patch go on for `distancePx` under alpha 0, so that no fringe shows when it is scaled.
 *
 * @throws the signal's reason when cancelled
 */
export async function bleedColours(patch: Image, distancePx: number, signal: AbortSignal): Promise<void> {
  const states = new Uint8Array(patch.data.length / 4)
  for await (const band of bandsOf(wholeOf(patch), signal)) findColoured(patch, band, states)
  let front: number[] = []
  for await (const band of bandsOf(wholeOf(patch), signal)) findFront(band, states, front)
  for (let step = 0; step < distancePx; step += 1) {
    for await (const part of partsOf(front, signal)) {
      for (const pixel of part) patch.data.set(meanOfNeighbours(patch, states, pixel), pixel * 4)
    }
    for (const pixel of front) states[pixel] = state.coloured
    const next: number[] = []
    for await (const part of partsOf(front, signal)) queueNeighbours(part, states, patch.width, next)
    front = next
  }
}

const state = { empty: 0, coloured: 1, queued: 2 } as const

function findColoured({ data }: Image, { y, width, height }: Rect, states: Uint8Array): void {
  for (let pixel = y * width; pixel < (y + height) * width; pixel += 1) {
    if (data[pixel * 4 + 3] !== 0) states[pixel] = state.coloured
  }
}

/** Adds the empty pixels beside coloured ones to the front. */
function findFront({ y, width, height }: Rect, states: Uint8Array, front: number[]): void {
  for (
    let pixel = y * width, x = 0;
    pixel < (y + height) * width;
    pixel += 1, x = x + 1 === width ? 0 : x + 1
  ) {
    const isColoured = states[pixel] === state.coloured
    const right = x + 1 < width ? pixel + 1 : pixel
    const below = pixel + width < states.length ? pixel + width : pixel
    if ((states[right] === state.coloured) !== isColoured) queue(isColoured ? right : pixel, states, front)
    if ((states[below] === state.coloured) !== isColoured) queue(isColoured ? below : pixel, states, front)
  }
}

/** Some hundredths of a second for each part; after it the companion hears its clients. */
async function* partsOf(front: readonly number[], signal: AbortSignal): AsyncGenerator<readonly number[]> {
  for (let from = 0; from < front.length; from += partPixels) {
    yield front.slice(from, from + partPixels)
    await turn()
    signal.throwIfAborted()
  }
}

const partPixels = 2 ** 17

function queueNeighbours(part: readonly number[], states: Uint8Array, width: number, front: number[]): void {
  for (const pixel of part) {
    for (const neighbour of neighboursOf(pixel, width, states.length)) queue(neighbour, states, front)
  }
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
