import type { Engine } from '../engines/engine.ts'
import { cropImage } from '../image/crop.ts'
import type { Image, Mask, Size } from '../image/image.ts'
import { areaOf, inflate, intersection, union } from '../image/rect.ts'
import { resizeImage } from '../image/resize.ts'
import { notes } from '../notes.ts'
import type { Rect, Task } from '../protocol.ts'
import type { Run } from '../run.ts'
import type { Context } from './contexts.ts'
import { addGrain, measureGrain } from './grain.ts'
import { cropMasks, hasSource, type Masks } from './masks.ts'
import type { Plan } from './plan.ts'
import { scaleOf } from './view.ts'

/** What is filled, and who finds detail for it. */
export interface DetailJob {
  readonly task: Task
  /** Finds in a picture what looks like a fill; null: nobody does. */
  readonly detailEngine: Engine | null
}

/** The engine that finds detail for the others. */
export function chooseDetailEngine(engines: readonly Engine[]): Engine | null {
  return engines.find(({ followGuide }) => followGuide !== undefined) ?? null
}

/**
 * Makes what was computed smaller than the picture is, and so came out smooth, as sharp as the picture. The detail is that
 * of places which look like the fill when they are as small; where nobody can find such places, it is grain.
 *
 * Only what is finer than the fill is copied, so colours and shapes stay the fill's.
 */
export class Detail {
  readonly #plan: Plan
  readonly #finder: Engine | null
  /** The contexts whose detail is looked for. */
  readonly #searched: ReadonlySet<Context>

  constructor({ task, detailEngine }: DetailJob, plan: Plan) {
    this.#plan = plan
    // What is asked for by a prompt, or lies beyond the picture, need not look like anything in it.
    const finder = task === 'remove' ? detailEngine : null
    this.#finder = finder
    this.#searched = new Set(
      plan.contexts.filter((context) => finder !== null && canBeSearched(context, plan, finder)),
    )
  }

  /** How often an engine runs for it. */
  get runs(): number {
    return this.#searched.size
  }

  /** What is done, in plain words. */
  get notes(): readonly string[] {
    if (this.runs === 0) return []
    return [notes.detailFrom(this.#finder!.title)]
  }

  /**
   * Changes `filled` where the context has its share.
   *
   * @param share 0..255; what is searched has 0 or 255 only.
   * @param nextRun What an engine is to run under.
   * @throws the signal's reason; CompanionError 'engine-stopped'
   */
  async restore(filled: Image, share: Mask, context: Context, nextRun: () => Run): Promise<void> {
    const scale = scaleOfContext(context)
    if (scale >= 1) return
    if (!this.#searched.has(context)) {
      addGrain(filled, share, context.hole, measureGrain(filled, share, seenIn(context)))
      return
    }
    const rect = searchedFor(context)
    const image = cropImage(filled, rect)
    const guide = resizeImage(image, scaledBy(scale, rect))
    const tile = { image, ...cropMasks({ mask: share, avoid: this.#plan.avoid }, rect) }
    const places = await this.#finder!.followGuide!(tile, guide, nextRun())
    addDifferences(filled, rect, places, { image, smooth: resizeImage(guide, rect) })
  }
}

/** Whether detail is missing, the engine takes so many pixels, and some of them are known. */
function canBeSearched(context: Context, masks: Masks, { limits }: Engine): boolean {
  const rect = searchedFor(context)
  return (
    scaleOfContext(context) <= leastReduction &&
    areaOf(rect) <= limits.contextPixels &&
    hasSource(cropMasks(masks, rect))
  )
}

/** What was scaled down by less lacks hardly any detail. */
const leastReduction = 0.85

/** Detail is looked for this far around a hole, in px of the picture. */
const searchedPx = 512

function searchedFor(context: Context): Rect {
  const seen = seenIn(context)
  const end = { width: seen.x + seen.width, height: seen.y + seen.height }
  return intersection(inflate(context.hole, searchedPx, end), seen)!
}

function seenIn({ slices }: Context): Rect {
  return slices.map(({ rect }) => rect).reduce(union)
}

function scaleOfContext({ slices }: Context): number {
  return Math.min(...slices.map(scaleOf))
}

function scaledBy(scale: number, { width, height }: Size): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/**
 * Adds to each pixel what another one differs by from its smooth surroundings: the less, the less these are like its own.
 *
 * @param places [rect.height, rect.width]: which one, also within `rect`; −1: none
 */
function addDifferences(filled: Image, rect: Rect, places: Int32Array, { image, smooth }: Views): void {
  for (const [place, from] of places.entries()) {
    if (from < 0) continue
    const x = rect.x + (place % rect.width)
    const y = rect.y + Math.floor(place / rect.width)
    const at = 4 * (y * filled.width + x)
    const share = 1 / (1 + (distanceOf(smooth, 4 * place, 4 * from) / unlikeLevels) ** 2)
    for (let channel = 0; channel < 3; channel += 1) {
      const difference = image.data[4 * from + channel]! - smooth.data[4 * from + channel]!
      const value = filled.data[at + channel]! + share * difference
      filled.data[at + channel] = Math.round(Math.min(255, Math.max(0, value)))
    }
  }
}

/** A part of the picture as it is, and without what is finer than the fill. */
interface Views {
  readonly image: Image
  readonly smooth: Image
}

/** Grey levels at which two colours count as half alike. With 12 real texture fades, without any gravel lies on boats. */
const unlikeLevels = 24

/** Mean difference of two pixels' colours. */
function distanceOf({ data }: Image, a: number, b: number): number {
  let sum = 0
  for (let channel = 0; channel < 3; channel += 1) sum += Math.abs(data[a + channel]! - data[b + channel]!)
  return sum / 3
}
