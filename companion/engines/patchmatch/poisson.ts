import type { Image } from '../../image/image.ts'
import { borrow, ints, kernels, room } from './kernels.ts'

/** What is filled, and from where. */
export interface Copies {
  /** [height, width], 1 = hole. */
  readonly hole: Uint8Array
  readonly holePixels: Int32Array
  /** For each of `holePixels` the known place it was copied from. */
  readonly copiedFrom: Int32Array
}

/** See kernels/laplacian.ts. A picture's sides cannot be halved more often. */
const nodeBytes = 80
const mostGrids = 16

/**
 * Shifts the colours of copied pixels so that no seam shows: the colour f that keeps, in the least squares, the
 * differences v between neighbours that the copies had where they came from, and meets the known pixels at the border
 * (Dirichlet; the picture's own border is free). Where two copies from different places meet, v is the mean of both.
 * Pérez et al., "Poisson Image Editing", 2003, eq. 7.
 *
 * Solved for the correction e = f − s to the copied colour s, so what fits already is not touched at all:
 *
 *     Σ_q w_pq (e_p − e_q) = Σ_q w_pq (v_pq − (s_p − s_q)),   e = 0 outside the hole
 *
 * with w_pq = α_p α_q, for the colour of a transparent pixel means nothing. Alpha itself stays as copied.
 *
 * With calm colours c, what is made small is Σ (differences)² + λ (f − c)²: c decides on what is large, and the copies on
 * what is fine (Bhat et al., "GradientShop", 2010, §3).
 *
 * @param image its hole pixels hold the copies, and get the result
 */
export function blendCopies(
  { data, width, height }: Image,
  { hole, holePixels, copiedFrom }: Copies,
  calm: Calm | null = null,
): void {
  const nodes = holePixels.length + mostGrids
  borrow(() =>
    kernels.blendCopies(
      data,
      width,
      height,
      hole,
      holePixels,
      holePixels.length,
      copiedFrom,
      ints(width * height),
      room(3 * nodeBytes * nodes + 4 * width * height),
      calm === null ? 0 : calmPull,
      calm === null ? 0 : calm.steps,
      calm === null ? 1 : calm.gain,
    ),
  )
}

/**
 * What copies are blended into: the colours whose steps from pixel to pixel come nearest to the given ones, and that meet the
 * known pixels at the border.
 */
export interface Calm {
  /** 4 for each hole pixel: the sum of the steps to its neighbours. */
  readonly steps: Float32Array
  /** By how much the differences v between hole pixels are made stronger. */
  readonly gain: number
}

/** λ. Of waves of 7 px about half comes from the calm colours, of those of 20 px nearly all. */
const calmPull = 1.1
