import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCheckpoint } from '../../../companion/store/checkpoint.ts'
import { bytesPerElement, type StoredTensor } from '../../../models/checkpoint.ts'
import { storedZip } from '../../support/torch-file.ts'

const fixtures = fileURLToPath(new URL('../../fixtures/torch-files/', import.meta.url))

interface Case {
  readonly folder: string
  readonly expect: 'tensors' | 'error'
  readonly file: string
  readonly root: string
  readonly why: string
}

const cases = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }): Case => {
    const described = JSON.parse(readFileSync(join(fixtures, name, 'case.json'), 'utf8'))
    return { ...described, folder: join(fixtures, name) }
  })

let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'infill-checkpoint-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

describe('readCheckpoint finds every tensor', () => {
  test.each(cases.filter((each) => each.expect === 'tensors'))('of $file: $why', async (each) => {
    const expected = await readCheckpoint(join(each.folder, 'expected.safetensors'))
    const found = [...(await readCheckpoint(join(each.folder, each.file)))]
    const prefix = each.root === '' ? '' : `${each.root}.`
    const below = found.filter(([name]) => name.startsWith(prefix))

    expect(below.map(([name]) => name.slice(prefix.length)).sort()).toEqual([...expected.keys()].sort())
    for (const [name, tensor] of below) {
      const published = expected.get(name.slice(prefix.length))!
      expect([name, tensor.dtype, tensor.shape]).toEqual([name, published.dtype, published.shape])
      expect((await gather(tensor)).equals(await gather(published)), name).toBe(true)
    }
  })

  test('where it lies in the file, without a copy', async () => {
    const file = join(fixtures, 'views', 'weights.pt')
    const checkpoint = await readCheckpoint(file)
    expect(checkpoint.get('transposed')).toMatchObject({
      file,
      shape: [7, 5],
      strides: [1, 7],
      byteLength: 140,
    })
    expect(checkpoint.get('expanded_rows')).toMatchObject({ shape: [5, 7], strides: [0, 1], byteLength: 28 })
  })
})

describe('readCheckpoint refuses', () => {
  const sentences: Record<string, Record<string, RegExp>> = {
    broken: {
      'big-endian.pt': /big-endian/,
      'compressed.pt': /"archive\/data\.pkl" is compressed/,
      'cycle.pt': /contains itself/,
      'deep.pt': /more than 100 levels deep/,
      'doubling.pt': /no tensor/,
      'empty.pt': /is empty/,
      'html.pt': /web page/,
      'huge-expand.pt': /repeats its data up to 1099511627776 elements/,
      'huge-product.pt': /more elements than can be counted/,
      'legacy.pt': /before PyTorch 1\.6/,
      'lfs-pointer.pt': /Git LFS pointer/,
      'missing-storage.pt': /data "1" of a tensor are not in it/,
      'negative-offset.pt': /negative or impossible/,
      'negative-size.pt': /negative or impossible/,
      'negative-stride.pt': /negative or impossible/,
      'no-data-pkl.pt': /not one that PyTorch wrote/,
      'no-tensors.pt': /no tensor/,
      'numel-lies.pt': /too few for 3500 elements of float32/,
      'outside-by-offset.pt': /reaches beyond its data/,
      'outside.pt': /reaches beyond its data/,
      'pickle-cut-in-text.pt': /ends in the middle/,
      'pickle-cut.pt': /ends in the middle/,
      'pickle-empty-stack.pt': /lacks what it works on/,
      'pickle-unknown-opcode.pt': /unknown opcode, 0xfe/,
      'pickle-unset-memo.pt': /object 7 that it never made/,
      'short-storage.pt': /data "0" have 136 bytes, too few for 35 elements/,
      'storage-path.pt': /data "\.\.\/data\.pkl" of a tensor are not in it/,
      'storage-proto.pt': /data "__proto__" of a tensor are not in it/,
      'stride-count.pt': /not as many strides as sizes/,
      'truncated-end.pt': /end is missing/,
      'truncated-front.pt': /beginning of the file is missing/,
      'unknown-storage.pt': /torch\.QInt8Storage/,
    },
    refused: {
      'as-storage-class.pt': /posix\.system/,
      'dotted-name.pt': /torch\.serialization\.os\.system/,
      'eval-protocol-4.pt': /builtins\.eval/,
      'eval.pt': /__builtin__\.eval/,
      'exec.pt': /__builtin__\.exec/,
      'import-getattr.pt': /__builtin__\.getattr/,
      'inside-a-tensor.pt': /posix\.system/,
      'opcode-ext.pt': /EXT1/,
      'opcode-inst.pt': /os\.system/,
      'opcode-newobj.pt': /os\.system/,
      'opcode-obj.pt': /os\.system/,
      'os-system-root.pt': /posix\.system/,
      'os-system.pt': /posix\.system/,
      'popen.pt': /subprocess\.Popen/,
      'torch-hub.pt': /no tensor/,
    },
  }

  describe.each(Object.entries(sentences))('what is %s', (folder, expected) => {
    test.each(Object.entries(expected))('%s', async (file, sentence) => {
      const error = await refusal(join(fixtures, folder, file))
      expect(error).toMatchObject({ code: 'model-damaged', hint: expect.any(String) })
      expect(error).toHaveProperty('message', expect.stringContaining(`${file} cannot be used: `))
      expect(error).toHaveProperty('message', expect.stringMatching(sentence))
      expect(existsSync('pwned')).toBe(false)
    })

    test('and nothing was left out here', () => {
      const files = readdirSync(join(fixtures, folder)).filter((name) => name.endsWith('.pt'))
      expect(files.sort()).toEqual(Object.keys(expected).sort())
    })
  })

  test('a file that is not there, and a folder', async () => {
    expect(await refusal(join(scratch, 'none.pt'))).toMatchObject({ code: 'model-missing' })
    expect(await refusal(scratch)).toMatchObject({ code: 'model-missing' })
  })

  test('a few bytes of nothing', async () => {
    expect(await refusal(await written('few.pt', Buffer.from([1, 2, 3])))).toMatchObject({
      code: 'model-damaged',
      message: expect.stringContaining('neither a .safetensors file nor one that PyTorch saved'),
    })
  })
})

describe('readCheckpoint refuses a pickle', () => {
  test.each([
    [
      'whose call is among its own arguments',
      // [f, f, args] with args = [f, f, args], and f called with it
      'ctorch._tensor\n_rebuild_from_type_v2\nq\x00](h\x00h\x00eq\x01h\x01a0h\x00h\x01R.',
      /stands where a tensor should be/,
    ],
    ['that makes a dict of numbers', 'ccollections\nOrderedDict\n](K\x01K\x02e\x85R.', /no list of pairs/],
    ['that leaves nothing', '.', /lacks what it works on/],
  ])('%s', async (_, program, sentence) => {
    const file = await written(
      'hand.pt',
      storedZip([['any/data.pkl', Buffer.from(`\x80\x02${program}`, 'latin1')]]),
    )
    expect(await refusal(file)).toMatchObject({
      code: 'model-damaged',
      message: expect.stringMatching(sentence),
    })
  })
})

describe('readCheckpoint refuses a .safetensors file', () => {
  const proper = { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] }

  test.each<[string, unknown, number, RegExp]>([
    ['that was cut', { a: proper }, 23, /ends too early/],
    [
      'whose sizes do not fit its shape',
      { a: { ...proper, data_offsets: [0, 20] } },
      24,
      /has 20 bytes, but its shape needs 24/,
    ],
    ['with a negative size', { a: { ...proper, shape: [-2, -3] } }, 24, /describes "a" wrongly/],
    [
      'with an offset that is no number',
      { a: { ...proper, data_offsets: ['0', 24] } },
      24,
      /describes "a" wrongly/,
    ],
    ['with a type that is not read', { a: { ...proper, dtype: 'F8_E4M3' } }, 24, /F8_E4M3/],
    ['without a tensor', { __metadata__: { format: 'pt' } }, 0, /no tensor/],
  ])('%s', async (_, header, dataBytes, sentence) => {
    const error = await refusal(await written('bad.safetensors', safetensors(header, dataBytes)))
    expect(error).toMatchObject({ code: 'model-damaged', message: expect.stringMatching(sentence) })
  })

  test('whose header is no JSON, or longer than the file', async () => {
    const proper = safetensors({ a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] } }, 24)
    const noJson = Buffer.from(proper)
    noJson[9] = 0
    const tooLong = Buffer.from(proper)
    tooLong.writeUInt32LE(99_000_000)
    for (const [bytes, sentence] of [
      [noJson, /header is damaged/],
      [tooLong, /ends too early/],
    ] as const) {
      const error = await refusal(await written('bad.safetensors', bytes))
      expect(error).toMatchObject({ code: 'model-damaged', message: expect.stringMatching(sentence) })
    }
  })
})

describe('readCheckpoint never does anything but read or refuse', () => {
  const sources = [
    'nested/weights.ckpt',
    'torchscript-scripted/model.pt',
    'zip64/weights.ckpt',
    'views/expected.safetensors',
  ]

  test.each(sources)('when bytes of %s are changed, cut out or put in', async (source) => {
    const proper = readFileSync(join(fixtures, source))
    const damage = fc.record({
      at: fc.nat(proper.length),
      removed: fc.nat(20),
      inserted: fc.uint8Array({ maxLength: 20 }),
    })
    const damaged = fc
      .array(damage, { minLength: 1, maxLength: 4 })
      .map((all) =>
        all.reduce(
          (bytes, { at, removed, inserted }) =>
            Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]),
          proper,
        ),
      )
    const overwritten = fc.array(fc.tuple(fc.nat(proper.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 6,
    })
    const changed = overwritten.map((all) => {
      const bytes = Buffer.from(proper)
      for (const [at, value] of all) bytes[at] = value
      return bytes
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, changed), async (bytes) => {
        const path = await written('changed', bytes)
        const outcome = await readCheckpoint(path).catch((error: unknown) => error)
        if (outcome instanceof Map) {
          for (const { offset, byteLength } of outcome.values())
            expect(offset + byteLength).toBeLessThanOrEqual(bytes.length)
        } else {
          expect(outcome).toMatchObject({ name: 'CompanionError', code: 'model-damaged' })
        }
      }),
      { numRuns: 150, seed: 1 },
    )
  })
})

/** The error with which a file is refused. */
async function refusal(path: string): Promise<unknown> {
  return readCheckpoint(path).then(
    () => expect.unreachable(`${path} was read`),
    (error: unknown) => error,
  )
}

async function written(name: string, bytes: Buffer): Promise<string> {
  const path = join(scratch, name)
  await writeFile(path, bytes)
  return path
}

function safetensors(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeUInt32LE(json.length)
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)])
}

/** The bytes of a tensor in row-major order, by its offset and strides. */
async function gather({ dtype, shape, strides, file, offset, byteLength }: StoredTensor): Promise<Buffer> {
  const width = bytesPerElement[dtype]
  const span = Buffer.alloc(byteLength)
  const handle = await open(file)
  await handle.read(span, 0, byteLength, offset).finally(() => handle.close())

  const count = shape.reduce((product, size) => product * size, 1)
  const dense = Buffer.alloc(count * width)
  for (let index = 0; index < count; index++) {
    let rest = index
    let element = 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      element += (rest % shape[axis]!) * strides[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    span.copy(dense, index * width, element * width, (element + 1) * width)
  }
  return dense
}
