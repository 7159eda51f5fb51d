import { CompanionError } from '../errors.ts'
import type { Options, Task } from '../protocol.ts'
import { hasOnnxRuntime } from '../runtime/device.ts'
import type { Engine } from './engine.ts'

/** Ids of the models whose files are all there. */
export type Installed = ReadonlySet<string>

/**
 * The engine that fills: the one asked for by id, or for 'auto' the first of the task that is ready.
 * Where none is ready the first is taken, so that options and prompt are judged before its missing models are.
 *
 * @throws CompanionError 'engine-unknown', 'task-unsupported'
 */
export function chooseEngine(
  engines: readonly Engine[],
  installed: Installed,
  id: string,
  task: Task,
): Engine {
  const candidates = candidateEngines(engines, id, task)
  return candidates.find((engine) => isReady(engine, installed)) ?? candidates[0]!
}

/** Whom 'auto' asks before the chosen engine, whether it can fill without guessing; null: nobody. */
export function chooseExactEngine(
  engines: readonly Engine[],
  id: string,
  task: Task,
  chosen: Engine,
): Engine | null {
  if (id !== 'auto') return null
  const others = candidateEngines(engines, id, task).filter((engine) => engine !== chosen)
  return others.find((engine) => engine.fillExactly !== undefined) ?? null
}

/** Who removes for 'auto' instead of the chosen engine, should the hole turn out to be large; null: nobody. */
export function chooseLargeHoleEngine(
  engines: readonly Engine[],
  installed: Installed,
  id: string,
  task: Task,
  { quality }: Options,
): Engine | null {
  if (id !== 'auto' || task !== 'remove' || quality !== 'best') return null
  return engines.find((engine) => engine.removesLarge === true && isReady(engine, installed)) ?? null
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
  const does = ({ tasks, tasksByName = [] }: Engine) =>
    tasks.includes(task) && !(id === 'auto' && tasksByName.includes(task))
  const candidates = named.filter(does)
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

/** Whether it can fill at once. */
export function isReady(engine: Engine, installed: Installed): boolean {
  return hasModel(engine, installed) && (engine.lane === 'embedded' || hasOnnxRuntime())
}

/** Whether one of its models is installed, or it needs none. */
export function hasModel({ models }: Pick<Engine, 'models'>, installed: Installed): boolean {
  return models.length === 0 || models.some((id) => installed.has(id))
}

/** @throws CompanionError 'model-missing', or 'engine-stopped' where models cannot run at all */
export function checkReady(engine: Engine, installed: Installed): void {
  if (isReady(engine, installed)) return
  checkInstalled(engine, installed)
  throw new CompanionError(
    'engine-stopped',
    `${engine.title} cannot run here: ONNX Runtime has no build for this system.`,
    {
      hint: 'Choose Quick fill, which needs no model.',
    },
  )
}

/** @throws CompanionError 'model-missing' */
export function checkInstalled(user: Pick<Engine, 'title' | 'models'>, installed: Installed): void {
  if (hasModel(user, installed)) return
  throw new CompanionError('model-missing', `${user.title} needs a model that is not installed.`, {
    hint: `Install it in the window, or with \`infill models install ${user.models[0]}\`.`,
  })
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}
