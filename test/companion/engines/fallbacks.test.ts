import { describe, expect, test } from 'vitest'
import { type Failure, type Fallback, withFallbacks } from '../../../companion/engines/fallbacks.ts'
import { NonsenseError } from '../../../companion/engines/nonsense.ts'
import { CompanionError } from '../../../companion/errors.ts'
import { OnnxError } from '../../../companion/runtime/failures.ts'

const tooLarge = new CompanionError('out-of-memory', 'There was too little memory.')
const nonsense = new NonsenseError('LaMa', 'a single colour')
const broken = new OnnxError('no kernel')

function fallback(
  what: string,
  against: Failure[],
  outcome: Error | null,
  tried: string[],
): Fallback<string> {
  return {
    ...{ against, what },
    async attempt() {
      tried.push(what)
      if (outcome !== null) throw outcome
      return what
    },
  }
}

const failing = (error: unknown) => () => Promise.reject(error)

describe('withFallbacks', () => {
  test('tries nothing else where the first way works', async () => {
    const tried: string[] = []
    const other = fallback('other', ['out-of-memory'], null, tried)
    expect(await withFallbacks(async () => 'first', [other])).toEqual({ result: 'first', note: null })
    expect(tried).toEqual([])
  })

  test.each([
    [tooLarge, 'smaller', 'Memory was short, so smaller.'],
    [nonsense, 'the CPU', 'The first result was no picture, so the CPU.'],
    [broken, 'the CPU', 'The graphics card failed, so the CPU.'],
  ])('takes what helps against %s', async (error, result, note) => {
    const tried: string[] = []
    const ways = [
      fallback('smaller', ['out-of-memory'], null, tried),
      fallback('the CPU', ['nonsense', 'device'], null, tried),
    ]
    expect(await withFallbacks(failing(error), ways)).toEqual({ result, note })
    expect(tried).toEqual([result])
  })

  test('goes by what failed last', async () => {
    const tried: string[] = []
    const ways = [
      fallback('smaller', ['out-of-memory'], nonsense, tried),
      fallback('smallest', ['out-of-memory'], null, tried),
      fallback('the CPU', ['nonsense'], null, tried),
    ]
    expect(await withFallbacks(failing(tooLarge), ways)).toMatchObject({ result: 'the CPU' })
    expect(tried).toEqual(['smaller', 'the CPU'])
  })

  test('says what was tried where memory never was enough', async () => {
    const ways = [
      fallback('all else was unloaded', ['out-of-memory'], tooLarge, []),
      fallback('it was half as large', ['out-of-memory'], tooLarge, []),
    ]
    await expect(withFallbacks(failing(tooLarge), ways)).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringContaining('even when all else was unloaded, then it was half as large.'),
    })
  })

  test.each([
    ['a bug', new TypeError('undefined is not a function')],
    ['a cancel', 'the reason'],
    ['a stopped process', new CompanionError('engine-stopped', 'It stopped.')],
  ])('lets %s pass at once', async (_, error) => {
    const tried: string[] = []
    const other = fallback('other', ['out-of-memory', 'nonsense', 'device'], null, tried)
    await expect(withFallbacks(failing(error), [other])).rejects.toBe(error)
    expect(tried).toEqual([])
  })
})
