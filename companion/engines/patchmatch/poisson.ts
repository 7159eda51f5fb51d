import type { Image } from '../../image/image.ts'
import { borrow, bytes, ints, kernels } from './kernels.ts'

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
 * @param image its hole pixels hold the copies, and get the result
 */
export function blendCopies({ data, width, height }: Image, { hole, holePixels, copiedFrom }: Copies): void {
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
      bytes(3 * nodeBytes * (holePixels.length + mostGrids) + 4 * width * height),
    ),
  )
}
