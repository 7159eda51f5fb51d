/**
 * A weight file's table of contents: where each tensor lies, by the name the checkpoint gives it.
 * Nothing is read; a graph points ONNX Runtime into the file. A map, since names come from the file.
 */
export type Checkpoint = ReadonlyMap<string, StoredTensor>

export interface StoredTensor {
  readonly dtype: DType
  /** Row-major, outermost first, as PyTorch prints it. A scalar has none. */
  readonly shape: readonly number[]
  /** Elements, not bytes, from one index of a dimension to the next. As long as `shape`. */
  readonly strides: readonly number[]
  /** Absolute path of the file that holds the bytes. */
  readonly file: string
  /** Bytes from the beginning of the file to the tensor's first element, little-endian. Any alignment. */
  readonly offset: number
  /** Bytes from the first element to the end of the last; `elements × bytesPerElement` for a dense tensor. */
  readonly byteLength: number
}

export type DType = keyof typeof bytesPerElement

export const bytesPerElement = {
  bool: 1,
  uint8: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  bfloat16: 2,
  float16: 2,
  float32: 4,
  float64: 8,
} as const

/** The strides of a dense tensor whose last dimension runs fastest. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= shape[axis]
  }
  return strides
}

/** Whether the elements lie one after the other in row-major order. A dimension of 1 is never stepped over. */
export function isDense({ shape, strides }: Pick<StoredTensor, 'shape' | 'strides'>): boolean {
  const dense = denseStrides(shape)
  return shape.every((size, axis) => size === 1 || strides[axis] === dense[axis])
}
