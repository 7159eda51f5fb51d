let state: u32 = 0

/** See `createRandom`: the same numbers from the same seed. */
export function seedRandom(seed: u32): void {
  state = seed
}

/** A whole number from 0 up to, not including, `bound`. */
export function random(bound: i32): i32 {
  state += 0x6d2b79f5
  let bits: u32 = (state ^ (state >>> 15)) * (state | 1)
  bits ^= bits + (bits ^ (bits >>> 7)) * (bits | 61)
  bits ^= bits >>> 14
  return ((((bits as u64) * (bound as u64)) as u64) >>> 32) as i32
}
