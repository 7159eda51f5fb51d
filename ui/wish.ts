import type { EngineInfo, Option, Options, OptionValue, Task } from '../companion/protocol.ts'
import type { Recipe } from '../plugin/messages.ts'

/** What the person asks for beside a mask: by words and by numbers. */
export interface Wish {
  /** 'auto' or an engine's id. */
  readonly engine: string
  readonly prompt: string
  readonly negativePrompt: string
  /** By the names of the engine's options; absent: as the engine does it by itself. */
  readonly options: Options
  /** How many pictures to choose from, 1 … 4, for each task. */
  readonly variations: Readonly<Record<Task, number>>
}

export const mostVariations = 4

export const noWish: Wish = {
  engine: 'auto',
  prompt: '',
  negativePrompt: '',
  options: {},
  variations: { remove: 1, fill: 1, shape: 1, expand: 1 },
}

/** Tasks that are asked for by words. */
export function isByWords(task: Task): boolean {
  return task === 'fill' || task === 'shape'
}

/** In the order in which they are offered. What follows a shape needs an engine that can. */
export function tasksOffered(engines: readonly EngineInfo[]): readonly Task[] {
  const hasShape = engines.some(({ tasks }) => tasks.includes('shape'))
  return hasShape ? ['remove', 'fill', 'shape', 'expand'] : ['remove', 'fill', 'expand']
}

/** Those that can do the task now. */
export function enginesFor(task: Task, engines: readonly EngineInfo[]): readonly EngineInfo[] {
  return engines.filter(({ tasks, ready }) => ready && tasks.includes(task))
}

/** The one that will do it: the one asked for, or the first that can; null: there is none. */
export function engineFor(task: Task, wish: Wish, engines: readonly EngineInfo[]): EngineInfo | null {
  const able = enginesFor(task, engines)
  return able.find(({ id }) => isByWords(task) && id === wish.engine) ?? able[0] ?? null
}

/** An engine's options, as they are laid out. */
export interface Controls {
  /** Beside the prompt: what kind of picture, or how good. */
  readonly preset: Option | null
  /** How closely a shape is followed. */
  readonly fitting: Option | null
  /** All others. */
  readonly further: readonly Option[]
}

export function controlsOf(task: Task, { options }: EngineInfo): Controls {
  const named = (name: string) => options.find((option) => option.name === name) ?? null
  const preset = named('preset') ?? named('quality')
  // How soft the edge is, the mask says.
  const aside = new Set(['preset', 'quality', 'fitting', 'featherPx'])
  return {
    preset,
    fitting: task === 'shape' ? named('fitting') : null,
    further: options.filter(({ name }) => !aside.has(name)),
  }
}

/** `undefined` leaves it to the engine. */
export function withOption({ options }: Wish, name: string, value: OptionValue | undefined): Options {
  const { [name]: _, ...others } = options
  return value === undefined ? others : { ...others, [name]: value }
}

/** What a recipe keeps of a wish. What the engine does not describe was asked of another one. */
export function wishedRecipe(
  task: Task,
  wish: Wish,
  engines: readonly EngineInfo[],
): Pick<Recipe, 'engine' | 'prompt' | 'negativePrompt' | 'options'> {
  const engine = engineFor(task, wish, engines)
  if (!isByWords(task) || engine === null) return { engine: 'auto', options: {} }
  const prompt = wish.prompt.trim()
  const negativePrompt = wish.negativePrompt.trim()
  const known = new Set(engine.options.map(({ name }) => name))
  const options = Object.entries(wish.options).filter(([name]) => known.has(name))
  return {
    engine: engine.id === wish.engine ? wish.engine : 'auto',
    prompt,
    ...(negativePrompt !== '' && { negativePrompt }),
    options: Object.fromEntries(options),
  }
}

/** The words and numbers that a fill was made from, to be changed. */
export function wishOf({ task, engine, prompt, negativePrompt, options }: Recipe, before: Wish): Wish {
  if (!isByWords(task)) return before
  return { ...before, engine, prompt: prompt ?? '', negativePrompt: negativePrompt ?? '', options }
}

/** Models were taught with English captions: other scripts they take for noise. */
export function isInOtherScript(prompt: string): boolean {
  return /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(prompt)
}
