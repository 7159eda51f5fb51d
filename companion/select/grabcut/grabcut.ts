import { squaredDistances } from '../../image/distance.ts'
import { createMask, type Image, type Size, wholeOf } from '../../image/image.ts'
import { inflate, intersection, union } from '../../image/rect.ts'
import type { Rect } from '../../protocol.ts'
import { candidateFrom, sameShare } from '../candidate.ts'
import { refineCut } from '../refine.ts'
import { sceneOf } from '../scene.ts'
import type { Candidate, Point, Prompt, SelectRun } from '../selector.ts'
import { areaOfCut, cutThing, type Knowledge, seed } from './cut.ts'
import { edgeShare, linksOf } from './links.ts'
import { tidyCut } from './tidy.ts'

/** The longer side of what is cut; less where the size is guessed and several are tried. */
const workPx = { drawn: 512, guessed: 320 } as const

/** How much of the ground round a box is looked at, by its longer side. */
const groundShare = 0.6

/** Radius of the spot that a point makes certain, in pixels of the scene. */
const spotPx = 3

/**
 * How large the thing may be where only points say so: how far it may reach from them, by the picture's shorter side,
 * and by the extent of the points.
 */
const sizes = [
  { ofPicture: 0.24, ofPoints: 0.9 },
  { ofPicture: 0.11, ofPoints: 0.45 },
  { ofPicture: 0.05, ofPoints: 0.2 },
] as const

/** At twice the reach. */
const strongestReluctance = 8

/**
 * Box or points → what they mean, in a photograph. A box is cut once; where there are only points, the thing's size is
 * guessed, and each guess is a candidate.
 *
 * @throws what `throwIfCancelled` throws
 */
export function grabCut(image: Image, prompt: Prompt, run: SelectRun): Candidate[] {
  const guesses = guessesOf(image, prompt)
  const candidates: Candidate[] = []
  for (const [index, guess] of guesses.entries()) {
    const candidate = select(image, prompt, guess, {
      throwIfCancelled: run.throwIfCancelled,
      onStep: (done, total) => run.onStep(index * total + done, guesses.length * total),
    })
    if (candidate !== null && !candidates.some((other) => agreement(other, candidate) >= sameShare)) {
      candidates.push(candidate)
    }
  }
  // The guesses go from large to small, and equals stay in their order.
  return candidates.sort((a, b) => b.score - a.score)
}

/** Where the thing may lie. */
interface Guess {
  /** All of the thing lies inside. */
  readonly limits: Rect
  /** How far from the points it is likely to reach; null: anywhere inside. */
  readonly reachPx: number | null
}

function guessesOf(image: Image, { points, box }: Prompt): Guess[] {
  const included = points.filter(({ include }) => include)
  const extent = included
    .map(({ x, y }) => ({ x, y, width: 1, height: 1 }))
    .reduce<Rect | null>((all, each) => (all === null ? each : union(all, each)), null)
  if (box !== null) return [{ limits: extent === null ? box : union(box, extent), reachPx: null }]
  if (extent === null) return []
  const shorterPx = Math.min(image.width, image.height)
  const extentPx = Math.hypot(extent.width - 1, extent.height - 1)
  return sizes.map(({ ofPicture, ofPoints }) => {
    const reachPx = Math.max(ofPicture * shorterPx, ofPoints * extentPx)
    return { limits: inflate(extent, Math.round(2 * reachPx), image), reachPx }
  })
}

function select(image: Image, prompt: Prompt, guess: Guess, run: SelectRun): Candidate | null {
  const { limits } = guess
  const marginPx = Math.max(16, Math.round(groundShare * Math.max(limits.width, limits.height)))
  const rect = inflate(limits, marginPx, image)
  const longestPx = guess.reachPx === null ? workPx.drawn : workPx.guessed
  const scale = Math.min(1, longestPx / Math.max(rect.width, rect.height))
  const size = {
    width: Math.max(1, Math.round(rect.width * scale)),
    height: Math.max(1, Math.round(rect.height * scale)),
  }
  const scene = sceneOf(image, rect, size)
  const knowledge = knowledgeOf(size, rect, prompt.points, guess)
  const links = linksOf(scene, areaOfCut(knowledge.seeds, size))
  const sides = tidyCut(cutThing(scene, links, knowledge, run), knowledge.seeds, size)
  run.throwIfCancelled()
  return candidateFrom(refineCut(image, rect, scene, sides), rect, edgeShare(scene, links, sides))
}

/** What box and points say of the pixels of a scene that shows `rect`. */
function knowledgeOf(
  size: Size,
  rect: Rect,
  points: readonly Point[],
  { limits, reachPx }: Guess,
): Knowledge {
  const { width, height } = size
  const scaleX = width / rect.width
  const scaleY = height / rect.height
  const seeds = new Uint8Array(width * height)
  const within = {
    left: Math.floor((limits.x - rect.x) * scaleX),
    right: Math.min(width, Math.ceil((limits.x + limits.width - rect.x) * scaleX)),
    top: Math.floor((limits.y - rect.y) * scaleY),
    bottom: Math.min(height, Math.ceil((limits.y + limits.height - rect.y) * scaleY)),
  }
  for (let y = within.top; y < within.bottom; y += 1) {
    seeds.fill(seed.maybeThing, y * width + within.left, y * width + within.right)
  }
  const spots = points.map(({ x, y, include }) => ({
    x: Math.floor((x + 0.5 - rect.x) * scaleX),
    y: Math.floor((y + 0.5 - rect.y) * scaleY),
    include,
  }))
  const reluctance = reachPx === null ? null : reluctanceOf(size, spots, reachPx * scaleX, seeds)
  // What must not be selected has the last word.
  for (const { x, y } of spots.filter(({ include }) => include)) paintSpot(seeds, size, x, y, seed.thing)
  for (const { x, y } of spots.filter(({ include }) => !include)) paintSpot(seeds, size, x, y, seed.excluded)
  return { seeds, reluctance }
}

/**
 * What speaks against being the thing, the farther from the points the more, in units of −log likelihood. Also marks
 * in `seeds` what is too far to begin with.
 */
function reluctanceOf(
  size: Size,
  spots: readonly { readonly x: number; readonly y: number; readonly include: boolean }[],
  reachPx: number,
  seeds: Uint8Array,
): Float32Array {
  const included = createMask(size.width, size.height)
  for (const { x, y, include } of spots) if (include) included.data[y * size.width + x] = 255
  const farPx = Math.ceil(2 * reachPx)
  const squared = squaredDistances(included, wholeOf(size), farPx)
  const reluctance = new Float32Array(squared.length)
  for (let pixel = 0; pixel < squared.length; pixel += 1) {
    const share = Math.min(2, Math.sqrt(squared[pixel]!) / reachPx)
    if (share > 1 && seeds[pixel] === seed.maybeThing) seeds[pixel] = seed.maybeGround
    if (share >= 2) seeds[pixel] = seed.ground
    reluctance[pixel] = strongestReluctance * (share / 2) ** 2
  }
  return reluctance
}

function paintSpot(seeds: Uint8Array, { width, height }: Size, x: number, y: number, value: number): void {
  for (let row = Math.max(0, y - spotPx); row <= Math.min(height - 1, y + spotPx); row += 1) {
    for (let column = Math.max(0, x - spotPx); column <= Math.min(width - 1, x + spotPx); column += 1) {
      if ((column - x) ** 2 + (row - y) ** 2 <= spotPx ** 2) seeds[row * width + column] = value
    }
  }
}

/** Pixels in both, of those in either. */
function agreement(a: Candidate, b: Candidate): number {
  const shared = intersection(a.rect, b.rect)
  if (shared === null) return 0
  let both = 0
  for (let y = shared.y; y < shared.y + shared.height; y += 1) {
    const [inA, inB] = [a, b].map(({ rect }) => (y - rect.y) * rect.width + shared.x - rect.x) as [
      number,
      number,
    ]
    for (let x = 0; x < shared.width; x += 1) both += a.mask.data[inA + x]! & b.mask.data[inB + x]! & 1
  }
  return both / (selectedPixels(a) + selectedPixels(b) - both)
}

function selectedPixels({ mask: { data } }: Candidate): number {
  let count = 0
  for (let pixel = 0; pixel < data.length; pixel += 1) count += data[pixel]! & 1
  return count
}
