import { CompanionError } from '../errors.ts'
import type { Task } from '../protocol.ts'
import type { Engine } from './engine.ts'

/**
 * The engine that fills: the one asked for by id, or for 'auto' the first of the task that is ready.
 * Where none is ready the first is taken, so that options and prompt are judged before its missing models are.
 *
 * @throws CompanionError 'engine-unknown', 'task-unsupported'
 */
export function chooseEngine(engines: readonly Engine[], id: string, task: Task): Engine {
  const candidates = candidateEngines(engines, id, task)
  return candidates.find(isReady) ?? candidates[0]!
}

/**
 * Never empty: the one asked for by id, or for 'auto' all that do the task. An option is valid if one of these takes it.
 *
 * @throws CompanionError 'engine-unknown', 'task-unsupported'
 */
export function candidateEngines(engines: readonly Engine[], id: string, task: Task): readonly Engine[] {
  const named = id === 'auto' ? engines : engines.filter((engine) => engine.id === id)
  if (named.length === 0 && id !== 'auto') {
    throw new CompanionError(
      'engine-unknown',
      `There is no engine "${id}". Choose auto, ${listOf(engines.map((engine) => engine.id))}.`,
    )
  }
  const candidates = named.filter((engine) => engine.tasks.includes(task))
  if (candidates.length === 0) {
    const who = id === 'auto' ? 'No engine here' : `The engine "${id}"`
    const possible = [...new Set(named.flatMap((engine) => engine.tasks))]
    throw new CompanionError(
      'task-unsupported',
      `${who} does the task "${task}". Possible: ${listOf(possible)}.`,
    )
  }
  return candidates
}

/** Whether it can fill at once. Models cannot be installed yet, so: whether it needs none. */
export function isReady(engine: Engine): boolean {
  return engine.models.length === 0
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}
