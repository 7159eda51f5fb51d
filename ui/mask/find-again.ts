/** Brightness, 0 … 1, of a picture that was scaled down. */
export interface Grey {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
}

/** Where a template lies in a picture, in its pixels. */
export interface Match {
  readonly x: number
  readonly y: number
  /** −1 … 1: 1 is the same but for brightness and contrast. */
  readonly likeness: number
}

/**
 * The place that looks most like the template: the highest normalised cross-correlation (J. P. Lewis, Fast Normalized
 * Cross-Correlation, 1995, equation 2), with the picture's sums from tables. null: it is larger than the picture, or of one
 * brightness all over, which is everywhere and nowhere.
 */
export function findTemplate(picture: Grey, template: Grey): Match | null {
  const { width, height } = template
  if (width > picture.width || height > picture.height) return null
  const count = width * height
  const mean = template.values.reduce((sum, value) => sum + value, 0) / count
  const centred = template.values.map((value) => value - mean)
  const spread = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0))
  if (spread < leastSpread * Math.sqrt(count)) return null
  const sums = summed(picture, (value) => value)
  const squares = summed(picture, (value) => value * value)
  let best: Match | null = null
  for (let y = 0; y + height <= picture.height; y++) {
    for (let x = 0; x + width <= picture.width; x++) {
      const sum = sumOf(sums, picture.width, x, y, width, height)
      const square = sumOf(squares, picture.width, x, y, width, height)
      const spreadHere = Math.sqrt(Math.max(0, square - (sum * sum) / count))
      if (spreadHere < leastSpread * Math.sqrt(count)) continue
      const likeness = correlation(picture, centred, x, y, width, height) / (spread * spreadHere)
      if (best === null || likeness > best.likeness) best = { x, y, likeness }
    }
  }
  return best
}

/** Standard deviation below which nothing can be told apart. */
const leastSpread = 0.01

function correlation(
  { width: pitch, values }: Grey,
  centred: Float32Array,
  x: number,
  y: number,
  width: number,
  height: number,
): number {
  let sum = 0
  for (let row = 0, at = 0; row < height; row++) {
    const from = (y + row) * pitch + x
    for (let column = 0; column < width; column++, at++) sum += centred[at]! * values[from + column]!
  }
  return sum
}

/** [height + 1, width + 1]: the sum over all above and to the left. */
function summed({ width, height, values }: Grey, of: (value: number) => number): Float64Array {
  const pitch = width + 1
  const table = new Float64Array(pitch * (height + 1))
  for (let y = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++) {
      row += of(values[y * width + x]!)
      table[(y + 1) * pitch + x + 1] = table[y * pitch + x + 1]! + row
    }
  }
  return table
}

function sumOf(
  table: Float64Array,
  pictureWidth: number,
  x: number,
  y: number,
  width: number,
  height: number,
): number {
  const pitch = pictureWidth + 1
  const [top, bottom] = [y * pitch, (y + height) * pitch]
  return table[bottom + x + width]! - table[bottom + x]! - table[top + x + width]! + table[top + x]!
}
