import type { Mark } from './mark.ts'

/** The marks on a picture, and those that undo took back. */
export interface History {
  /** What was there before the first stroke, and which undo leaves alone: the mask of a fill that is edited. */
  readonly start: readonly Mark[]
  readonly done: readonly Mark[]
  /** Newest last. */
  readonly undone: readonly Mark[]
}

export const emptyHistory: History = { start: [], done: [], undone: [] }

export function historyFrom(start: readonly Mark[]): History {
  return { start, done: [], undone: [] }
}

/** All marks in force, oldest first. */
export function marksOf({ start, done }: History): readonly Mark[] {
  return [...start, ...done]
}

export function addMark(history: History, mark: Mark): History {
  return { ...history, done: [...history.done, mark], undone: [] }
}

/** In the place of the last one, so that undo takes both back at once. */
export function changeLastMark(history: History, mark: Mark): History {
  return { ...history, done: [...history.done.slice(0, -1), mark] }
}

export function undoMark(history: History): History {
  const last = history.done.at(-1)
  if (last === undefined) return history
  return { ...history, done: history.done.slice(0, -1), undone: [...history.undone, last] }
}

export function redoMark(history: History): History {
  const next = history.undone.at(-1)
  if (next === undefined) return history
  return { ...history, done: [...history.done, next], undone: history.undone.slice(0, -1) }
}
