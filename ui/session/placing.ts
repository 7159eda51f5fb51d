import type { FailureCode, PlacedFill, Requests, Source } from '../../plugin/messages.ts'
import { canUndo, chosenOf, placeRequestOf, undoesMark } from '../derived.ts'
import { decodePicture, type FillCache } from '../picture.ts'
import { SandboxFailure } from '../sandbox.ts'
import type { FillRecord, Picture, ShownFill } from '../work.ts'
import { type Effects, noticeFrom } from './effects.ts'
import type { Opening } from './opening.ts'

/** How fills come into the document, and are taken back. */
export interface Placing {
  /** Places the result that waits; false: it still waits. */
  place(anyway: boolean): Promise<boolean>
  discard(): Promise<void>
  /** Takes a fill out of the document. */
  remove(layerId: string): Promise<void>
  /** The last thing that was done: a mark; where there is none, a fill that was placed or deleted. */
  undo(): void
  /** What it takes to place a fill of the picture once more; null: it does not lie there. */
  recordOf(picture: Picture, layerId: string | null): Promise<FillRecord | null>
  /** No later window has to look for the job. */
  forgetPendingJob(): Promise<void>
}

/** The layer is not what it was; the fill can be placed all the same. */
const sourceLost: ReadonlySet<string> = new Set<FailureCode>(['source-gone', 'source-changed'])

export function createPlacing(effects: Effects, opening: Opening, fillCache: FillCache): Placing {
  const { sandbox, dispatch } = effects
  /** Fills by their hash, placed by this window or read from the document: what it takes to place them again. */
  const records = new Map<string, FillRecord>()
  let isTakingBack = false

  return { place, discard, remove, undo, recordOf, forgetPendingJob }

  async function place(anyway: boolean): Promise<boolean> {
    const { work } = effects.state
    if (work.step !== 'review') return false
    const { result } = work
    const request = placeRequestOf(result)
    dispatch({ type: 'placing' })
    let placed: Requests['place']['gets']
    try {
      placed = await sandbox.ask('place', { ...request, anyway })
    } catch (error) {
      const isSourceLost = error instanceof SandboxFailure && sourceLost.has(error.code)
      dispatch({
        type: 'not-placed',
        problem: { message: noticeFrom(error).message, mayPlaceAnyway: isSourceLost },
      })
      return false
    }
    const { replaces: _, ...record } = request
    const fill = remember(placed.fill, record, chosenOf(result).bitmap)
    dispatch({ type: 'placed', fill, notes: placed.notes })
    await forgetPendingJob()
    await opening.followSelection()
    return true
  }

  async function discard(): Promise<void> {
    dispatch({ type: 'discarded' })
    await forgetPendingJob()
    await opening.followSelection()
  }

  function undo(): void {
    const { work } = effects.state
    if (work.step !== 'paint' || !canUndo(work)) return
    if (undoesMark(work.picture)) dispatch({ type: 'mark-undone' })
    else if (!isTakingBack) void effects.owned(takeBack(work.picture))
  }

  async function remove(layerId: string): Promise<void> {
    const { work } = effects.state
    if (work.step !== 'paint') return
    const before = await recordOf(work.picture, layerId)
    if (before === null) return
    await sandbox.ask('removeFill', { layerId })
    dispatch({ type: 'deleted', layerId, before })
  }

  /** Takes the last fill back that was placed or deleted; what was there before it is placed again. */
  async function takeBack({ placed, source }: Picture): Promise<void> {
    const last = placed.at(-1)
    if (last === undefined) return
    isTakingBack = true
    try {
      const { before, layerId } = last
      const restored = before === null ? null : await placeAgain(before, source, layerId)
      if (restored === null && layerId !== null) await sandbox.ask('removeFill', { layerId })
      dispatch({ type: 'unplaced', restored })
    } finally {
      isTakingBack = false
    }
  }

  async function placeAgain(
    record: FillRecord,
    { layer }: Source,
    replaces: string | null,
  ): Promise<ShownFill> {
    const { fill } = await sandbox.ask('place', { ...record, layerId: layer.id, replaces, anyway: false })
    return remember(fill, record, await decodePicture(record.png))
  }

  function remember(fill: PlacedFill, record: FillRecord, bitmap: ImageBitmap): ShownFill {
    records.set(fill.hash, record)
    fillCache.set(fill.hash, { png: record.png, bitmap })
    return { ...fill, png: record.png, bitmap }
  }

  async function recordOf({ fills }: Picture, layerId: string | null): Promise<FillRecord | null> {
    const fill = fills.find((each) => each.layerId === layerId)
    if (fill === undefined) return null
    const known = records.get(fill.hash)
    if (known !== undefined) return known
    const { source, recipe, mask, avoid } = await sandbox.ask('editFill', { layerId: fill.layerId })
    const { placement, png } = fill
    const record = {
      layerId: source.layer.id,
      sourceHash: recipe.sourceHash,
      placement,
      png,
      recipe,
      mask,
      avoid,
    }
    records.set(fill.hash, record)
    return record
  }

  async function forgetPendingJob(): Promise<void> {
    await effects.owned(sandbox.ask('savePendingJob', { job: null }))
  }
}
