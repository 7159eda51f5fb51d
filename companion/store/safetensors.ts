import * as v from 'valibot'
import {
  bytesPerElement,
  type Checkpoint,
  type DType,
  denseStrides,
  type StoredTensor,
} from '../../models/checkpoint.ts'
import { UnreadableFile, type WeightFile } from './weight-file.ts'

/**
 * The tensors of a .safetensors file: a header in JSON that says where each one lies, then their bytes.
 * Format: https://huggingface.co/docs/safetensors#format
 *
 * @throws UnreadableFile
 */
export async function readSafetensors(file: WeightFile): Promise<Checkpoint> {
  const headerBytes = Number((await file.read(0, lengthBytes)).readBigUInt64LE())
  if (headerBytes > mostHeaderBytes)
    throw new UnreadableFile(`its header claims to have ${headerBytes} bytes.`)
  const header = parseHeader(await file.read(lengthBytes, headerBytes))
  const dataOffset = lengthBytes + headerBytes

  const checkpoint = new Map<string, StoredTensor>()
  for (const [name, description] of Object.entries(header)) {
    if (name === '__metadata__') continue
    checkpoint.set(name, locateTensor(name, description, file, dataOffset))
  }
  if (checkpoint.size === 0) throw new UnreadableFile('there is no tensor in it.')
  return checkpoint
}

/** Whether a file could be one, by how it begins. */
export function beginsLikeSafetensors(beginning: Buffer): boolean {
  return (
    beginning.length > lengthBytes && beginning.readBigUInt64LE() < 2 ** 32 && beginning[lengthBytes] === 0x7b
  )
}

const lengthBytes = 8

/** The format's own limit. */
const mostHeaderBytes = 100_000_000

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const Description = v.object({
  dtype: v.string(),
  shape: v.array(count),
  data_offsets: v.tuple([count, count]),
})

function parseHeader(bytes: Buffer): object {
  try {
    const header: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new UnreadableFile('its header is damaged.')
}

function locateTensor(
  name: string,
  description: unknown,
  file: WeightFile,
  dataOffset: number,
): StoredTensor {
  const parsed = v.safeParse(Description, description)
  if (!parsed.success) throw new UnreadableFile(`its header describes ${JSON.stringify(name)} wrongly.`)
  const { shape, data_offsets: offsets, dtype: type } = parsed.output
  const dtype = dtypes.get(type)
  if (dtype === undefined) {
    throw new UnreadableFile(
      `${JSON.stringify(name)} in it has the element type ${JSON.stringify(type)}, which is not read here.`,
    )
  }
  const [begin, end] = offsets
  const byteLength = shape.reduce((product, size) => product * size, bytesPerElement[dtype])
  if (end - begin !== byteLength) {
    throw new UnreadableFile(
      `${JSON.stringify(name)} in it has ${end - begin} bytes, but its shape needs ${byteLength}.`,
    )
  }
  if (dataOffset + end > file.sizeBytes) {
    throw new UnreadableFile('it ends too early; a download may have broken off.')
  }
  return {
    dtype,
    shape,
    strides: denseStrides(shape),
    file: file.path,
    offset: dataOffset + begin,
    byteLength,
  }
}

const dtypes = new Map<string, DType>([
  ['BOOL', 'bool'],
  ['U8', 'uint8'],
  ['I8', 'int8'],
  ['I16', 'int16'],
  ['I32', 'int32'],
  ['I64', 'int64'],
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
  ['F32', 'float32'],
  ['F64', 'float64'],
])
