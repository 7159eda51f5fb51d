import type { Size } from '../../image/image.ts'
import { boundsOf } from '../../image/mask.ts'
import { inflate } from '../../image/rect.ts'
import type { Rect } from '../../protocol.ts'
import { halveScene, type Scene } from '../scene.ts'
import type { SelectRun } from '../selector.ts'
import { eachRow, type Links, linksOf, unitsPerCost } from './links.ts'
import { createGridGraph, cutGrid, type GridGraph } from './max-flow.ts'
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
export function cutThing(scene: Scene, links: Links, knowledge: Knowledge, run: SelectRun): Uint8Array {
  const total = mostRounds + 1
  run.onStep(0, total)
  const half = halveScene(scene)
  const halfKnown = halveKnowledge(knowledge, scene, half)
  const halfLinks = linksOf(half, areaOfCut(halfKnown.seeds, half))
  let sides = sidesOf(halfKnown.seeds)
  for (let round = 1; round <= mostRounds; round += 1) {
    const next = cutOnce(half, halfLinks, halfKnown, sides, run)
    const changed = differences(sides, next)
    sides = next
    run.onStep(round, total)
    if (changed <= settledShare * next.length) break
  }
  const cut = cutOnce(scene, links, knowledge, doubled(sides, half, scene), run)
  run.onStep(total, total)
  return cut
}

/** Where the cut may run, and one pixel round it; empty where all is certain. */
export function areaOfCut(seeds: Uint8Array, size: Size): Rect {
  const { width, height } = size
  const free = boundsOf({ width, height, data: freeOf(seeds) })
  return free === null ? { x: 0, y: 0, width: 0, height: 0 } : inflate(free, 1, size)
}

/** The sides of a scene from those of the half one. */
function doubled(sides: Uint8Array, half: Size, { width, height }: Size): Uint8Array {
  const full = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) full[y * width + x] = sides[(y >> 1) * half.width + (x >> 1)]!
  }
  return full
}

/** Learns both sides' colours and cuts. `sides`: 1 = the thing. */
function cutOnce(
  scene: Scene,
  { area, costs }: Links,
  { seeds, reluctance }: Knowledge,
  sides: Uint8Array,
  { throwIfCancelled }: SelectRun,
): Uint8Array {
  const { colours } = scene
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

  const graph = createGridGraph(area.width, area.height)
  const { capacities, terminals } = graph
  const nodes = nodesOf(scene, area, graph)
  const isFree = freeOf(seeds)
  for (let pixel = 0; pixel < seeds.length; pixel += 1) {
    if (isFree[pixel] === 0) continue
    let groundCost = costOf(ground, colours, pixel * 3)
    if (unlike !== null) groundCost = Math.min(groundCost, costOf(unlike, colours, pixel * 3))
    const cost = groundCost - costOf(thing, colours, pixel * 3)
    terminals[nodes[pixel]!] = Math.round(unitsPerCost * (cost - (reluctance?.[pixel] ?? 0)))
  }
  eachRow(scene, area, (direction, first, end, step) => {
    for (let pixel = first; pixel < end; pixel += 1) {
      const neighbour = pixel + step
      const capacity = costs[pixel * 4 + direction]!
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

/** 1 for what may change sides. */
function freeOf(seeds: Uint8Array): Uint8Array {
  return seeds.map((known) => (known === seed.maybeGround || known === seed.maybeThing ? 1 : 0))
}

/** [pixels of the scene] The node of each pixel in the area. */
function nodesOf({ width, height }: Size, area: Rect, { stride }: GridGraph): Int32Array {
  const nodes = new Int32Array(width * height)
  for (let y = 0; y < area.height; y += 1) {
    const start = (area.y + y) * width + area.x
    // The grid has a border.
    for (let x = 0; x < area.width; x += 1) nodes[start + x] = (y + 1) * stride + x + 1
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
