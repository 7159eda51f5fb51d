import { commonOptions, type Engine } from './engines/engine.ts'
import { CompanionError } from './errors.ts'
import { limits, type Option, type Options, type Task } from './protocol.ts'

/**
 * Options as a client sent them, checked against what the engines describe.
 *
 * @param engines One, or for 'auto' all that could be chosen: an option is valid if one of them takes it.
 * @throws CompanionError 'option-invalid', naming the option, its value and what is allowed
 */
export function checkOptions(
  engines: readonly Pick<Engine, 'options'>[],
  options: Readonly<Record<string, unknown>>,
): Options {
  const known = [...commonOptions, ...engines.flatMap((engine) => engine.options)]
  for (const [name, value] of Object.entries(options)) {
    const described = known.filter((option) => option.name === name)
    if (described.length === 0) {
      const names = [...new Set(known.map((option) => option.name))].join(', ')
      throw new CompanionError('option-invalid', `There is no option "${name}" here. Possible: ${names}.`)
    }
    if (!described.some((option) => isAllowed(option, value))) {
      const allowed = described.map(allowedValues).join(', or ')
      throw new CompanionError(
        'option-invalid',
        `Expected ${allowed} for ${name} but received ${JSON.stringify(value)}.`,
      )
    }
  }
  return options as Options
}

/** @throws CompanionError 'prompt-missing', 'option-invalid' */
export function checkPrompt(task: Task, prompt: string): void {
  if (prompt.length > limits.promptCharacters) {
    throw new CompanionError(
      'option-invalid',
      `Expected at most ${limits.promptCharacters} characters for prompt but received ${prompt.length}.`,
    )
  }
  if ((task === 'fill' || task === 'shape') && prompt.trim() === '') {
    throw new CompanionError('prompt-missing', 'Say in a few words what should be there.')
  }
}

/**
 * Every option that the engine describes, defaults filled in. What it does not describe is left out, and so is what
 * was not asked for where the default is chosen for each picture.
 */
export function withDefaults(engine: Pick<Engine, 'options'>, options: Options): Options {
  const described = [...commonOptions, ...engine.options]
  const complete = described.map(({ name, default: fallback }) => [name, options[name] ?? fallback] as const)
  return Object.fromEntries(complete.filter((entry): entry is [string, Options[string]] => entry[1] !== null))
}

function isAllowed({ kind, min = -Infinity, max = Infinity, choices = [] }: Option, value: unknown): boolean {
  switch (kind) {
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max
    case 'choice':
      return typeof value === 'string' && choices.includes(value)
    case 'boolean':
      return typeof value === 'boolean'
  }
}

function allowedValues({ kind, min, max, choices = [] }: Option): string {
  switch (kind) {
    case 'integer':
      return `a whole number${rangeOf(min, max)}`
    case 'number':
      return `a number${rangeOf(min, max)}`
    case 'choice':
      return `one of ${choices.join(', ')}`
    case 'boolean':
      return 'true or false'
  }
}

function rangeOf(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return ` of at least ${min}`
  return max === undefined ? '' : ` of at most ${max}`
}
