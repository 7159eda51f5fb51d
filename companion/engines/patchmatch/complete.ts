import { CompanionError } from '../../errors.ts'
import type { Image, Mask } from '../../image/image.ts'
import { findCalm } from './calm.ts'
import { continueLines } from './continue-lines.ts'
import { applyCopies, chooseCopies } from './copy.ts'
import { greatestDepth } from './distance.ts'
import { continueExactly } from './exact.ts'
import { copyField } from './field.ts'
import {
  type Beginning,
  type Course,
  chooseBeginnings,
  type FirstFill,
  type JudgedFill,
  levelFor,
  levelsOf,
  makeFills,
} from './first-fills.ts'
import { countFlags, eitherOf, flagsOf } from './flags.ts'
import { borrow, bytes, copyOf } from './kernels.ts'
import { fittingPatchRadius } from './level.ts'
import { avoidFarFromMargins } from './margins.ts'
import { blendCopies } from './poisson.ts'
import { buildPyramid } from './pyramid.ts'
import { createRandom } from './random.ts'
import { carryDown, closeBy, nearby, type Rounds, restore, settle, sharpen } from './refine.ts'
import { describeScene } from './scene.ts'
import { findUnwanted, withoutUnwanted } from './unwanted.ts'

/** What to complete, and how hard to try. */
export interface CompletionTask {
  readonly image: Image
  /** Same size. 255 = fill. */
  readonly mask: Mask
  /** Same size. 255 = do not copy from here. */
  readonly avoid: Mask | null
  /** 0 … 2^32 − 1. */
  readonly seed: number
  /** How many first fills are tried, at least 1; one of the best goes on. */
  readonly starts: number
  /** Full size, where it costs most, gets as many rounds as other levels, and they look as far. */
  readonly isThorough?: boolean
}

/** Who waits for it. */
export interface CompletionRun {
  /**
   * After each level worked on: one more each time, up to `total`. The first time with 0, unless another seed of the
   * same picture has already done part of it.
   */
  onLevel(done: number, total: number): void
  /** Called between rounds. */
  throwIfCancelled(): void
}

const patchRadius = 3
/** Variations share the first fills that it makes. */
const sharedSeed = 1
/** First fills are compared where the hole is this deep: late enough to show what becomes of them, early enough to be cheap. */
const judgedAtPx = 18
/** Lines that stop at a margin are continued where it is this deep: early enough to be cheap, late enough for wires to show. */
const linesAtPx = 64
/**
 * Where even the coarsest level has more, trying several would take too long: the first must do. Margins are large, and judged
 * later they take twice as long and come out no better.
 */
const mostJudgedPixels = { inside: 10_000, margins: 4000 }
/** A seed goes on with its own first fill while that costs at most so many times as much as the best shared one. */
const goodEnough = 1.15
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
  return borrow(() => finish(prepare(task, run), task, run))
}

/** All that does not depend on the seed. Lives in the kernels' memory. */
export interface Prepared {
  /** What can be copied exactly is filled. */
  readonly image: Image
  /** What is left, [height, width], 1 = hole. */
  readonly hole: Uint8Array
  readonly course: Course | null
  /** The level where lines are continued, finer than `judged`; null: the hole is no margin. */
  readonly linesAt: number | null
  /** The best first fill that is the same for every seed; null: nothing is left. */
  readonly shared: JudgedFill | null
  /** First fills that each seed makes for itself. */
  readonly own: readonly FirstFill[]
  /** Levels worked on for that. */
  readonly done: number
}

/**
 * The first three steps.
 *
 * @throws as `complete`
 */
export function prepare(task: Omit<CompletionTask, 'seed' | 'isThorough'>, run: CompletionRun): Prepared {
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

  // 1. What the picture's own lines or another part of it continue exactly is copied as it is.
  continueExactly(image, hole, avoid)
  if (!hole.includes(1)) return { image, hole, course: null, linesAt: null, shared: null, own: [], done: 0 }

  // 2. How deep the rest of the hole is sets how far the pyramid goes up.
  throwIfCancelled()
  const depthPx = greatestDepth(hole, image)
  const isThin = depthPx <= thinPx
  const beginnings = chooseBeginnings(isThin ? 1 : task.starts)
  const levelWhere = (px: number) => Math.max(0, Math.round(Math.log2(depthPx / px)))
  const all = [...beginnings.shared, ...beginnings.own]
  const highest = Math.max(...all.map((beginning) => levelWhere(beginning.depthPx)))
  const avoided = avoidFarFromMargins(hole, avoid, image, depthPx)
  const isMargin = avoided !== avoid
  const scene = describeScene(image, hole, avoided, Math.min(16, Math.max(2, 2 ** (highest - 1))))
  const levels = buildPyramid(scene, fittingPatchRadius(scene, patchRadius), highest + 1)
  const coarsest = levels.length - 1

  // 3. Several first fills are brought down to one level and compared there; a single one goes on to half size.
  const mostPixels = mostJudgedPixels[isMargin ? 'margins' : 'inside']
  const judged = isThin
    ? Math.min(1, coarsest)
    : levels.findIndex(
        ({ holePixels }, l) =>
          l === coarsest || (l >= levelWhere(judgedAtPx) && holePixels.length <= mostPixels),
      )
  const isCheap = !isThin && levels[judged]!.holePixels.length <= mostPixels
  const place = ({ depthPx, ...beginning }: Beginning): FirstFill => ({
    ...beginning,
    top: Math.min(coarsest, Math.max(judged, levelWhere(depthPx))),
  })
  const own = isCheap ? beginnings.own.map(place) : []
  const tried = (isCheap ? beginnings.shared : beginnings.shared.slice(0, 1)).map(place)
  const total = levelsOf([...tried, ...own], judged) + judged + 1
  let done = 0
  onLevel(done, total)

  const unwanted = isCheap ? findUnwanted(image, levels[judged]!, 2 ** judged) : null
  const course: Course = {
    ...{ levels, judged },
    waryLevels:
      unwanted === null ? levels : levels.map((level, l) => withoutUnwanted(level, 2 ** l, unwanted)),
    mostRounds: (level) => (isThin ? 4 : Math.round(4 + (8 * level) / (coarsest || 1))),
  }
  const [shared = null] = makeFills(course, tried, {
    rounds: { random: createRandom(sharedSeed), throwIfCancelled },
    isCompared: tried.length + own.length > 1,
    onLevel: () => onLevel(++done, total),
  })
  return {
    image,
    hole,
    course,
    linesAt: isMargin ? Math.min(Math.max(1, levelWhere(linesAtPx)), judged - 1) : null,
    shared,
    own,
    done,
  }
}

/**
 * The last two steps. What was prepared can be finished again, with another seed.
 *
 * @throws what `throwIfCancelled` throws
 */
export function finish(
  prepared: Prepared,
  { seed, isThorough = false }: Pick<CompletionTask, 'seed' | 'isThorough'>,
  run: CompletionRun,
): Image {
  return borrow(() => {
    const { image, hole, course, linesAt, shared, own } = prepared
    const { onLevel, throwIfCancelled } = run
    let { done } = prepared
    const judged = course?.judged ?? 0
    const total = done + levelsOf(own, judged) + judged + 1
    if (done === 0) onLevel(0, total)
    if (course !== null && shared !== null) {
      const { mostRounds } = course
      const rounds: Rounds = { random: createRandom(seed), throwIfCancelled }
      const onNext = () => onLevel(++done, total)

      // 4. One of the best goes on down to full size.
      const [best] = makeFills(course, own, { rounds, isCompared: true, onLevel: onNext })
      const isGood = best !== undefined && best.cost <= goodEnough * shared.cost
      const { isWary, ...chosen } = isGood ? best : shared
      let level = levelFor(course, judged, isWary)
      let field = isGood ? chosen.field : copyField(chosen.field)
      const last = isThorough ? { most: mostRounds(0), look: nearby } : { most: 0, look: closeBy }
      for (let l = judged - 1; l >= 0; l--) {
        const { most, look } = l > 0 ? { most: mostRounds(l), look: nearby } : last
        const finer = levelFor(course, l, isWary)
        field = carryDown(level, field, finer, rounds)
        level = finer
        if (most > 0) restore(level, field)
        if (l === linesAt) continueLines(level, field)
        settle(level, field, rounds, { most, look })
        onNext()
      }

      // 5. Copied rather than averaged, it stays sharp. Then the seams are blended away.
      sharpen(level, field, rounds, last.look)
      const copiedFrom = chooseCopies(level, field)
      throwIfCancelled()
      applyCopies(image.data, level.holePixels, copiedFrom)
      const calm = findCalm(image, level, field)
      blendCopies(image, { hole, holePixels: level.holePixels, copiedFrom }, calm)
    }
    onLevel(total, total)
    return { ...image, data: new Uint8Array(image.data) }
  })
}
