import { bytesPerElement, type Checkpoint, type DType, isDense, type StoredTensor } from '../checkpoint.ts'
import type { ExecutionProvider, Precision } from './providers.ts'

/** What flows between two nodes. Every dimension is known while the graph is built. */
export interface Tensor {
  readonly name: string
  readonly dtype: DType
  /** Outermost first; pictures are [N, C, H, W]. */
  readonly shape: Shape
}

export type Shape = readonly number[]

export interface Node {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

/** Whole numbers and lists of them; a float says so, for 1 could be either. */
export type Attributes = Readonly<
  Record<string, number | readonly number[] | string | { readonly float: number }>
>

/** Numbers that come with the graph itself. */
export interface Constant extends Tensor {
  readonly data: Float32Array | BigInt64Array
}

/** Numbers that stay in the checkpoint's file. */
export interface Weight extends Tensor {
  readonly stored: StoredTensor
}

/** All that `write.ts` needs. */
export interface GraphDefinition {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly nodes: readonly Node[]
  readonly constants: ReadonlyMap<string, Constant>
  readonly weights: ReadonlyMap<string, Weight>
}

/** The checkpoint does not fit the graph, or two parts of a graph do not fit each other. The message says where. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
}

export interface GraphOptions {
  /** What weights are given as, whatever the file holds, and so what is computed in. Default float32. */
  readonly precision?: Precision | undefined
  /** What is added to layers from outside, such as a LoRA. Default nothing. */
  readonly adapt?: Adapt | undefined
  /** Weights that each run brings with it in place of the checkpoint's: what the graph calls those inputs. Default none. */
  readonly given?: GivenWeights | undefined
}

/** By the names of the weights in the checkpoint. */
export type GivenWeights = ReadonlyMap<string, string>

/**
 * What becomes of a layer's output.
 *
 * @param g The layer's module.
 */
export type Adapt = (g: Graph, layer: AdaptedLayer) => Tensor

/** A linear layer or a convolution. */
export interface AdaptedLayer {
  /** What it made, with its own weight. */
  readonly output: Tensor
  readonly weightShape: Shape
  /** What it makes of the same input with another weight, without bias. */
  readonly apply: (weight: Tensor) => Tensor
}

/** Begins a graph over a checkpoint's weights, in the operators that a provider has kernels for. */
export function createGraph(
  checkpoint: Checkpoint,
  provider: ExecutionProvider = 'cpu',
  { precision = 'float32', adapt = (_, { output }) => output, given = new Map() }: GraphOptions = {},
): Graph {
  const definition = { inputs: [], outputs: [], nodes: [], constants: new Map(), weights: new Map() }
  const shared = { provider, precision, adapt, given, definition, converted: new Map(), names: new Map() }
  return new Graph(shared, checkpoint, '')
}

/**
 * A graph under construction, seen from one module of the network. `g.at('conv1')` is the module within, as
 * `self.conv1` is in PyTorch: weights are found, and nodes named, by the path that the checkpoint uses.
 */
export class Graph {
  /** Dotted, as in the checkpoint: model.5.conv1. Empty at the top. */
  readonly path: string
  readonly #shared: Shared
  readonly #checkpoint: Checkpoint

  constructor(shared: Shared, checkpoint: Checkpoint, path: string) {
    this.#shared = shared
    this.#checkpoint = checkpoint
    this.path = path
  }

  /** The path as messages name it. */
  get where(): string {
    return this.path === '' ? 'the graph' : this.path
  }

  get provider(): ExecutionProvider {
    return this.#shared.provider
  }

  /** What weights are given as. */
  get precision(): Precision {
    return this.#shared.precision
  }

  get definition(): GraphDefinition {
    return this.#shared.definition
  }

  /** The module `name` within this one; 'a.b' goes two steps. */
  at(name: string | number): Graph {
    return new Graph(this.#shared, this.#checkpoint, this.#nameOf(String(name)))
  }

  /** The top of another checkpoint, whose weights go into the same graph. No name may be in both. */
  over(checkpoint: Checkpoint): Graph {
    return new Graph(this.#shared, checkpoint, '')
  }

  /** What the session is fed under this name. */
  input(name: string, dtype: DType, shape: Shape): Tensor {
    const tensor = { name: this.#unique(name), dtype, shape }
    this.#shared.definition.inputs.push(tensor)
    return tensor
  }

  /** Gives a value back from the session under this name. */
  output(name: string, value: Tensor): void {
    const tensor = this.#add('Identity', this.#unique(name), [value], value, {})
    this.#shared.definition.outputs.push(tensor)
  }

  /** Whether the checkpoint has this weight. */
  has(name: string): boolean {
    return this.#checkpoint.has(this.#nameOf(name))
  }

  /** What becomes of this module's output: see `Adapt`. */
  adapt(layer: AdaptedLayer): Tensor {
    return this.#shared.adapt(this, layer)
  }

  /**
   * A weight of this module in the graph's precision.
   *
   * @throws GraphError where it is missing, not of floating type, not dense, or not of the shape.
   */
  weight(name: string, shape: ShapePattern): Tensor {
    const { precision, converted, given } = this.#shared
    const input = given.get(this.#nameOf(name))
    if (input !== undefined) return this.#givenWeight(this.#nameOf(name), input, shape)
    const weight = this.storedWeight(name, shape)
    if (weight.dtype === precision) return weight
    const known = converted.get(weight.name)
    if (known !== undefined) return known
    const { shape: sizes } = weight
    const to = dataTypes[precision]
    const cast = this.at(name).node('Cast', [weight], { dtype: precision, shape: sizes }, { to })
    converted.set(weight.name, cast)
    return cast
  }

  /**
   * A weight of this module in the file's own type, and as it is there.
   *
   * @throws GraphError as `weight` does.
   */
  storedWeight(name: string, shape: ShapePattern): Tensor {
    const path = this.#nameOf(name)
    const weight = this.#shared.definition.weights.get(path) ?? this.#addWeight(path)
    expectShape(path, weight, shape)
    return weight
  }

  /** A constant by a name of its own, for the whole graph: made when the name is first asked for. */
  constant(name: string, shape: Shape, make: () => Float32Array | BigInt64Array): Tensor {
    const { constants } = this.#shared.definition
    const known = constants.get(name)
    if (known !== undefined) return known
    const data = make()
    const constant = { name, dtype: data instanceof Float32Array ? 'float32' : 'int64', shape, data } as const
    constants.set(name, constant)
    return constant
  }

  /** A list of whole numbers, as operators take shapes, axes and positions. */
  integers(values: readonly number[]): Tensor {
    return this.constant(`[${values}]`, [values.length], () => BigInt64Array.from(values, BigInt))
  }

  /**
   * Adds an operator with one output, whose shape is the caller's to know: see `operators.ts`.
   *
   * @param op With its domain where it is not ONNX's own: com.microsoft.MultiHeadAttention.
   * @param inputs Null: an optional one that is left out.
   */
  node(
    op: string,
    inputs: readonly (Tensor | null)[],
    output: { readonly dtype: DType; readonly shape: Shape },
    attributes: Attributes = {},
  ): Tensor {
    return this.#add(
      op,
      this.#unique(this.path === '' ? op : `${this.path}/${op}`),
      inputs,
      output,
      attributes,
    )
  }

  /** Names of this module's weights, in full, that the graph never asked for. */
  unusedWeights(): string[] {
    const { converted, definition } = this.#shared
    const within = this.path === '' ? '' : `${this.path}.`
    const isUsed = (name: string) => definition.weights.has(name) || converted.has(name)
    return [...this.#checkpoint.keys()].filter((name) => name.startsWith(within) && !isUsed(name))
  }

  #add(
    op: string,
    name: string,
    inputs: readonly (Tensor | null)[],
    output: Omit<Tensor, 'name'>,
    attributes: Attributes,
  ) {
    const { dtype, shape } = output
    const names = inputs.map((input) => input?.name ?? '')
    this.#shared.definition.nodes.push({ op, name, inputs: names, outputs: [name], attributes })
    return { name, dtype, shape }
  }

  #givenWeight(name: string, input: string, shape: ShapePattern): Tensor {
    const { precision, converted } = this.#shared
    const weight = converted.get(name) ?? this.input(input, precision, this.#stored(name).shape)
    converted.set(name, weight)
    expectShape(name, weight, shape)
    return weight
  }

  #addWeight(name: string): Weight {
    const stored = this.#stored(name)
    const weight = { name, dtype: stored.dtype, shape: stored.shape, stored }
    this.#shared.definition.weights.set(name, weight)
    return weight
  }

  #stored(name: string): StoredTensor {
    const stored = this.#checkpoint.get(name)
    if (stored === undefined)
      throw new GraphError(`Expected a tensor ${name} in the checkpoint, but there is none.`)
    checkStored(name, stored)
    return stored
  }

  #nameOf(name: string): string {
    if (this.path === '' || name === '') return this.path + name
    return `${this.path}.${name}`
  }

  #unique(name: string): string {
    const { names } = this.#shared
    const used = names.get(name) ?? 0
    names.set(name, used + 1)
    return used === 0 ? name : `${name}#${used + 1}`
  }
}

/** Sizes, and letters for those that may be anything: ['N', 64, 'H', 'W']. */
export type ShapePattern = readonly (number | string)[]

/**
 * @param where The module or weight, for the message.
 * @throws GraphError "Expected [N, 64, H, W] for model.2.ffc.convl2l but received [1, 32, 40, 56]."
 */
export function expectShape(
  where: string,
  { shape }: { readonly shape: Shape },
  pattern: ShapePattern,
): void {
  const fits =
    shape.length === pattern.length &&
    pattern.every((size, axis) => typeof size === 'string' || size === shape[axis])
  if (!fits) throw new GraphError(`Expected ${listOf(pattern)} for ${where} but received ${listOf(shape)}.`)
}

export function listOf(shape: ShapePattern): string {
  return `[${shape.join(', ')}]`
}

/** Of all modules of one graph. */
interface Shared {
  readonly provider: ExecutionProvider
  readonly precision: Precision
  readonly adapt: Adapt
  readonly given: GivenWeights
  readonly definition: {
    readonly inputs: Tensor[]
    readonly outputs: Tensor[]
    readonly nodes: Node[]
    readonly constants: Map<string, Constant>
    readonly weights: Map<string, Weight>
  }
  /** Weights in the graph's precision, by name. */
  readonly converted: Map<string, Tensor>
  /** How often a name was given, so that none is given twice. */
  readonly names: Map<string, number>
}

/** ONNX Runtime maps the bytes as they lie: they must be dense, and all there. */
function checkStored(name: string, stored: StoredTensor): void {
  const { dtype, shape, strides, byteLength, file } = stored
  if (!floating.includes(dtype)) {
    throw new GraphError(`Expected floating-point numbers for ${name} but ${file} holds ${dtype}.`)
  }
  if (!isDense(stored)) {
    throw new GraphError(
      `Expected row-major ${listOf(shape)} for ${name}, but ${file} holds it transposed or with gaps (strides ${listOf(strides)}). Save it again with tensor.contiguous().`,
    )
  }
  const bytes = shape.reduce((product, size) => product * size, bytesPerElement[dtype])
  if (byteLength !== bytes) {
    throw new GraphError(
      `Expected ${bytes} bytes for ${name} ${listOf(shape)} but ${file} holds ${byteLength}.`,
    )
  }
}

const floating: readonly DType[] = ['float32', 'float16', 'bfloat16', 'float64']

/** TensorProto.DataType. */
export const dataTypes: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
}
