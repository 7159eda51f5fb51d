/** A whole number from 0 up to, not including, `bound`. */
export type Random = (bound: number) => number

/**
 * The same numbers for the same seed on every machine: a Weyl sequence through a 32-bit mixing function
 * (mulberry32 by Tommy Ettinger, public domain). Good enough to sample places, not for secrets.
 *
 * @param seed 0 … 2^32 − 1
 */
export function createRandom(seed: number): Random {
  let state = seed | 0
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * bound)
  }
}
