import { type Bits, emptyBits } from './raster.ts'

/** How a mask is changed as a whole. */
export type Reshape =
  /** By so many pixels in every direction; less than 0 shrinks it. */
  { readonly type: 'grow'; readonly byPx: number } | { readonly type: 'invert' }

export function reshaped(bits: Bits, change: Reshape): Bits {
  if (change.type === 'invert') return inverted(bits)
  // A mask that reaches the picture's edge does not shrink away from it: nothing lies beyond that could come nearer.
  return change.byPx >= 0 ? grown(bits, change.byPx) : inverted(grown(inverted(bits), -change.byPx))
}

function inverted({ widthPx, heightPx, rows }: Bits): Bits {
  const stride = rows.length / heightPx
  const inside = 0xff << (8 * stride - widthPx)
  const turned = rows.map((byte, at) => ~byte & (at % stride === stride - 1 ? inside : 0xff))
  return { widthPx, heightPx, rows: turned }
}

/**
 * Set within `radiusPx` of what is set. First how far each pixel is from the mask in its own column; then each row is the
 * union of the spans that the circle's height leaves of each pixel: two passes, whatever the radius.
 */
function grown(bits: Bits, radiusPx: number): Bits {
  const { widthPx, heightPx } = bits
  const result = emptyBits(widthPx, heightPx)
  const stride = result.rows.length / heightPx
  const distances = columnDistances(bits, radiusPx)
  const reach = Array.from({ length: radiusPx + 1 }, (_, dy) =>
    Math.floor(Math.sqrt(radiusPx ** 2 - dy ** 2)),
  )
  const changes = new Int32Array(widthPx + 1)
  for (let y = 0; y < heightPx; y++) {
    changes.fill(0)
    for (let x = 0; x < widthPx; x++) {
      const span = reach[distances[y * widthPx + x]!]
      if (span === undefined) continue
      changes[Math.max(0, x - span)]! += 1
      changes[Math.min(widthPx, x + span + 1)]! -= 1
    }
    for (let x = 0, open = 0; x < widthPx; x++) {
      open += changes[x]!
      if (open > 0) result.rows[y * stride + (x >> 3)]! |= 0x80 >> (x & 7)
    }
  }
  return result
}

/** To the nearest set pixel above or below, or more than `mostPx`. Row by row: down, then up again. */
function columnDistances({ widthPx, heightPx, rows }: Bits, mostPx: number): Uint16Array {
  const stride = rows.length / heightPx
  const far = mostPx + 1
  const distances = new Uint16Array(widthPx * heightPx)
  for (let y = 0, at = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, at++) {
      const isSet = rows[y * stride + (x >> 3)]! & (0x80 >> (x & 7))
      distances[at] = isSet ? 0 : Math.min(far, (y === 0 ? far : distances[at - widthPx]!) + 1)
    }
  }
  for (let at = widthPx * (heightPx - 1) - 1; at >= 0; at--) {
    distances[at] = Math.min(distances[at]!, distances[at + widthPx]! + 1)
  }
  return distances
}
