/** A source of random numbers that goes on where the last draw ended. */
export interface Generator {
  /** `count` independent normal numbers of mean 0 and variance 1. */
  normal(count: number): Float32Array
}

/**
 * `torch.Generator().manual_seed(seed)` on the CPU: `normal(n)` gives what `torch.randn(n, generator=…)` does, so that a seed
 * gives the picture that diffusers makes from it. Its numbers differ from these in the last bits from one processor to the
 * next; here they are the same everywhere.
 *
 * After at::normal_ (aten/src/ATen/native/DistributionTemplates.h and core/DistributionsHelper.h), which draws in one of
 * two ways: 16 numbers or more in float32, a few one by one in float64.
 *
 * @param seed A whole number; its low 32 bits count.
 */
export function createGenerator(seed: number): Generator {
  const next = createMersenneTwister(Number(BigInt.asUintN(32, BigInt(seed))))
  /** The second of a pair, kept for the next draw one by one. */
  let kept: number | null = null

  function one(): number {
    if (kept !== null) {
      const second = kept
      kept = null
      return second
    }
    const angle = 2 * Math.PI * uniform53(next)
    const radius = Math.sqrt(-2 * Math.log1p(-uniform53(next)))
    kept = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  function many(count: number): Float32Array {
    const values = Float32Array.from({ length: count }, () => uniform24(next))
    for (let start = 0; start + groupSize <= count; start += groupSize) boxMuller(values, start)
    if (count % groupSize !== 0) {
      // The rest is not drawn by itself: the last 16 are drawn anew, over what is there.
      const start = count - groupSize
      for (let i = start; i < count; i++) values[i] = uniform24(next)
      boxMuller(values, start)
    }
    return values
  }

  return {
    normal: (count) => (count < groupSize ? Float32Array.from({ length: count }, one) : many(count)),
  }
}

const groupSize = 16

/**
 * Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958): eight pairs of uniform numbers, each eight
 * places apart, become normal ones. normal_fill_16 of ATen/native/cpu/DistributionTemplates.h.
 */
function boxMuller(values: Float32Array, start: number): void {
  for (let i = start; i < start + groupSize / 2; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - values[i]!))
    const angle = Math.fround(2 * Math.PI * values[i + groupSize / 2]!)
    values[i] = radius * Math.cos(angle)
    values[i + groupSize / 2] = radius * Math.sin(angle)
  }
}

/** 0 … 1, of 24 bits. */
function uniform24(next: () => number): number {
  return (next() & 0xff_ffff) / 2 ** 24
}

/** 0 … 1, of 53 bits: the low ones of a 64-bit number whose high half is drawn first. */
function uniform53(next: () => number): number {
  const high = next() & 0x1f_ffff
  return (high * 2 ** 32 + next()) / 2 ** 53
}

/**
 * Matsumoto and Nishimura, "Mersenne Twister: A 623-Dimensionally Equidistributed Uniform Pseudo-Random Number Generator"
 * (1998): mt19937 with init_genrand. Each call gives the next 32 bits.
 */
function createMersenneTwister(seed: number): () => number {
  const state = new Uint32Array(length)
  state[0] = seed
  for (let i = 1; i < length; i++) {
    const previous = state[i - 1]!
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
  }
  let index = length

  function twist(): void {
    for (let i = 0; i < length; i++) {
      const joined = (state[i]! & 0x8000_0000) | (state[(i + 1) % length]! & 0x7fff_ffff)
      state[i] = state[(i + shift) % length]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908_b0df : 0)
    }
    index = 0
  }

  return () => {
    if (index === length) twist()
    let bits = state[index++]!
    bits ^= bits >>> 11
    bits ^= (bits << 7) & 0x9d2c_5680
    bits ^= (bits << 15) & 0xefc6_0000
    return (bits ^ (bits >>> 18)) >>> 0
  }
}

/** Of mt19937's state, in words, and the distance of the words that are joined. */
const length = 624
const shift = 397
