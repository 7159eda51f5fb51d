import { crc32 } from 'node:zlib'

/** Of one tensor in float16. */
export interface HalfTensor {
  readonly shape: readonly number[]
  readonly bytes: Buffer
}

/**
 * A checkpoint as a training script saves it with torch.save: {"epoch": 1, "state_dict": {name: tensor}}, each tensor over a
 * storage of its own.
 */
export function trainingCheckpoint(tensors: ReadonlyMap<string, HalfTensor>): Buffer {
  const storages = [...tensors.values()].map(({ bytes }, i) => [`archive/data/${i}`, bytes] as const)
  return storedZip([
    ['archive/data.pkl', pickled(tensors)],
    ['archive/byteorder', Buffer.from('little')],
    ...storages,
    ['archive/version', Buffer.from('3\n')],
  ])
}

/** A ZIP whose entries are stored as they are. */
export function storedZip(entries: readonly (readonly [name: string, bytes: Buffer])[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, bytes] of entries) {
    const local = Buffer.alloc(30)
    local.write('PK\x03\x04', 'latin1')
    local.writeUInt32LE(crc32(bytes), 14)
    local.writeUInt32LE(bytes.length, 18)
    local.writeUInt32LE(bytes.length, 22)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.write('PK\x01\x02', 'latin1')
    local.copy(central, 16, 14, 28)
    central.writeUInt32LE(offset, 42)
    parts.push(local, Buffer.from(name), bytes)
    directory.push(central, Buffer.from(name))
    offset += local.length + name.length + bytes.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listed, end])
}

/** In the opcodes of protocol 2, which torch.save writes. */
function pickled(tensors: ReadonlyMap<string, HalfTensor>): Buffer {
  const items = [...tensors].map(([name, { shape, bytes }], i) =>
    Buffer.concat([text(name), rebuiltTensor(String(i), shape, bytes.length / 2)]),
  )
  return Buffer.concat([
    Buffer.from('\x80\x02}(', 'latin1'),
    ...[text('epoch'), whole(1), text('state_dict')],
    ...[Buffer.from('}('), ...items, Buffer.from('u')],
    Buffer.from('u.'),
  ])
}

/** torch._utils._rebuild_tensor_v2(storage, offset, size, strides, requires_grad, hooks). */
function rebuiltTensor(key: string, shape: readonly number[], count: number): Buffer {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
  return Buffer.concat([
    Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n(('),
    ...[text('storage'), Buffer.from('ctorch\nHalfStorage\n'), text(key), text('cpu'), whole(count)],
    ...[Buffer.from('tQ'), whole(0), tuple(shape), tuple(strides)],
    Buffer.from('\x89ccollections\nOrderedDict\n)RtR', 'latin1'),
  ])
}

function tuple(values: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from('('), ...values.map(whole), Buffer.from('t')])
}

function text(value: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(Buffer.byteLength(value))
  return Buffer.concat([Buffer.from('X'), length, Buffer.from(value)])
}

function whole(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return Buffer.concat([Buffer.from('J'), bytes])
}
