import type { Task } from '../../companion/protocol.ts'
import type { EditableFill, LayerInfo, PendingJob, Source } from '../../plugin/messages.ts'
import { isDrawnOn, layerToFollow } from '../derived.ts'
import { addMark, emptyHistory, historyFrom } from '../mask/history.ts'
import type { Mark } from '../mask/mark.ts'
import { avoidMarkFrom, type FillCache, maskMarkFrom, openPicture, showFills } from '../picture.ts'
import { SandboxFailure } from '../sandbox.ts'
import { strings } from '../strings.ts'
import { type Wish, wishOf } from '../wish.ts'
import type { Picture, ShownFill } from '../work.ts'
import { type Effects, noticeFrom } from './effects.ts'

/** How pictures come into the window, and stay what the document shows. */
export interface Opening {
  /** Shows what is selected, where that is something else. */
  followSelection(): Promise<void>
  /** Shows a layer with marks on it; false: it cannot be opened, which the notice says. */
  openMarked(layer: LayerInfo, task: Task, marks: readonly Mark[]): Promise<boolean>
  /** Reopens a fill with its picture and its mask. */
  edit(layerId: string): Promise<void>
  /** The document may have changed while the person was away from the window. */
  lookAgain(): Promise<void>
  /** The picture as the document has it now; null: it shows another one, which the person has to look at first. */
  lookBeforeFill(picture: Picture): Promise<Picture | null>
  /** Null: the layer is gone; the job's result is offered all the same. */
  pictureOfPending(job: PendingJob): Promise<Picture | null>
}

export function createOpening(effects: Effects, fillCache: FillCache): Opening {
  const { sandbox, dispatch } = effects

  return { followSelection, openMarked, edit, lookAgain, lookBeforeFill, pictureOfPending }

  async function followSelection(): Promise<void> {
    const layer = layerToFollow(effects.state)
    if (layer !== null) await open(layer, () => loadPicture(layer))
  }

  async function open(layer: LayerInfo, load: () => Promise<Picture>, wish?: Wish): Promise<void> {
    dispatch({ type: 'opening', layer })
    try {
      dispatch({ type: 'opened', picture: await load(), ...(wish !== undefined && { wish }) })
    } catch (error) {
      dispatch({ type: 'not-opened', layer, notice: noticeFrom(error) })
    }
  }

  async function openMarked(layer: LayerInfo, task: Task, marks: readonly Mark[]): Promise<boolean> {
    await open(layer, async () => {
      const picture = await loadPicture(layer)
      return { ...picture, task, history: historyFrom(marks) }
    })
    return effects.state.work.step === 'paint'
  }

  async function loadPicture({ id }: LayerInfo): Promise<Picture> {
    return pictureOf(await sandbox.ask('openSource', { layerId: id }))
  }

  async function pictureOf(source: Source): Promise<Picture> {
    return openPicture(source, await shownFills(source.fills))
  }

  function shownFills(fills: Source['fills']): Promise<readonly ShownFill[]> {
    return showFills(fills, fillCache, async (layerId) => (await sandbox.ask('openFill', { layerId })).png)
  }

  async function edit(layerId: string): Promise<void> {
    if (!['choose', 'open', 'paint'].includes(effects.state.work.step)) {
      dispatch({ type: 'noticed', notice: { tone: 'info', message: strings.finishFirst } })
      return
    }
    const fill = await sandbox.ask('editFill', { layerId })
    const { source, recipe, replaces } = fill
    const { task, seed, margins } = recipe
    const load = async (): Promise<Picture> => {
      const history = historyFrom(await marksOfFill(fill))
      const picture = { ...(await pictureOf(source)), edits: replaces, task, seed, history }
      return margins === undefined ? picture : { ...picture, margins }
    }
    await open(source.layer, load, wishOf(recipe, effects.state.wish))
  }

  async function lookAgain(): Promise<void> {
    const { work } = effects.state
    if (work.step !== 'paint') return
    const { layer, hash } = work.picture.source
    const seen = await sandbox.ask('lookAtSource', { layerId: layer.id })
    if (seen.hash !== hash) {
      const { work: now } = effects.state
      // Where something is marked, the next fill says it and keeps the marks.
      if (now.step === 'paint' && !isDrawnOn(now.picture)) await open(layer, () => loadPicture(layer))
      return
    }
    const fills = await shownFills(seen.fills)
    const { work: now } = effects.state
    if (now.step === 'paint' && now.picture.source.layer.id === layer.id) {
      const { placement, expansion } = seen
      dispatch({ type: 'looked', fills, placement, expansion })
    }
  }

  async function lookBeforeFill(picture: Picture): Promise<Picture | null> {
    const layerId = picture.source.layer.id
    const { hash, fills, placement, expansion } = await sandbox.ask('lookAtSource', { layerId })
    if (hash !== picture.source.hash) {
      await showChanged(picture)
      return null
    }
    const shown = await shownFills(fills)
    dispatch({ type: 'looked', fills: shown, placement, expansion })
    return { ...picture, source: { ...picture.source, placement, expansion }, fills: shown }
  }

  async function showChanged({ source, history, task, margins }: Picture): Promise<void> {
    const { layer, widthPx, heightPx } = source
    const picture = await loadPicture(layer)
    const isSameSize = picture.source.widthPx === widthPx && picture.source.heightPx === heightPx
    dispatch({ type: 'not-filled', notice: null })
    dispatch({ type: 'opening', layer })
    const marks = isSameSize ? history : emptyHistory
    dispatch({ type: 'opened', picture: { ...picture, task, margins, history: marks } })
    dispatch({ type: 'noticed', notice: { tone: 'info', message: strings.sourceChanged[task] } })
  }

  async function pictureOfPending(job: PendingJob): Promise<Picture | null> {
    const { task, margins } = job.recipe
    try {
      const history = (await marksOfFill(job)).reduce(addMark, emptyHistory)
      const picture = { ...(await loadPicture(job.layer)), task, history }
      return margins === undefined ? picture : { ...picture, margins }
    } catch (error) {
      if (error instanceof SandboxFailure) return null
      throw error
    }
  }
}

/** What a fill was made from: where nothing was copied from, its mask, and how soft its edge was asked to be. */
async function marksOfFill({ recipe, mask, avoid }: MadeFill): Promise<readonly Mark[]> {
  const { margins, options } = recipe
  const avoided = avoid === null ? [] : [await avoidMarkFrom(avoid)]
  // With margins, what they leave open is filled, and nothing is marked.
  if (margins !== undefined) return avoided
  const { featherPx } = options
  const softened: readonly Mark[] = typeof featherPx === 'number' ? [{ kind: 'soften', featherPx }] : []
  return [...avoided, await maskMarkFrom(mask), ...softened]
}

type MadeFill = Pick<EditableFill, 'recipe' | 'mask' | 'avoid'>
