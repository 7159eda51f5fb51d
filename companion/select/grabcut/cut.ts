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
    const changed = differences(sides, next)
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
  eachRow(size, (direction, first, end, step) => {
    const uncut = (unitsPerCost * smoothness) / lengthOf(direction)
    for (let pixel = first; pixel < end; pixel += 1) {
      if (sides[pixel] === sides[pixel + step]) continue
      kept += links[pixel * 4 + direction]!
      most += uncut
    }
  })
  return most === 0 ? 0 : Math.round(10 * (1 - kept / most)) / 10
}

/** What it costs to part neighbours: [pixels, 4], to each of `neighbours`; 0: there is none. */
export function linksOf({ width, height, colours }: Scene): Int32Array {
  // First the squared distances of the colours; −1: there is no neighbour.
  const links = new Int32Array(width * height * 4).fill(-1)
  let sum = 0
  let count = 0
  eachRow({ width, height }, (direction, first, end, step) => {
    for (let pixel = first; pixel < end; pixel += 1) {
      const distance = squaredDistance(colours, pixel * 3, (pixel + step) * 3)
      links[pixel * 4 + direction] = distance
      sum += distance
    }
    count += end - first
  })
  // β of §2.1. A plain picture has no contrast to measure by.
  const beta = sum === 0 ? 0 : count / (2 * sum)
  const costs = neighbours.map((_, direction) => costsOfParting(beta, lengthOf(direction)))
  for (let i = 0; i < links.length; i += 1) {
    const distance = links[i]!
    links[i] = distance < 0 ? 0 : (costs[i & 3]![distance] ?? 1)
  }
  return links
}

/** By the squared distance of the colours; what is not listed costs 1. */
function costsOfParting(beta: number, lengthPx: number): Int32Array {
  const strongest = unitsPerCost * smoothness
  const farthest = beta === 0 ? 0 : Math.min(3 * 255 ** 2, Math.log(strongest) / beta)
  return Int32Array.from({ length: Math.floor(farthest) + 1 }, (_, distance) =>
    Math.max(1, Math.round((strongest * Math.exp(-beta * distance)) / lengthPx)),
  )
}

/** Of each two neighbours one has the other among these. */
const neighbours = [
  { dx: 1, dy: 0 },
  { dx: 0, dy: 1 },
  { dx: 1, dy: 1 },
  { dx: -1, dy: 1 },
] as const

/** Of a link in one of the directions of `neighbours`, in px. */
function lengthOf(direction: number): number {
  return direction < 2 ? 1 : Math.SQRT2
}

/** Visits all pairs of neighbours, row by row: those of the pixels from `first` to `end`, each `step` before the other. */
function eachRow(
  { width, height }: Size,
  visit: (direction: number, first: number, end: number, step: number) => void,
): void {
  for (const [direction, { dx, dy }] of neighbours.entries()) {
    for (let y = 0; y + dy < height; y += 1) {
      visit(direction, y * width + Math.max(0, -dx), (y + 1) * width - Math.max(0, dx), dy * width + dx)
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
  const unlike = excluded.length === 0 ? null : learnMixture(colours, excluded)
  throwIfCancelled()

  const graph = createGridGraph(width, height)
  const { stride, capacities, terminals } = graph
  const nodes = nodesOf(scene, stride)
  const isFree = seeds.map((known) => (known === seed.maybeGround || known === seed.maybeThing ? 1 : 0))
  for (let pixel = 0; pixel < seeds.length; pixel += 1) {
    if (isFree[pixel] === 0) continue
    let groundCost = costOf(ground, colours, pixel * 3)
    if (unlike !== null) groundCost = Math.min(groundCost, costOf(unlike, colours, pixel * 3))
    const cost = groundCost - costOf(thing, colours, pixel * 3)
    terminals[nodes[pixel]!] = Math.round(unitsPerCost * (cost - (reluctance?.[pixel] ?? 0)))
  }
  eachRow(scene, (direction, first, end, step) => {
    for (let pixel = first; pixel < end; pixel += 1) {
      const neighbour = pixel + step
      const capacity = links[pixel * 4 + direction]!
      if (isFree[pixel] === 1 && isFree[neighbour] === 1) {
        capacities[nodes[pixel]! * 8 + 2 * direction] = capacity
        capacities[nodes[neighbour]! * 8 + 2 * direction + 1] = capacity
      } else if (isFree[pixel] === 1) {
        // A certain pixel needs no node: it pulls its neighbours to its side.
        terminals[nodes[pixel]!]! += seeds[neighbour] === seed.thing ? capacity : -capacity
      } else if (isFree[neighbour] === 1) {
        terminals[nodes[neighbour]!]! += seeds[pixel] === seed.thing ? capacity : -capacity
      }
    }
  })
  const isThing = cutGrid(graph, throwIfCancelled)
  return seeds.map((known, pixel) =>
    isFree[pixel] === 1 ? isThing[nodes[pixel]!]! : known === seed.thing ? 1 : 0,
  )
}

/** The node of each pixel: the grid has a border. */
function nodesOf({ width, height }: Size, stride: number): Int32Array {
  const nodes = new Int32Array(width * height)
  for (let y = 0, pixel = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, pixel += 1) nodes[pixel] = (y + 1) * stride + x + 1
  }
  return nodes
}

function differences(a: Uint8Array, b: Uint8Array): number {
  let count = 0
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) count += 1
  return count
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
