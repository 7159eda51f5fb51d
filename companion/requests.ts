import * as v from 'valibot'
import { CompanionError } from './errors.ts'
import { type Frame, idPattern, limits, locales, type Rect } from './protocol.ts'
import { words } from './words.ts'

/** What one field of a request may be: how it is checked, and how that is said. */
export interface Field<T> {
  readonly schema: v.GenericSchema<unknown, T>
  /** Completes the sentence "Expected … to be …". */
  readonly allowed: string
}

/**
 * One field of a header. Fields are read one by one, in the order in which the protocol has them checked.
 *
 * @throws CompanionError 'option-invalid', naming the field, its value and what is allowed
 */
export function read<T>(header: Frame['header'], name: string, { schema, allowed }: Field<T>): T {
  const value = header[name]
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  throw new CompanionError('option-invalid', words.invalidField(name, allowed, value))
}

/** @param absent What an absent field means. */
export function optional<T, const A>({ schema, allowed }: Field<T>, absent: A): Field<T | A> {
  return {
    schema: v.union([
      v.pipe(
        v.undefined(),
        v.transform(() => absent),
      ),
      schema,
    ]),
    allowed,
  }
}

export function oneOf<const T extends string>(choices: readonly T[]): Field<T> {
  return { schema: v.picklist(choices), allowed: `one of ${choices.join(', ')}` }
}

export function wholeNumber(least: number, most: number): Field<number> {
  return {
    schema: v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)),
    allowed: `a whole number from ${least} to ${most}`,
  }
}

const position = wholeNumber(0, limits.imagePixels).schema
const side = wholeNumber(1, limits.imagePixels).schema
const anywhere = wholeNumber(-limits.imagePixels, limits.imagePixels).schema
const canvas: v.GenericSchema<unknown, Rect> = v.object({
  x: anywhere,
  y: anywhere,
  width: side,
  height: side,
})
const rect: v.GenericSchema<unknown, Rect> = v.object({ x: position, y: position, width: side, height: side })

export const field = {
  /** Ids of jobs and images are chosen by the client. */
  id: {
    schema: v.pipe(v.string(), v.regex(idPattern)),
    allowed: '1 to 64 of A-Z a-z 0-9 _ -',
  },
  text: { schema: v.string(), allowed: 'a text' },
  flag: { schema: v.boolean(), allowed: 'true or false' },
  locale: oneOf(locales),
  client: {
    schema: v.object({ name: v.string(), version: v.string() }),
    allowed: 'an object with name and version, both texts',
  },
  options: {
    schema: v.custom<Readonly<Record<string, unknown>>>(isObject),
    allowed: 'an object of options by their names',
  },
  rect: { schema: rect, allowed: 'a rectangle in whole pixels' },
  points: {
    schema: v.array(v.object({ x: position, y: position, include: v.boolean() })),
    allowed: 'a list of points, each with x and y in whole pixels and include',
  },
  canvas: { schema: canvas, allowed: 'a rectangle in whole pixels, which may begin before the picture' },
  rects: {
    schema: v.pipe(v.array(rect), v.maxLength(limits.blobs)),
    allowed: `a list of at most ${limits.blobs} rectangles in whole pixels`,
  },
} as const

/** Not `v.record`, which takes lists, and leaves out names such as `__proto__` instead of refusing them. */
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
