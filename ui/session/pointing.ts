import { fillsInForce, isMarked } from '../derived.ts'
import { beginsAnew, type Pointed, type Prompt, promptAfter } from '../mask/pointing.ts'
import { decodeMask } from '../picture.ts'
import { layersToSee } from '../plan.ts'
import { randomId } from '../random.ts'
import { strings } from '../strings.ts'
import type { Picture, Pointing } from '../work.ts'
import { type Effects, noticeFrom } from './effects.ts'
import type { Filling } from './filling.ts'

/** How a click, a box or a scribble becomes a mark. */
export interface PointingSession {
  /**
   * Gives the companion the picture as it is seen, so that the first click does not wait for that, nor for what a model has to
   * learn about a picture.
   */
  prepare(): Promise<void>
  /** Looks for what is meant; what was looked for before is given up. */
  point(pointed: Pointed): Promise<void>
  /** Marks the next of what may be meant. */
  nextCandidate(): void
  cancel(): void
}

export function createPointing(effects: Effects, filling: Filling): PointingSession {
  const { dispatch } = effects
  let looking: AbortController | null = null
  let preparing: AbortController | null = null

  return { prepare, point, nextCandidate, cancel: () => looking?.abort() }

  async function prepare(): Promise<void> {
    const { work, link } = effects.state
    if (work.step !== 'paint' || link.state !== 'ready') return
    preparing?.abort()
    preparing = new AbortController()
    const { selectors } = link.ready
    const isLearnt = selectors.some(({ ready, models }) => ready && models.length > 0)
    const prepared = isLearnt
      ? learn(work.picture, preparing.signal)
      : withPresentImage(work.picture, async () => {})
    // Nobody waits for it: a click does without it, and says what is wrong.
    await prepared.catch(() => {})
  }

  /** A model learns what it needs to know of a picture whatever it is asked. */
  async function learn(picture: Picture, signal: AbortSignal): Promise<void> {
    const { widthPx, heightPx } = picture.source
    const middle = { x: widthPx >> 1, y: heightPx >> 1, include: true }
    await look(picture, { points: [middle], box: null }, signal)
  }

  async function point(pointed: Pointed): Promise<void> {
    const { work, link } = effects.state
    if (work.step !== 'paint' || link.state !== 'ready') return
    const { picture } = work
    const prompt = promptAfter(picture.pointing?.prompt ?? null, pointed)
    if (prompt === null) return
    const layerId = picture.source.layer.id
    const isBegun = beginsAnew(pointed, isMarked(picture))
    looking?.abort()
    const controller = new AbortController()
    looking = controller
    dispatch({ type: 'looking', layerId, isLooking: true })
    try {
      const candidates = await look(picture, prompt, controller.signal)
      if (candidates.length === 0) {
        dispatch({ type: 'noticed', notice: { tone: 'info', message: strings.pointing.nothingFound } })
        return
      }
      const pointing: Pointing = { prompt, candidates, chosen: 0 }
      dispatch({ type: 'found', layerId, pointing, change: pointed.change })
    } catch (error) {
      if (!controller.signal.aborted) dispatch({ type: 'noticed', notice: noticeFrom(error) })
      return
    } finally {
      if (looking === controller) dispatch({ type: 'looking', layerId, isLooking: false })
    }
    if (isBegun && removesAtOnce()) await filling.fill()
  }

  async function look(
    picture: Picture,
    { points, box }: Prompt,
    signal: AbortSignal,
  ): Promise<Pointing['candidates']> {
    const found = await withPresentImage(picture, (imageId) => {
      signal.throwIfAborted()
      const request = { id: randomId(), imageId, points, selector: 'auto', ...(box !== null && { box }) }
      return effects.companion.select(request, { signal, onProgress: () => {} })
    })
    const candidates = await Promise.all(
      found.map(async ({ rect, mask }) => ({ rect, image: await decodeMask(mask, rect) })),
    )
    signal.throwIfAborted()
    return candidates
  }

  /** The picture with all fills that are seen, so that nothing is found that is gone already. */
  function withPresentImage<T>(picture: Picture, use: (imageId: string) => Promise<T>): Promise<T> {
    const { source } = picture
    const { base, patches } = layersToSee(fillsInForce(picture))
    const take = { widthPx: source.widthPx, heightPx: source.heightPx, canvas: null }
    const ground = base ?? { hash: source.hash, png: source.bytes }
    return effects.sentImages.withImage(ground, patches, take, use)
  }

  function nextCandidate(): void {
    const { work } = effects.state
    if (work.step !== 'paint' || work.picture.pointing === null) return
    const { candidates, chosen } = work.picture.pointing
    dispatch({ type: 'candidate-chosen', index: (chosen + 1) % candidates.length })
  }

  function removesAtOnce(): boolean {
    const { settings, work } = effects.state
    return settings.removeAtOnce && work.step === 'paint' && work.picture.task === 'remove'
  }
}
