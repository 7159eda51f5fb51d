import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createTokenizer } from '../../../companion/diffusion/tokenizer.ts'
import { CompanionError } from '../../../companion/errors.ts'
import { diffusionPath, goldenIds, readJson, tokenizerFiles } from '../../support/diffusion.ts'

const files = tokenizerFiles('<|endoftext|>')

test('the vocabulary these tests use is the published one, byte for byte', () => {
  const tokens = Object.entries(files.vocabulary as Record<string, number>)
  const sorted = tokens.sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = sorted.map(([token, id]) => `  ${JSON.stringify(token)}: ${id}`)
  const json = `{\n${lines.join(',\n')}\n}\n`
  expect(createHash('sha256').update(json).digest('hex')).toBe(
    'e089ad92ba36837a0d31433e555c8f45fe601ab5c221d4f607ded32d9f7a4349',
  )
})

describe.each([
  { kind: 'sd15', padding: '<|endoftext|>' },
  { kind: 'sd2', padding: '!' },
] as const)('the tokenizer of $kind', ({ kind, padding }) => {
  const tokenizer = createTokenizer(tokenizerFiles(padding))
  test.each(goldenPrompts(kind))('gives the ids of transformers for %j', ({ prompt, ids }) => {
    expect(tokenizer.frame(tokenizer.idsOf(prompt))).toEqual(ids)
  })
})

describe('createTokenizer', () => {
  test('gives all ids of a long prompt, and frames the first 75', () => {
    const tokenizer = createTokenizer(files)
    const ids = tokenizer.idsOf('cat '.repeat(80))
    expect(ids).toEqual(Array(80).fill(2368))
    expect(tokenizer.frame(ids)).toEqual([49406, ...Array(75).fill(2368), 49407])
  })

  test('takes padding that is described at length', () => {
    const specialTokens = { pad_token: { content: '!', lstrip: false } }
    expect(createTokenizer({ ...files, specialTokens }).frame([])[5]).toBe(0)
  })

  test.each([
    { what: 'no vocabulary', broken: { vocabulary: { cat: 'x' } }, file: 'vocab.json' },
    { what: 'no end in it', broken: { vocabulary: { cat: 1 } }, file: 'vocab.json' },
    { what: 'no merges', broken: { merges: '<html>' }, file: 'merges.txt' },
    { what: 'no padding', broken: { specialTokens: {} }, file: 'special_tokens_map.json' },
  ])('refuses a folder with $what', ({ broken, file }) => {
    const create = () => createTokenizer({ ...files, ...broken })
    expect(create).toThrow(CompanionError)
    expect(create).toThrow(`tokenizer/${file} is not of a Stable Diffusion 1.5 or 2 model: `)
  })
})

function goldenPrompts(kind: 'sd15' | 'sd2'): { prompt: string; ids: number[] }[] {
  const cases = readJson(diffusionPath('tokenizer', `prompts-${kind}.json`)) as {
    prompt: string
    ids: (number | string)[]
  }[]
  return cases.map(({ prompt, ids }) => ({ prompt, ids: goldenIds(ids) }))
}
