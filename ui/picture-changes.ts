import { chosenOf, replacedByEdit } from './derived.ts'
import { addMark, changeLastMark, emptyHistory } from './mask/history.ts'
import type { Mark } from './mask/mark.ts'
import type { Change } from './mask/pointing.ts'
import type { FillRecord, Picture, Pointing, Result, ShownFill } from './work.ts'

/** The best guess becomes a mark. */
export function withFound(picture: Picture, pointing: Pointing, change: Change): Picture {
  const mark: Mark = {
    kind: 'found',
    ...pointing.candidates[pointing.chosen]!,
    insteadOf: replacedBy[change],
  }
  return { ...picture, pointing, history: addMark(picture.history, mark) }
}

const replacedBy = { new: 'all', add: 'none', take: 'last' } as const

/** Another guess, in the place of the one that is marked. */
export function withCandidate(picture: Picture, index: number): Picture {
  const { pointing, history } = picture
  const last = history.done.at(-1)
  if (pointing === null || last?.kind !== 'found') return picture
  return {
    ...picture,
    pointing: { ...pointing, chosen: index },
    history: changeLastMark(history, { ...last, ...pointing.candidates[index]! }),
  }
}

/** A result became a layer. */
export function withPlaced(picture: Picture, result: Result, fill: ShownFill): Picture {
  const { replaces } = result.request
  return {
    ...picture,
    fills: [...picture.fills.filter(({ layerId }) => layerId !== replaces), fill],
    // Expanding leaves the marks for the next thing to be removed.
    history: picture.task === 'expand' ? picture.history : emptyHistory,
    edits: null,
    keepsEdited: false,
    pointing: null,
    // The seed of an edited fill is that fill's.
    seed: picture.edits === null ? picture.seed : null,
    placed: [
      ...picture.placed,
      {
        layerId: fill.layerId,
        seed: chosenOf(result).seed,
        before: result.before,
        beforeId: replaces,
        wasEdit: replacedByEdit(picture) !== null,
        history: picture.history,
      },
    ],
  }
}

/** The marks come back with what the fill had replaced, which has a new layer now. */
export function withTakenBack(picture: Picture, restored: ShownFill | null): Picture {
  const last = picture.placed.at(-1)
  if (last === undefined) return picture
  const fills = picture.fills.filter(({ layerId }) => layerId !== last.layerId)
  const earlier = picture.placed.slice(0, -1)
  return {
    ...picture,
    fills: restored === null ? fills : [...fills, restored],
    history: last.history,
    edits: last.wasEdit && restored !== null ? restored.layerId : null,
    placed: earlier.map((step) =>
      restored !== null && step.layerId === last.beforeId ? { ...step, layerId: restored.layerId } : step,
    ),
  }
}

/** What was deleted is kept, to be placed again. */
export function withoutFill(picture: Picture, layerId: string, before: FillRecord): Picture {
  const { fills, edits, history, placed } = picture
  return {
    ...picture,
    fills: fills.filter((fill) => fill.layerId !== layerId),
    edits: edits === layerId ? null : edits,
    placed: [
      ...placed,
      { layerId: null, seed: null, before, beforeId: layerId, wasEdit: edits === layerId, history },
    ],
  }
}
