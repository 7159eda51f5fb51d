import { type Graph, GraphError, type Tensor } from '../onnx/graph.ts'
import { add, concat, floats, mul, slice } from '../onnx/operators.ts'

/** A network run over part of its input at a time: more nodes over the same weights, and less memory at once. */
export interface Parts {
  /** Each picture of a batch by itself, with the same numbers. Default: all together. */
  readonly pictureByPicture?: boolean
  /**
   * Latents larger than this side, a multiple of 4, are cut into tiles of it, which overlap by a quarter and are blended.
   * Each tile is normalised by itself, so that the picture differs a little. Default: never.
   */
  readonly tileSide?: number
}

/** As diffusers' `enable_slicing`: x [N, ...] -> what `run` makes of it. */
export function byPicture(g: Graph, x: Tensor, run: (x: Tensor) => Tensor): Tensor {
  const [batch] = x.shape as readonly [number]
  if (batch === 1) return run(x)
  const pictures = Array.from({ length: batch }, (_, index) => run(slice(g, x, 0, index, index + 1)))
  return concat(g, pictures, 0)
}

/**
 * As diffusers' `enable_tiling`, `tiled_encode` and `tiled_decode` of `AutoencoderKL`: x [N, C, H, W] -> what `run` makes
 * of it.
 *
 * @param side Of a tile of x.
 * @param scale What a side becomes in `run`.
 */
export function byTile(
  g: Graph,
  x: Tensor,
  run: (x: Tensor) => Tensor,
  { side, scale }: { readonly side: number; readonly scale: number },
): Tensor {
  const [, , height, width] = x.shape as readonly [number, number, number, number]
  if (height <= side && width <= side) return run(x)
  if ((side * scale) % 4 !== 0 || side % 4 !== 0) {
    throw new GraphError(`Expected tiles with a side that is a multiple of 4 but received ${side}.`)
  }
  const step = side * (1 - overlap)
  const blended = side * scale * overlap
  const kept = side * scale - blended
  const keptOf = (tile: Tensor) => start(g, start(g, tile, rows, kept), columns, kept)

  let above: readonly Tensor[] = []
  const strips: Tensor[] = []
  for (let top = 0; top < height; top += step) {
    const strip = slice(g, x, rows, top, Math.min(top + side, height))
    const tiles: Tensor[] = []
    for (let left = 0; left < width; left += step) {
      let tile = run(slice(g, strip, columns, left, Math.min(left + side, width)))
      const [upper, before] = [above[tiles.length], tiles.at(-1)]
      if (upper !== undefined) tile = blend(g, upper, tile, rows, blended)
      if (before !== undefined) tile = blend(g, before, tile, columns, blended)
      tiles.push(tile)
    }
    strips.push(concat(g, tiles.map(keptOf), columns))
    above = tiles
  }
  return concat(g, strips, rows)
}

/** Of a tile's side: diffusers' `tile_overlap_factor`. */
const overlap = 0.25

const rows = 2
const columns = 3

/** `tile`, with the end of the tile before it faded into its beginning: diffusers' `blend_v` and `blend_h`. */
function blend(g: Graph, before: Tensor, tile: Tensor, axis: 2 | 3, most: number): Tensor {
  const [sizeBefore, size] = [before.shape[axis], tile.shape[axis]]
  const extent = Math.min(sizeBefore, size, most)
  const shape = [extent, ...(axis === rows ? [1] : [])]
  const ramp = floats(g, `ramp-${shape}`, shape, () =>
    Float32Array.from({ length: extent }, (_, i) => i / extent),
  )
  const fall = floats(g, `fall-${shape}`, shape, () =>
    Float32Array.from({ length: extent }, (_, i) => 1 - i / extent),
  )
  const faded = add(
    g,
    mul(g, slice(g, before, axis, sizeBefore - extent, sizeBefore), fall),
    mul(g, slice(g, tile, axis, 0, extent), ramp),
  )
  return extent === size ? faded : concat(g, [faded, slice(g, tile, axis, extent, size)], axis)
}

function start(g: Graph, x: Tensor, axis: 2 | 3, most: number): Tensor {
  return x.shape[axis] <= most ? x : slice(g, x, axis, 0, most)
}
