import type { Task } from '../../companion/protocol.ts'
import type { LayerInfo, PendingJob, Recipe, Source } from '../../plugin/messages.ts'
import { isMarked, layerToFollow } from '../derived.ts'
import { addMark, emptyHistory, type History, historyFrom } from '../mask/history.ts'
import type { Mark } from '../mask/mark.ts'
import { type FillCache, maskMarkFrom, openPicture, showFills } from '../picture.ts'
import { SandboxFailure } from '../sandbox.ts'
import { strings } from '../strings.ts'
import { type Wish, wishOf } from '../wish.ts'
import type { Picture, ShownFill } from '../work.ts'
import { type Effects, noticeFrom } from './effects.ts'

/** How pictures come into the window, and stay what the document shows. */
export interface Opening {
  /** Shows what is selected, where that is something else. */
  followSelection(): Promise<void>
  /** Shows a layer with a mark on it; false: it cannot be opened, which the notice says. */
  openMarked(layer: LayerInfo, task: Task, mark: Mark): Promise<boolean>
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

  async function openMarked(layer: LayerInfo, task: Task, mark: Mark): Promise<boolean> {
    await open(layer, async () => {
      const picture = await loadPicture(layer)
      return { ...picture, task, history: historyFrom([mark]) }
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
    const { source, recipe, mask, replaces } = await sandbox.ask('editFill', { layerId })
    const { task, seed, margins } = recipe
    const load = async (): Promise<Picture> => {
      const picture = { ...(await pictureOf(source)), edits: replaces, task, seed }
      if (margins !== undefined) return { ...picture, margins }
      return { ...picture, history: historyFrom(await marksOfRecipe(recipe, mask)) }
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
      if (now.step === 'paint' && !isMarked(now.picture)) await open(layer, () => loadPicture(layer))
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

  async function pictureOfPending({ layer, recipe, mask }: PendingJob): Promise<Picture | null> {
    try {
      const picture = await loadPicture(layer)
      const { task, margins } = recipe
      if (margins !== undefined) return { ...picture, task, margins }
      const history: History = addMark(emptyHistory, await maskMarkFrom(mask))
      return { ...picture, task, history }
    } catch (error) {
      if (error instanceof SandboxFailure) return null
      throw error
    }
  }
}

/** What a fill was made from: its mask, and how soft its edge was asked to be. */
async function marksOfRecipe({ options }: Recipe, mask: Uint8Array): Promise<readonly Mark[]> {
  const { featherPx } = options
  const softened: readonly Mark[] = typeof featherPx === 'number' ? [{ kind: 'soften', featherPx }] : []
  return [await maskMarkFrom(mask), ...softened]
}
