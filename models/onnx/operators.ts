import type { DType } from '../checkpoint.ts'
import { dataTypes, expectShape, type Graph, GraphError, listOf, type Shape, type Tensor } from './graph.ts'
import { variants } from './providers.ts'

/*
 * ONNX operators as functions, each adding one node to `g` and saying the shape of what comes out. Shapes that do not
 * fit are a GraphError that names the module. What the weights are called is the business of `nn/`.
 */

export interface ConvOptions {
  /** Of both sides. Default 1. */
  readonly stride?: number
  /** Zeros on each of the four sides, or at top, left, bottom and right. Default 0. */
  readonly padding?: number | readonly [top: number, left: number, bottom: number, right: number]
}

/** x [N, C, H, W], weight [O, C, kH, kW], bias [O] -> [N, O, (H + 2p - kH) / s + 1, (W + 2p - kW) / s + 1]. */
export function conv(
  g: Graph,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  { stride = 1, padding = 0 }: ConvOptions,
): Tensor {
  const [outputs, channels, ...kernel] = weight.shape as FourSizes
  expectShape(g.where, x, ['N', channels, 'H', 'W'])
  const [batch, , height, width] = x.shape as FourSizes
  const [top, left, bottom, right] =
    typeof padding === 'number' ? [padding, padding, padding, padding] : padding
  const after = (size: number, kernelSize: number) => Math.floor((size - kernelSize) / stride) + 1
  const shape = [
    batch,
    outputs,
    after(height + top + bottom, kernel[0]),
    after(width + left + right, kernel[1]),
  ]
  if (shape.some((size) => size < 1)) {
    throw new GraphError(
      `Expected at least ${listOf(kernel)} pixels for ${g.where} but received ${listOf(x.shape)}.`,
    )
  }
  return g.node(
    'Conv',
    withBias(g, inFours(g, x), inFours(g, weight), bias, outputs),
    { dtype: x.dtype, shape },
    {
      kernel_shape: kernel,
      strides: [stride, stride],
      pads: [top, left, bottom, right],
    },
  )
}

export interface ConvTransposeOptions {
  /** Of both sides. Default 1. */
  readonly stride?: number
  /** Taken off each of the four sides. Default 0. */
  readonly padding?: number
  /** More rows at the bottom and columns at the right of the result. Default 0. */
  readonly outputPadding?: number
}

/** x [N, C, H, W], weight [C, O, kH, kW], bias [O] -> [N, O, (H - 1)s - 2p + kH + outputPadding, … of W]. */
export function convTranspose(
  g: Graph,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  { stride = 1, padding = 0, outputPadding = 0 }: ConvTransposeOptions,
): Tensor {
  const [channels, outputs, ...kernel] = weight.shape as FourSizes
  expectShape(g.where, x, ['N', channels, 'H', 'W'])
  const [batch, , height, width] = x.shape as FourSizes
  const after = (size: number, kernelSize: number) =>
    (size - 1) * stride - 2 * padding + kernelSize + outputPadding
  const shape = [batch, outputs, after(height, kernel[0]), after(width, kernel[1])]
  return g.node(
    'ConvTranspose',
    withBias(g, x, weight, bias, outputs),
    { dtype: x.dtype, shape },
    {
      kernel_shape: kernel,
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      output_padding: [outputPadding, outputPadding],
    },
  )
}

/** Mirrors `amount` pixels outward on each side, without repeating the edge: [N, C, H, W] -> [N, C, H + 2a, W + 2a]. */
export function reflectPad(g: Graph, x: Tensor, amount: number): Tensor {
  const [batch, channels, height, width] = x.shape as FourSizes
  if (Math.min(height, width) <= amount) {
    throw new GraphError(
      `Expected more than ${amount} pixels a side for ${g.where} to mirror but received ${listOf(x.shape)}.`,
    )
  }
  if (variants[g.provider].reflectPad === 'slices') {
    return reflectAxis(g, reflectAxis(g, x, 2, amount), 3, amount)
  }
  const shape = [batch, channels, height + 2 * amount, width + 2 * amount]
  const pads = g.integers([0, 0, amount, amount, 0, 0, amount, amount])
  return g.node('Pad', [x, pads], { dtype: x.dtype, shape }, { mode: 'reflect' })
}

/** Reflect padding along one axis, of slices: rows a … 1, then all, then rows -2 … -(a + 1). */
function reflectAxis(g: Graph, x: Tensor, axis: number, amount: number): Tensor {
  const last = x.shape[axis] - 1
  const one = (index: number) => slice(g, x, axis, index, index + 1)
  const steps = Array.from({ length: amount }, (_, step) => step + 1)
  const before = steps.map((step) => one(step)).reverse()
  const after = steps.map((step) => one(last - step))
  return concat(g, [...before, x, ...after], axis)
}

/** The part from `start` up to, not including, `end` along `axis`. */
export function slice(g: Graph, x: Tensor, axis: number, start: number, end: number): Tensor {
  if (start < 0 || end > x.shape[axis] || start >= end) {
    throw new GraphError(
      `Expected a part of ${listOf(x.shape)} for ${g.where} but received ${start} to ${end} of axis ${axis}.`,
    )
  }
  const inputs = [x, g.integers([start]), g.integers([end]), g.integers([axis])]
  return g.node('Slice', inputs, { dtype: x.dtype, shape: x.shape.with(axis, end - start) })
}

/** Along `axis`, what the given positions hold, in the given order, any of them more than once. */
export function gather(g: Graph, x: Tensor, axis: number, indices: readonly number[]): Tensor {
  const shape = x.shape.with(axis, indices.length)
  return g.node('Gather', [x, g.integers(indices)], { dtype: x.dtype, shape }, { axis })
}

/** Joins along one axis; all other sizes must agree. */
export function concat(g: Graph, parts: readonly Tensor[], axis: number): Tensor {
  const [first, ...others] = parts as [Tensor, ...Tensor[]]
  for (const other of others) expectShape(g.where, other, first.shape.with(axis, other.shape[axis]))
  const size = parts.reduce((sum, part) => sum + part.shape[axis], 0)
  return g.node('Concat', parts, { dtype: first.dtype, shape: first.shape.with(axis, size) }, { axis })
}

/** The same numbers in the same order under other dimensions. */
export function reshape(g: Graph, x: Tensor, shape: Shape): Tensor {
  if (elements(shape) !== elements(x.shape)) {
    throw new GraphError(`Expected ${listOf(x.shape)} reshaped for ${g.where} but received ${listOf(shape)}.`)
  }
  return g.node('Reshape', [x, g.integers(shape)], { dtype: x.dtype, shape })
}

/** Dimension `i` of what comes out is dimension `order[i]` of x. */
export function transpose(g: Graph, x: Tensor, order: readonly number[]): Tensor {
  return g.node(
    'Transpose',
    [x],
    { dtype: x.dtype, shape: order.map((axis) => x.shape[axis]) },
    { perm: order },
  )
}

/** x [N, I] · weightᵀ [I, O] + bias [O] -> [N, O], from a weight that lies as PyTorch has it, [O, I]. */
export function gemm(g: Graph, x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const [outputs, channels] = weight.shape as readonly [number, number]
  expectShape(g.where, x, ['N', channels])
  const shape = [x.shape[0], outputs]
  return g.node('Gemm', withBias(g, x, weight, bias, outputs), { dtype: x.dtype, shape }, { transB: 1 })
}

/** Each pixel repeated to fill the size: torch.nn.functional.interpolate with mode="nearest". [N, C, H, W] -> [N, C, h, w]. */
export function resizeNearest(g: Graph, x: Tensor, height: number, width: number): Tensor {
  const shape = [x.shape[0], x.shape[1], height, width]
  const attributes = {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  }
  return g.node('Resize', [x, null, null, g.integers(shape)], { dtype: x.dtype, shape }, attributes)
}

/** Matrix products [..., I, K] · [..., K, J] -> [..., I, J]; leading dimensions are broadcast. */
export function matMul(g: Graph, a: Tensor, b: Tensor): Tensor {
  const [rows, inner] = a.shape.slice(-2) as [number, number]
  const columns = b.shape.at(-1)!
  expectShape(g.where, { shape: b.shape.slice(-2) }, [inner, 'J'])
  const batch = broadcast(g, a.shape.slice(0, -2), b.shape.slice(0, -2))
  return g.node('MatMul', [a, b], { dtype: a.dtype, shape: [...batch, rows, columns] })
}

export function add(g: Graph, a: Tensor, b: Tensor): Tensor {
  return elementwise(g, 'Add', a, b)
}

export function sub(g: Graph, a: Tensor, b: Tensor): Tensor {
  return elementwise(g, 'Sub', a, b)
}

export function mul(g: Graph, a: Tensor, b: Tensor): Tensor {
  return elementwise(g, 'Mul', a, b)
}

export function div(g: Graph, a: Tensor, b: Tensor): Tensor {
  return elementwise(g, 'Div', a, b)
}

/** The smaller of two numbers. */
export function min(g: Graph, a: Tensor, b: Tensor): Tensor {
  return elementwise(g, 'Min', a, b)
}

/** The larger of two numbers. */
export function max(g: Graph, a: Tensor, b: Tensor): Tensor {
  return elementwise(g, 'Max', a, b)
}

/** Whether a < b. */
export function less(g: Graph, a: Tensor, b: Tensor): Tensor {
  return { ...elementwise(g, 'Less', a, b), dtype: 'bool' }
}

/** a where the condition holds, else b. All three are broadcast. */
export function where(g: Graph, condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const shape = broadcast(g, condition.shape, broadcast(g, a.shape, b.shape))
  return g.node('Where', [condition, a, b], { dtype: a.dtype, shape })
}

export function sqrt(g: Graph, x: Tensor): Tensor {
  return g.node('Sqrt', [x], x)
}

export function relu(g: Graph, x: Tensor): Tensor {
  return g.node('Relu', [x], x)
}

export function sigmoid(g: Graph, x: Tensor): Tensor {
  return g.node('Sigmoid', [x], x)
}

/** x · sigmoid(x). */
export function silu(g: Graph, x: Tensor): Tensor {
  return mul(g, x, sigmoid(g, x))
}

/** x · Φ(x) with the exact normal distribution, not its tanh approximation. */
export function gelu(g: Graph, x: Tensor): Tensor {
  return g.node(variants[g.provider].gelu, [x], x)
}

export function cos(g: Graph, x: Tensor): Tensor {
  return g.node('Cos', [x], x)
}

export function sin(g: Graph, x: Tensor): Tensor {
  return g.node('Sin', [x], x)
}

/** exp(x) / Σ exp(x) along the last dimension. */
export function softmax(g: Graph, x: Tensor): Tensor {
  return g.node('Softmax', [x], x, { axis: -1 })
}

/** The same numbers in another type. */
export function cast(g: Graph, x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x
  return g.node('Cast', [x], { dtype, shape: x.shape }, { to: dataTypes[dtype] })
}

/** One number in the graph's precision, for `add`, `mul` and their like. */
export function scalar(g: Graph, value: number): Tensor {
  return floats(g, String(value), [], () => Float32Array.of(value))
}

/** A constant, as `Graph.constant` makes it, in the graph's precision. */
export function floats(g: Graph, name: string, shape: Shape, make: () => Float32Array): Tensor {
  return cast(g, g.constant(name, shape, make), g.precision)
}

/** x [·, C, ·, ·] with channels of zeros up to the next multiple of four, where a provider wants that of more than four. */
function inFours(g: Graph, x: Tensor): Tensor {
  const [outer, channels, ...sizes] = x.shape as FourSizes
  if (variants[g.provider].convChannels === 'any' || channels <= 4 || channels % 4 === 0) return x
  const shape = [outer, 4 - (channels % 4), ...sizes]
  const zeros = floats(g, `zeros-${shape.join('x')}`, shape, () => new Float32Array(elements(shape)))
  return concat(g, [x, zeros], 1)
}

function elementwise(g: Graph, op: string, a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== b.dtype)
    throw new GraphError(
      `Expected numbers of one type for ${g.where} but received ${a.dtype} and ${b.dtype}.`,
    )
  return g.node(op, [a, b], { dtype: a.dtype, shape: broadcast(g, a.shape, b.shape) })
}

/** ONNX's multidirectional broadcasting: aligned at the right, a dimension of 1 is repeated. */
function broadcast(g: Graph, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, index) => {
    const [sizeA, sizeB] = [a.at(index - rank) ?? 1, b.at(index - rank) ?? 1]
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new GraphError(
        `Expected shapes that fit for ${g.where} but received ${listOf(a)} and ${listOf(b)}.`,
      )
    }
    return Math.max(sizeA, sizeB)
  })
}

function withBias(g: Graph, x: Tensor, weight: Tensor, bias: Tensor | null, outputs: number): Tensor[] {
  if (bias === null) return [x, weight]
  expectShape(`the bias of ${g.where}`, bias, [outputs])
  return [x, weight, bias]
}

function elements(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

type FourSizes = readonly [number, number, number, number]
