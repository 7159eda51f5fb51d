import type { Graph, Tensor } from '../onnx/graph.ts'
import { add, matMul, reshape, slice } from '../onnx/operators.ts'

/*
 * torch.fft.rfftn and irfftn over H and W with norm="ortho", written as products with matrices of cosines and sines:
 * there is no Fourier transform in ONNX Runtime that every execution provider can run. With K = floor(W / 2) + 1,
 *
 *   Cw[x, k] = cos(2π x k / W) / √W     Sw[x, k] = -sin(2π x k / W) / √W     x < W, k < K
 *   Ch[y, j] = cos(2π y j / H) / √H     Sh[y, j] = -sin(2π y j / H) / √H     y, j < H
 *
 *   rfft2    Ar = X Cw                   Ai = X Sw
 *            Re = Ch Ar - Sh Ai          Im = Sh Ar + Ch Ai
 *   irfft2   Br = Ch Re + Sh Im          Bi = Ch Im - Sh Re
 *            X  = Br (Cw diag c)ᵀ + Bi (Sw diag c)ᵀ
 *
 * where c[k] is 1 for k = 0 and, when W is even, for k = W / 2, and 2 for the columns that stand for their mirror
 * image too. Sw is 0 in the columns where c is 1, so the imaginary parts there are ignored, as PyTorch does.
 */

/** x [N, C, H, W] -> spectrum [N, 2C, H, K], its channels c0.re, c0.im, c1.re … */
export function rfft2(g: Graph, x: Tensor): Tensor {
  const [batch, channels, height, width] = x.shape as readonly [number, number, number, number]
  const frequencies = Math.floor(width / 2) + 1
  // Ar and Ai: [N, C, 1, H, W] · [2, W, K] -> [N, C, 2, H, K].
  const rows = matMul(g, reshape(g, x, [batch, channels, 1, height, width]), widthBasis(g, width))
  // [Re; Im] = [[Ch, -Sh], [Sh, Ch]] · [Ar; Ai]: [2H, 2H] · [N, C, 2H, K].
  const stacked = reshape(g, rows, [batch, channels, 2 * height, frequencies])
  const spectrum = matMul(g, heightBasis(g, height, 'forward'), stacked)
  return reshape(g, spectrum, [batch, 2 * channels, height, frequencies])
}

/** spectrum [N, 2C, H, K], its channels c0.re, c0.im, c1.re … -> [N, C, H, W]. */
export function irfft2(g: Graph, spectrum: Tensor, width: number): Tensor {
  const [batch, parts, height, frequencies] = spectrum.shape as readonly [number, number, number, number]
  const channels = parts / 2
  // [Br; Bi] = [[Ch, Sh], [-Sh, Ch]] · [Re; Im]: [2H, 2H] · [N, C, 2H, K].
  const stacked = reshape(g, spectrum, [batch, channels, 2 * height, frequencies])
  const columns = matMul(g, heightBasis(g, height, 'inverse'), stacked)
  // The two products that X is the sum of: [N, C, 2, H, K] · [2, K, W] -> [N, C, 2, H, W].
  const parted = reshape(g, columns, [batch, channels, 2, height, frequencies])
  const products = matMul(g, parted, inverseWidthBasis(g, width))
  const x = add(g, slice(g, products, 2, 0, 1), slice(g, products, 2, 1, 2))
  return reshape(g, x, [batch, channels, height, width])
}

/** Cw and Sw: [2, W, K]. */
function widthBasis(g: Graph, width: number): Tensor {
  const frequencies = Math.floor(width / 2) + 1
  return g.constant(`fourier/width-${width}-forward`, [2, width, frequencies], () =>
    matrix(2 * width, frequencies, (row, k) => {
      const product = (row % width) * k
      return row < width ? cosine(product, width) : -sine(product, width)
    }),
  )
}

/** (Cw diag c)ᵀ and (Sw diag c)ᵀ: [2, K, W]. */
function inverseWidthBasis(g: Graph, width: number): Tensor {
  const frequencies = Math.floor(width / 2) + 1
  return g.constant(`fourier/width-${width}-inverse`, [2, frequencies, width], () =>
    matrix(2 * frequencies, width, (row, x) => {
      const k = row % frequencies
      const c = k === 0 || 2 * k === width ? 1 : 2
      return c * (row < frequencies ? cosine(k * x, width) : -sine(k * x, width))
    }),
  )
}

/** [[Ch, -Sh], [Sh, Ch]], for the way back transposed: [2H, 2H]. */
function heightBasis(g: Graph, height: number, direction: 'forward' | 'inverse'): Tensor {
  const size = 2 * height
  return g.constant(`fourier/height-${height}-${direction}`, [size, size], () =>
    matrix(size, size, (row, column) => {
      const product = (row % height) * (column % height)
      if (row < height === column < height) return cosine(product, height)
      // Above the diagonal -Sh, which is the sine itself, below it Sh; transposed, the other way round.
      return row < height === (direction === 'forward') ? sine(product, height) : -sine(product, height)
    }),
  )
}

function matrix(rows: number, columns: number, at: (row: number, column: number) => number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns))
}

/** cos(2π product / period) / √period; the product is reduced as a whole number, which keeps the angle exact. */
function cosine(product: number, period: number): number {
  return Math.cos((2 * Math.PI * (product % period)) / period) / Math.sqrt(period)
}

function sine(product: number, period: number): number {
  return Math.sin((2 * Math.PI * (product % period)) / period) / Math.sqrt(period)
}
