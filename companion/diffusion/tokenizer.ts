import { Tokenizer as BytePairTokenizer } from '@huggingface/tokenizers'
import * as v from 'valibot'
import { parseModelFile, unfitModelFile } from './model-file.ts'

/** CLIP's tokenizer, as transformers' `CLIPTokenizerFast`: text in, whole numbers out. */
export interface Tokenizer {
  /** The ids of a text alone, however many. */
  idsOf(text: string): number[]
  /** Between beginning and end, filled up to `tokenCount` with padding. Words that do not fit are cut off at the end. */
  frame(ids: readonly number[]): number[]
}

/** What a text encoder is given at once. */
export const tokenCount = 77

/** How many of them a prompt may use: one is the beginning, one the end. */
export const wordCount = tokenCount - 2

/** The content of the files in a model's tokenizer folder. */
export interface TokenizerFiles {
  /** vocab.json */
  readonly vocabulary: unknown
  /** merges.txt */
  readonly merges: string
  /** special_tokens_map.json, which says what padding is. Stable Diffusion 2 pads with "!". */
  readonly specialTokens: unknown
}

/** @throws CompanionError 'model-damaged' where they are not CLIP's. */
export function createTokenizer({ vocabulary, merges, specialTokens }: TokenizerFiles): Tokenizer {
  const ids = parseModelFile(Vocabulary, vocabulary, 'tokenizer/vocab.json')
  const { pad_token: pad } = parseModelFile(SpecialTokens, specialTokens, 'tokenizer/special_tokens_map.json')
  const padding = typeof pad === 'string' ? pad : pad.content
  const idOf = (token: string) => {
    const id = ids[token]
    if (id === undefined) throw unfitModelFile('tokenizer/vocab.json', `there is no ${token} in it`)
    return id
  }
  const special = [...new Set([beginning, end, padding])]
  const tokenizer = new BytePairTokenizer(
    {
      // A padding token is special wherever it stands: with Stable Diffusion 2 each "!" of a prompt is padding.
      added_tokens: special.map((content) => ({ ...addedToken, id: idOf(content), content })),
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'NFC' },
          { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
          { type: 'Lowercase' },
        ],
      },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: words }, behavior: 'Removed', invert: true },
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
        ],
      },
      post_processor: null,
      decoder: null,
      model: {
        type: 'BPE',
        unk_token: end,
        continuing_subword_prefix: '',
        end_of_word_suffix: '</w>',
        vocab: ids,
        merges: parseMerges(merges),
      },
    },
    { unk_token: end, pad_token: padding },
  )
  return {
    idsOf: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
    frame: (words) => {
      const framed = [idOf(beginning), ...words.slice(0, wordCount), idOf(end)]
      return [...framed, ...new Array<number>(tokenCount - framed.length).fill(idOf(padding))]
    },
  }
}

const beginning = '<|startoftext|>'
const end = '<|endoftext|>'

const addedToken = { special: true, normalized: false, single_word: false, lstrip: false, rstrip: false }

/** Of CLIP's simple_tokenizer.py, for text in lower case. */
const words = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"

/** The first line is a version. */
function parseMerges(text: string): string[] {
  const [version, ...merges] = text.split(/\r?\n/)
  if (!version!.startsWith('#version'))
    throw unfitModelFile('tokenizer/merges.txt', 'its first line is no version')
  return merges.filter((line) => line !== '')
}

const Vocabulary = v.record(v.string(), v.pipe(v.number(), v.safeInteger(), v.minValue(0)))
const SpecialTokens = v.object({ pad_token: v.union([v.string(), v.object({ content: v.string() })]) })
