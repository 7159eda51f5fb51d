import type { Image, Mask } from '../../image/image.ts'
import { resizeImage } from '../../image/resize.ts'
import type { CompletionRun } from './complete.ts'
import { chooseCopies } from './copy.ts'
import { createField, type Field } from './field.ts'
import { flagsOf } from './flags.ts'
import { borrow, bytes, copyOf } from './kernels.ts'
import { fittingPatchRadius, type Level } from './level.ts'
import { buildPyramid } from './pyramid.ts'
import { createRandom } from './random.ts'
import { closeBy, descend, everywhere, nearby, type Rounds, search, settle } from './refine.ts'
import { describeScene } from './scene.ts'
import { refreshCosts, searchPass } from './search.ts'

/** What is to be found again in a picture. */
export interface FollowTask {
  readonly image: Image
  /** Same size. 255 = to be filled. */
  readonly mask: Mask
  /** Same size. 255 = do not copy from here. */
  readonly avoid: Mask | null
  /** The picture with its hole filled, smaller. */
  readonly guide: Image
}

const patchRadius = 3
const seed = 1
/** Passes of the first search. What the guide shows stays, so each only gets nearer. */
const guidedPasses = 6
/** Half the sides of the boxes in which texture is measured: at full size, and at the guide's. */
const textureRadiusPx = { full: 4, guide: 2 }

/**
 * Where in the picture each masked pixel could come from, so that the whole looks like the guide: the search of `complete`
 * begun with the guide in the hole, at the level of about the guide's size.
 *
 * @returns [height, width]: the place of a known pixel; −1 where the mask is not
 * @throws what `throwIfCancelled` throws
 */
export function follow({ image, mask, avoid, guide }: FollowTask, run: CompletionRun): Int32Array {
  const { onLevel, throwIfCancelled } = run
  return borrow(() => {
    const hole = flagsOf(mask)
    const avoided = avoid === null ? bytes(hole.length) : flagsOf(avoid)
    const scene = describeScene({ ...image, data: copyOf(image.data) }, hole, avoided, textureRadiusPx.full)
    const halvings = Math.max(1, Math.round(Math.log2(image.width / guide.width)))
    const levels = buildPyramid(scene, fittingPatchRadius(scene, patchRadius), halvings + 1)
    const coarsest = levels.length - 1
    const rounds: Rounds = { random: createRandom(seed), throwIfCancelled }
    onLevel(0, levels.length)

    // 1. What looks like the guide is found by the guide alone.
    let field = searchFor(guide, levels[coarsest]!, rounds)
    onLevel(1, levels.length)

    // 2. From level to level it becomes what fits together as well, and stays what the guide shows.
    for (let l = coarsest - 1; l >= 0; l--) {
      const level = levels[l]!
      field = descend(levels[l + 1]!, field, level, rounds)
      holdTo(guide, level)
      settle(level, field, rounds, { most: 1, look: l === 0 ? closeBy : nearby })
      holdTo(guide, level)
      search(level, field, rounds, l === 0 ? closeBy : nearby)
      onLevel(levels.length - l, levels.length)
    }
    return placesOfCopies(levels[0]!, field)
  })
}

/** The field of a level whose hole shows the guide. */
function searchFor(guide: Image, level: Level, { random, throwIfCancelled }: Rounds): Field {
  showAll(guide, level)
  const field = createField(level)
  for (const target of level.targets) field.match[target] = level.sources[random(level.sources.length)]!
  refreshCosts(level, field)
  for (let pass = 0; pass < guidedPasses; pass++) {
    throwIfCancelled()
    const reach = { ...everywhere(level), backwards: pass % 2 === 1 }
    searchPass(level, field, reach, random(2 ** 32))
  }
  return field
}

/** Known pixels and hole as the guide shows them, so that both are measured alike. */
function showAll(guide: Image, { width, height, pixels }: Level): void {
  borrow(() => {
    const shown = resizeImage(guide, { width, height })
    const nowhere = bytes(width * height)
    const { pixels: described } = describeScene(
      { ...shown, data: copyOf(shown.data) },
      nowhere,
      nowhere,
      textureRadiusPx.guide,
    )
    pixels.set(described)
  })
}

/** Gives a level's hole the guide's colours and shapes, and leaves only what is finer as it is. */
function holdTo(guide: Image, { width, height, pixels, holePixels }: Level): void {
  const opaque = pixels.map((value, i) => (i % 4 === 3 ? 255 : value))
  const smooth = resizeImage(resizeImage({ width, height, data: opaque }, guide), { width, height })
  const shown = resizeImage(guide, { width, height })
  for (const place of holePixels) {
    for (let at = 4 * place; at < 4 * place + 3; at++) {
      pixels[at] = Math.min(255, Math.max(0, shown.data[at]! + pixels[at]! - smooth.data[at]!))
    }
  }
}

function placesOfCopies(level: Level, field: Field): Int32Array {
  const places = new Int32Array(level.width * level.height).fill(-1)
  const copiedFrom = chooseCopies(level, field)
  for (const [k, place] of level.holePixels.entries()) places[place] = copiedFrom[k]!
  return places
}
