import type { Size } from '../../image/image.ts'
import { halveScene, type Scene } from '../scene.ts'
import type { SelectRun } from '../selector.ts'
import { createGridGraph, cutGrid } from './max-flow.ts'
import { costOf, learnMixture } from './mixture.ts'

/** What is known of a pixel before the cut. The maybes may change sides; thing and excluded were pointed at. */
export const seed = { ground: 0, maybeGround: 1, maybeThing: 2, thing: 3, excluded: 4 } as const

/** What is known before the cut, of a scene's size. */
export interface Knowledge {
  /** Of `seed` */
  readonly seeds: Uint8Array
  /** Added to what it costs to be the thing, in units of −log likelihood; null: nothing. */
  readonly reluctance: Float32Array | null
}

/** γ of §2.1. The paper's 50 loses thin and small things here, where less than the whole picture is cut. */
const smoothness = 20

/** Costs become whole numbers. */
const unitsPerCost = 64

const mostRounds = 6

/** Ends the rounds early: fewer pixels than this share change sides. */
const settledShare = 0.002

/**
 * Separates the thing from its ground: in turn learns the colours of both and cuts where that costs least (Rother,
 * Kolmogorov and Blake, "GrabCut", 2004, algorithm 1). The rounds are made at half the size, which gives the same
 * colours four times faster; the last cut is made in full.
 *
 * @param links the scene's own
 * @returns [height, width] 1 = the thing
 */
export function cutThing(scene: Scene, links: Int32Array, knowledge: Knowledge, run: SelectRun): Uint8Array {
  const total = mostRounds + 1
  run.onStep(0, total)
  const half = halveScene(scene)
  const halfKnown = halveKnowledge(knowledge, scene, half)
  const halfLinks = linksOf(half)
  let sides = sidesOf(halfKnown.seeds)
  for (let round = 1; round <= mostRounds; round += 1) {
    const next = cutOnce(half, halfLinks, halfKnown, sides, run)
    const changed = next.reduce((sum, side, pixel) => sum + (side === sides[pixel] ? 0 : 1), 0)
    sides = next
    run.onStep(round, total)
    if (changed <= settledShare * next.length) break
  }
  const { width, height } = scene
  const fullSides = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) fullSides[y * width + x] = sides[(y >> 1) * half.width + (x >> 1)]!
  }
  const cut = cutOnce(scene, links, knowledge, fullSides, run)
  run.onStep(total, total)
  return cut
}

/** How much of the cut runs along edges of the picture, 0…1, in steps of 0.1: smaller differences say nothing. */
export function edgeShare(size: Size, links: Int32Array, sides: Uint8Array): number {
  let kept = 0
  let most = 0
  eachLink(size, (i, pixel, neighbour) => {
    if (sides[pixel] === sides[neighbour]) return
    kept += links[i]!
    most += (unitsPerCost * smoothness) / lengthOf(i & 3)
  })
  return most === 0 ? 0 : Math.round(10 * (1 - kept / most)) / 10
}

/** What it costs to part neighbours: [pixels, 4], to the right, below, below right and below left; 0: there is none. */
export function linksOf({ width, height, colours }: Scene): Int32Array {
  const squared = new Float64Array(width * height * 4)
  let sum = 0
  let count = 0
  eachLink({ width, height }, (i, pixel, neighbour) => {
    const distance = squaredDistance(colours, pixel * 3, neighbour * 3)
    squared[i] = distance
    sum += distance
    count += 1
  })
  // β of §2.1. A plain picture has no contrast to measure by.
  const beta = sum === 0 ? 0 : count / (2 * sum)
  const links = new Int32Array(squared.length)
  eachLink({ width, height }, (i) => {
    links[i] = Math.max(
      1,
      Math.round((unitsPerCost * smoothness * Math.exp(-beta * squared[i]!)) / lengthOf(i & 3)),
    )
  })
  return links
}

/** Of a link, in px. */
function lengthOf(link: number): number {
  return link < 2 ? 1 : Math.SQRT2
}

/** Visits all pairs of neighbours, with the place of their link: pixel · 4 + half the direction. */
function eachLink(
  { width, height }: Size,
  visit: (link: number, pixel: number, neighbour: number) => void,
): void {
  for (let y = 0, pixel = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, pixel += 1) {
      const isLast = x + 1 === width
      if (!isLast) visit(pixel * 4, pixel, pixel + 1)
      if (y + 1 === height) continue
      visit(pixel * 4 + 1, pixel, pixel + width)
      if (!isLast) visit(pixel * 4 + 2, pixel, pixel + width + 1)
      if (x > 0) visit(pixel * 4 + 3, pixel, pixel + width - 1)
    }
  }
}

/** Learns both sides' colours and cuts. `sides`: 1 = the thing. */
function cutOnce(
  scene: Scene,
  links: Int32Array,
  { seeds, reluctance }: Knowledge,
  sides: Uint8Array,
  { throwIfCancelled }: SelectRun,
): Uint8Array {
  const { width, height, colours } = scene
  const things = placesWhere(sides, 1)
  const grounds = placesWhere(sides, 0)
  if (things.length === 0 || grounds.length === 0) return sides
  throwIfCancelled()
  const thing = learnMixture(colours, things)
  const ground = learnMixture(colours, grounds)
  const excluded = placesWhere(seeds, seed.excluded)
  // Learnt on their own: among all of the ground, a few pixels that were pointed at would not count.
  const unlike = excluded.length === 0 ? ground : learnMixture(colours, excluded)
  throwIfCancelled()

  const graph = createGridGraph(width, height)
  const { stride, capacities, terminals } = graph
  const nodeOf = (pixel: number) => pixel + stride + 1 + 2 * Math.floor(pixel / width)
  const isFree = (pixel: number) => seeds[pixel] === seed.maybeGround || seeds[pixel] === seed.maybeThing
  for (let pixel = 0; pixel < seeds.length; pixel += 1) {
    if (!isFree(pixel)) continue
    const groundCost = Math.min(costOf(ground, colours, pixel * 3), costOf(unlike, colours, pixel * 3))
    const cost = groundCost - costOf(thing, colours, pixel * 3)
    terminals[nodeOf(pixel)] = Math.round(unitsPerCost * (cost - (reluctance?.[pixel] ?? 0)))
  }
  eachLink(scene, (i, pixel, neighbour) => {
    const capacity = links[i]!
    const direction = (i & 3) * 2
    if (isFree(pixel) && isFree(neighbour)) {
      capacities[nodeOf(pixel) * 8 + direction] = capacity
      capacities[nodeOf(neighbour) * 8 + direction + 1] = capacity
    } else if (isFree(pixel)) {
      // A certain pixel needs no node: it pulls its neighbours to its side.
      terminals[nodeOf(pixel)]! += seeds[neighbour] === seed.thing ? capacity : -capacity
    } else if (isFree(neighbour)) {
      terminals[nodeOf(neighbour)]! += seeds[pixel] === seed.thing ? capacity : -capacity
    }
  })
  const isThing = cutGrid(graph, throwIfCancelled)
  return seeds.map((known, pixel) => (isFree(pixel) ? isThing[nodeOf(pixel)]! : known === seed.thing ? 1 : 0))
}

/** Of four pixels the one that is known best wins, so that a thin scribble is not lost. */
function halveKnowledge({ seeds, reluctance }: Knowledge, { width, height }: Scene, half: Scene): Knowledge {
  const halved = new Uint8Array(half.width * half.height)
  const reluctances = reluctance && new Float32Array(halved.length)
  for (let y = 0; y < half.height; y += 1) {
    const top = 2 * y * width
    const bottom = Math.min(2 * y + 1, height - 1) * width
    for (let x = 0; x < half.width; x += 1) {
      const left = 2 * x
      const right = Math.min(2 * x + 1, width - 1)
      const pixel = y * half.width + x
      halved[pixel] = Math.max(
        seeds[top + left]!,
        seeds[top + right]!,
        seeds[bottom + left]!,
        seeds[bottom + right]!,
      )
      if (reluctances && reluctance) reluctances[pixel] = reluctance[top + left]!
    }
  }
  return { seeds: halved, reluctance: reluctances }
}

function sidesOf(seeds: Uint8Array): Uint8Array {
  return seeds.map((known) => (known === seed.maybeThing || known === seed.thing ? 1 : 0))
}

function placesWhere(values: Uint8Array, wanted: number): Int32Array {
  const places = new Int32Array(values.length)
  let count = 0
  for (let pixel = 0; pixel < values.length; pixel += 1) if (values[pixel] === wanted) places[count++] = pixel
  return places.subarray(0, count)
}

function squaredDistance(colours: Uint8Array, a: number, b: number): number {
  const dr = colours[a]! - colours[b]!
  const dg = colours[a + 1]! - colours[b + 1]!
  const db = colours[a + 2]! - colours[b + 2]!
  return dr * dr + dg * dg + db * db
}
