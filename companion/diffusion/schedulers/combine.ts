/** Σ factor · values, number by number. All values are of one length. */
export function combine(
  ...terms: readonly (readonly [factor: number, values: Float32Array])[]
): Float32Array {
  const [[, { length }]] = terms as [readonly [number, Float32Array]]
  const sum = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    let value = 0
    for (const [factor, values] of terms) value += factor * values[i]!
    sum[i] = value
  }
  return sum
}
