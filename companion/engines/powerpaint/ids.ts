import {
  firstTaskId,
  type TaskWord,
  taskWords,
  tokensPerTaskWord,
} from '../../../models/powerpaint/task-words.ts'
import { type Tokenizer, wordCount } from '../../diffusion/tokenizer.ts'
import type { Prompt } from './prompts.ts'

/** The ten ids of each task word. */
export type TaskIds = Readonly<Record<TaskWord, readonly number[]>>

/** Those of the authors' own weights. */
export const publishedTaskIds: TaskIds = taskIdsBy((word, index) => {
  return firstTaskId + taskWords.indexOf(word) * tokensPerTaskWord + index
})

/** @param idOf The id of one of the ten tokens of a word. */
export function taskIdsBy(idOf: (word: TaskWord, index: number) => number): TaskIds {
  const idsOf = (word: TaskWord) => Array.from({ length: tokensPerTaskWord }, (_, index) => idOf(word, index))
  return { P_ctxt: idsOf('P_ctxt'), P_shape: idsOf('P_shape'), P_obj: idsOf('P_obj') }
}

/**
 * A prompt as PowerPaint's tokenizer gives it: 77 ids, task words as ten each, wherever they stand. Where a prompt is too
 * long, the end of the person's own words is left out, never a task word: cut in its middle it stops the original, and
 * without it the model does not know what to do.
 */
export function idsOfPrompt(
  { before, own, after }: Prompt,
  tokenizer: Tokenizer,
  taskIds: TaskIds,
): readonly number[] {
  const unitsOf = (text: string) => unitsIn(text, tokenizer, taskIds)
  const whole = unitsOf(before + own + after)
  if (countOf(whole) <= wordCount) return tokenizer.frame(whole.flat())
  const [first, last] = [unitsOf(before), unitsOf(after)]
  const room = wordCount - countOf(first) - countOf(last)
  return tokenizer.frame([...first, ...beginningOf(unitsOf(own), room), ...last].flat())
}

/** Ids that are cut off together or not at all: one of a word, ten of a task word. */
type Unit = readonly number[]

function unitsIn(text: string, tokenizer: Tokenizer, taskIds: TaskIds): readonly Unit[] {
  return text
    .split(anyTaskWord)
    .flatMap((part) => (isTaskWord(part) ? [taskIds[part]] : tokenizer.idsOf(part).map((id) => [id])))
}

/** A group, so that `split` keeps what it splits by. */
const anyTaskWord = new RegExp(`(${taskWords.join('|')})`)

function isTaskWord(text: string): text is TaskWord {
  return taskWords.some((word) => word === text)
}

function countOf(units: readonly Unit[]): number {
  return units.reduce((sum, { length }) => sum + length, 0)
}

function beginningOf(units: readonly Unit[], room: number): readonly Unit[] {
  let count = 0
  const tooMuch = units.findIndex(({ length }) => {
    count += length
    return count > room
  })
  return tooMuch < 0 ? units : units.slice(0, tooMuch)
}
