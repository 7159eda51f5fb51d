import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMessage, encodeMessage, limits, MalformedMessage } from '../../companion/protocol.ts'

/** A message by its parts: the length as given, the header as text, and what follows. */
function message(
  header: string,
  { length = Buffer.byteLength(header), rest = [] as number[] } = {},
): Uint8Array {
  const bytes = Buffer.alloc(4 + Buffer.byteLength(header) + rest.length)
  bytes.writeUInt32LE(length, 0)
  bytes.write(header, 4)
  bytes.set(rest, 4 + Buffer.byteLength(header))
  return bytes
}

describe('encodeMessage', () => {
  test('writes the length, the header with its blobs listed, then the blobs', () => {
    const bytes = encodeMessage({ type: 'cancel', id: 'a' }, [
      { name: 'mask', bytes: Uint8Array.of(1, 2, 3) },
      { name: 'avoid', bytes: Uint8Array.of(4) },
    ])
    const header = '{"type":"cancel","id":"a","blobs":[{"name":"mask","bytes":3},{"name":"avoid","bytes":1}]}'
    expect(Buffer.from(bytes)).toEqual(Buffer.from(message(header, { rest: [1, 2, 3, 4] })))
  })

  test('lists no blobs where there are none', () => {
    expect(Buffer.from(encodeMessage({ type: 'models' }))).toEqual(Buffer.from(message('{"type":"models"}')))
  })

  test('counts the header in bytes, not in characters', () => {
    const bytes = encodeMessage({ type: 'install', id: 'a', modelId: 'größer 红', acceptLicence: true })
    expect(decodeMessage(bytes).header).toMatchObject({ modelId: 'größer 红' })
  })
})

describe('decodeMessage', () => {
  test('gives back what was encoded', () => {
    const blobs = fc.array(fc.record({ name: fc.string(), bytes: fc.uint8Array() }), {
      maxLength: limits.blobs,
    })
    fc.assert(
      fc.property(fc.string(), blobs, (modelId, sent) => {
        const request = { type: 'install', id: 'a', modelId, acceptLicence: true } as const
        const { header, blobs: received } = decodeMessage(encodeMessage(request, sent))
        expect(header).toMatchObject(request)
        expect(received.map(({ name, bytes }) => ({ name, bytes: [...bytes] }))).toEqual(
          sent.map(({ name, bytes }) => ({ name, bytes: [...bytes] })),
        )
      }),
    )
  })

  test('finds its message within a larger buffer', () => {
    const inner = message('{"type":"a","blobs":[{"name":"x","bytes":2}]}', { rest: [7, 8] })
    const outer = new Uint8Array(inner.byteLength + 9)
    outer.set(inner, 5)
    const { header, blobs } = decodeMessage(outer.subarray(5, 5 + inner.byteLength))
    expect(header.type).toBe('a')
    expect([...blobs[0]!.bytes]).toEqual([7, 8])
  })

  test('ignores header fields that it does not know', () => {
    expect(decodeMessage(message('{"type":"a","colour":"red"}')).header).toEqual({ type: 'a', colour: 'red' })
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['three bytes', Uint8Array.of(1, 0, 0)],
    ['a header longer than the message', message('{"type":"a"}', { length: 13 })],
    ['a header longer than any may be', message('{"type":"a"}', { length: limits.headerBytes + 1 })],
    ['a length of 4 GiB', message('{"type":"a"}', { length: 0xffffffff })],
    ['a header that is not JSON', message('{"type":')],
    ['an empty header', message('')],
    ['a header that is a list', message('["type"]')],
    ['a header that is null', message('null')],
    ['a header without a type', message('{"id":"a"}')],
    ['a type that is a number', message('{"type":1}')],
    ['bytes that no blob is listed for', message('{"type":"a"}', { rest: [1] })],
    [
      'fewer bytes than the blobs need',
      message('{"type":"a","blobs":[{"name":"x","bytes":2}]}', { rest: [1] }),
    ],
    [
      'more bytes than the blobs need',
      message('{"type":"a","blobs":[{"name":"x","bytes":1}]}', { rest: [1, 2] }),
    ],
    ['a blob of negative size', message('{"type":"a","blobs":[{"name":"x","bytes":-1}]}')],
    ['a blob of half a byte', message('{"type":"a","blobs":[{"name":"x","bytes":0.5}]}')],
    [
      'blobs whose sum wraps around',
      message(
        '{"type":"a","blobs":[{"name":"x","bytes":9007199254740991},{"name":"y","bytes":9007199254740991}]}',
      ),
    ],
    ['a blob without a name', message('{"type":"a","blobs":[{"bytes":0}]}')],
    ['blobs that are no list', message('{"type":"a","blobs":{"name":"x","bytes":0}}')],
    ['blobs that are null', message('{"type":"a","blobs":null}')],
    ['65 blobs', message(JSON.stringify({ type: 'a', blobs: Array(65).fill({ name: 'x', bytes: 0 }) }))],
    ['a header in broken UTF-8', Uint8Array.of(3, 0, 0, 0, 0x22, 0xff, 0x22)],
  ])('refuses %s', (_what, bytes) => {
    expect(() => decodeMessage(bytes)).toThrow(MalformedMessage)
  })

  test('takes 64 blobs', () => {
    const header = JSON.stringify({ type: 'a', blobs: Array(64).fill({ name: 'x', bytes: 0 }) })
    expect(decodeMessage(message(header)).blobs).toHaveLength(64)
  })

  test('takes any bytes or refuses them, and never fails otherwise', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isTakenOrRefused))
  })

  test('takes any header or refuses it, and never fails otherwise', () => {
    const blob = fc.record({ name: fc.anything(), bytes: fc.anything() }, { requiredKeys: [] })
    const header = fc.record(
      { type: fc.anything(), blobs: fc.oneof(fc.anything(), fc.array(blob)) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(header, fc.array(fc.nat(255)), (value, rest) => {
        isTakenOrRefused(message(textOf(value), { rest }))
      }),
    )
  })

  test('refuses a message that was cut off anywhere', () => {
    const whole = encodeMessage({ type: 'cancel', id: 'a' }, [
      { name: 'mask', bytes: Uint8Array.of(1, 2, 3) },
    ])
    for (let end = 0; end < whole.byteLength; end += 1) {
      expect(() => decodeMessage(whole.subarray(0, end)), `cut at ${end}`).toThrow(MalformedMessage)
    }
  })
})

function isTakenOrRefused(bytes: Uint8Array): void {
  try {
    const { header, blobs } = decodeMessage(bytes)
    expect(typeof header.type).toBe('string')
    expect(blobs.reduce((sum, blob) => sum + blob.bytes.byteLength, 0)).toBeLessThanOrEqual(bytes.byteLength)
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessage)
  }
}

/** Not all that fast-check thinks of can be JSON. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? String(part) : part)) ?? ''
  } catch {
    return ''
  }
}
