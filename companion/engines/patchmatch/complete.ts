import { CompanionError } from '../../errors.ts'
import type { Image, Mask } from '../../image/image.ts'
import { findClones } from './clone.ts'
import { applyCopies, chooseCopies } from './copy.ts'
import { greatestDepth } from './distance.ts'
import { copyField, type Field, fieldFromCopies } from './field.ts'
import { countFlags, eitherOf, flagsOf } from './flags.ts'
import { borrow, bytes, copyOf } from './kernels.ts'
import { fittingPatchRadius, type Level } from './level.ts'
import { blendCopies } from './poisson.ts'
import { buildPyramid } from './pyramid.ts'
import { createRandom } from './random.ts'
import {
  closeBy,
  costOfCopies,
  descend,
  everywhere,
  nearby,
  type Rounds,
  restore,
  settle,
  sharpen,
} from './refine.ts'
import { describeScene } from './scene.ts'
import { fillByPriority, peelOnion, type Start } from './starts.ts'

/** What to complete, and how hard to try. */
export interface CompletionTask {
  readonly image: Image
  /** Same size. 255 = fill. */
  readonly mask: Mask
  /** Same size. 255 = do not copy from here. */
  readonly avoid: Mask | null
  /** 0 … 2^32 − 1. Several first fills may fit about as well: seeds in a row take one after the other. */
  readonly seed: number
  /** How many first fills are tried, at least 1; one of the best goes on. */
  readonly starts: number
}

/** Who waits for it. */
export interface CompletionRun {
  /** First with what is done already, then after each level worked on, the last time with `done` = `total`. */
  onLevel(done: number, total: number): void
  /** Called between rounds. */
  throwIfCancelled(): void
}

const patchRadius = 3
/** The same for every seed of a task, so that variations share them. */
const seedOfFirstFills = 1
/** First fills, each made at the level where the hole is about this deep. */
const firstFills: readonly { readonly start: Start; readonly depthPx: number }[] = [
  { start: peelOnion, depthPx: 4 },
  { start: fillByPriority, depthPx: 7 },
  { start: peelOnion, depthPx: 2.5 },
  { start: fillByPriority, depthPx: 4 },
  { start: peelOnion, depthPx: 7 },
  { start: fillByPriority, depthPx: 12 },
  { start: peelOnion, depthPx: 4 },
  { start: fillByPriority, depthPx: 4 },
]
/** They are compared where it is this deep: late enough to show what becomes of them, early enough to be cheap. */
const judgedAtPx = 18
/** Where even the coarsest level has more, trying several would take too long: the first must do. */
const mostJudgedPixels = 4000
/** First fills that cost at most so many times the least are as good as the best: the cost tells no more than that. */
const equallyGood = 1.03
/** Holes no deeper than this leave nothing to decide: one first fill, few rounds. */
const thinPx = 8

/**
 * Fills the masked pixels with what fits from the rest of the picture: coarse to fine, each level by rounds of
 * searching the most similar patches and letting them vote on the pixels they cover (Wexler et al. 2007, with the
 * search of Barnes et al. 2009). README.md tells the whole, with its sources.
 *
 * The same task gives the same bytes on as many threads. Where the hole is large, most of the time goes into the last level.
 *
 * @throws CompanionError `mask-covers-all` when there is nothing to copy from; what `throwIfCancelled` throws.
 */
export function complete(task: CompletionTask, run: CompletionRun): Image {
  return borrow(() => finish(prepare(task, run), task.seed, run))
}

/** All that does not depend on the seed. Lives in the kernels' memory. */
export interface Prepared {
  /** What can be copied exactly is filled. */
  readonly image: Image
  /** What is left, [height, width], 1 = hole. */
  readonly hole: Uint8Array
  /** Finest first; none where nothing is left. */
  readonly levels: readonly Level[]
  readonly isThin: boolean
  /** Fills of the coarse level `judged`, the best first, then those that are about as good. */
  readonly fills: readonly Field[]
  readonly judged: number
  /** Levels worked on for that. */
  readonly done: number
}

/**
 * The first three steps.
 *
 * @throws as `complete`
 */
export function prepare(task: Omit<CompletionTask, 'seed'>, run: CompletionRun): Prepared {
  const { onLevel, throwIfCancelled } = run
  const image: Image = { ...task.image, data: copyOf(task.image.data) }
  const hole = flagsOf(task.mask)
  const avoid = task.avoid ? flagsOf(task.avoid) : bytes(hole.length)
  if (countFlags(eitherOf(hole, avoid)) === hole.length) {
    throw new CompanionError(
      'mask-covers-all',
      'Nothing is left to copy from: the marked areas cover the whole picture. Mark less of it.',
    )
  }

  // 1. What another part of the picture continues exactly is copied as it is.
  const clones = findClones(image, hole, avoid)
  applyCopies(image.data, clones.holePixels, clones.copiedFrom)
  blendCopies(image, { hole, ...clones })
  for (const place of clones.holePixels) hole[place] = 0
  if (!hole.includes(1)) return { image, hole, levels: [], isThin: true, fills: [], judged: 0, done: 0 }

  // 2. How deep the rest of the hole is sets how far the pyramid goes up.
  throwIfCancelled()
  const depthPx = greatestDepth(hole, image)
  const isThin = depthPx <= thinPx
  const tried = Array.from({ length: isThin ? 1 : task.starts }, (_, k) => firstFills[k % firstFills.length]!)
  const levelWhere = (px: number) => Math.max(0, Math.round(Math.log2(depthPx / px)))
  const highest = Math.max(...tried.map((first) => levelWhere(first.depthPx)))
  const scene = describeScene(image, hole, avoid, Math.min(16, Math.max(2, 2 ** (highest - 1))))
  const levels = buildPyramid(scene, fittingPatchRadius(scene, patchRadius), highest + 1)
  const coarsest = levels.length - 1

  // 3. Several first fills are brought down to one level and compared there.
  const judged = levels.findIndex(
    ({ holePixels }, l) =>
      l === coarsest || (l >= levelWhere(judgedAtPx) && holePixels.length <= mostJudgedPixels),
  )
  const isCheap = levels[judged]!.holePixels.length <= mostJudgedPixels
  const plans = tried.slice(0, isCheap ? tried.length : 1).map(({ start, depthPx }) => ({
    start,
    top: Math.min(coarsest, Math.max(judged, levelWhere(depthPx))),
  }))
  const total = plans.reduce((sum, { top }) => sum + top - judged + 1, judged + 1)
  let done = 0
  onLevel(done, total)

  const rounds: Rounds = { random: createRandom(seedOfFirstFills), throwIfCancelled }
  const results: { readonly field: Field; readonly cost: number }[] = []
  for (const { start, top } of plans) {
    throwIfCancelled()
    let field = fieldFromCopies(levels[top]!, start(levels[top]!, rounds.random), rounds.random)
    for (let l = top; l >= judged; l--) {
      if (l < top) field = descend(levels[l + 1]!, field, levels[l]!, rounds)
      const look = l === top ? everywhere(levels[l]!) : nearby
      settle(levels[l]!, field, rounds, { most: mostRounds(l, coarsest, isThin), look })
      onLevel(++done, total)
    }
    const cost = plans.length > 1 ? costOfCopies(levels[judged]!, field, rounds) : 0
    results.push({ field, cost })
  }
  results.sort((a, b) => a.cost - b.cost)
  const fills = results.filter(({ cost }) => cost <= equallyGood * results[0]!.cost).map(({ field }) => field)
  return { image, hole, levels, isThin, fills, judged, done }
}

/**
 * The last two steps. What was prepared can be finished again, with another seed.
 *
 * @throws what `throwIfCancelled` throws
 */
export function finish(prepared: Prepared, seed: number, run: CompletionRun): Image {
  return borrow(() => {
    const { image, levels, isThin, fills, judged } = prepared
    const { onLevel, throwIfCancelled } = run
    let { done } = prepared
    const total = done + judged + 1
    if (done === 0) onLevel(0, total)
    const full = levels[0]
    if (full !== undefined) {
      // 4. One of the best goes on down to full size.
      const rounds: Rounds = { random: createRandom(seed), throwIfCancelled }
      let field = copyField(fills[seed % fills.length]!)
      restore(levels[judged]!, field)
      for (let l = judged - 1; l >= 0; l--) {
        field = descend(levels[l + 1]!, field, levels[l]!, rounds)
        const most = mostRounds(l, levels.length - 1, isThin)
        settle(levels[l]!, field, rounds, l > 0 ? { most, look: nearby } : { most: 1, look: closeBy })
        onLevel(++done, total)
      }

      // 5. Copied rather than averaged, it stays sharp; then the seams are blended away.
      sharpen(full, field, rounds, closeBy)
      const copiedFrom = chooseCopies(full, field)
      throwIfCancelled()
      applyCopies(image.data, full.holePixels, copiedFrom)
      blendCopies(image, { hole: prepared.hole, holePixels: full.holePixels, copiedFrom })
    }
    onLevel(total, total)
    return { ...image, data: new Uint8Array(image.data) }
  })
}

/** How many rounds of searching and voting a level gets, unless nothing changes any more before. */
function mostRounds(level: number, coarsest: number, isThin: boolean): number {
  return isThin ? 4 : Math.round(4 + (8 * level) / (coarsest || 1))
}
