/**
 * A mixture of Gaussians over colours, as data costs of Rother, Kolmogorov and Blake, "GrabCut", 2004, §3.1: a pixel
 * counts for its likeliest component only.
 *
 * [components, 10] Of each: the mean r, g, b · the inverse covariance rr, rg, rb, gg, gb, bb, its diagonal halved ·
 * −log of the weight + ½ log of the covariance's determinant. Plain numbers, for they are asked a million times.
 */
export type Mixture = Float64Array

const perComponent = 10

const componentCount = 5

/** Rounds of sharing the pixels out anew before a mixture is taken as learnt. */
const sharingRounds = 3

/** Added to the variances, in levels²: a plain colour would have none, and cost infinitely much one level beside it. */
const leastVariance = 2

/** More pixels say nothing new about colours. */
const mostSamples = 5000

/**
 * Learns the colours of some pixels. First they are split in two along the direction of their largest spread, again
 * and again (Orchard and Bouman, "Color Quantization of Images", 1991, as GrabCut does), then each goes to its
 * likeliest component a few times.
 *
 * @param colours [pixels, 3] of the whole picture
 * @param pixels which ones to learn from; at least one
 */
export function learnMixture(colours: Uint8Array, pixels: Int32Array): Mixture {
  const samples = samplesOf(colours, pixels)
  const owners = new Uint8Array(samples.length / 3)
  let groups = describe(samples, owners, 1)
  while (groups.length < componentCount) {
    const widest = groups.reduce((best, group, k) => (group.spread > groups[best]!.spread ? k : best), 0)
    if (groups[widest]!.spread <= leastVariance) break
    split(samples, owners, { group: groups[widest]!, from: widest, to: groups.length })
    groups = describe(samples, owners, groups.length + 1)
  }
  let mixture = mixtureOf(groups)
  for (let round = 0; round < sharingRounds; round += 1) {
    shareOut(mixture, samples, owners)
    mixture = mixtureOf(describe(samples, owners, mixture.length / perComponent))
  }
  return mixture
}

/** −log of how likely the colour at `at` is, up to a constant that all mixtures share. */
export function costOf(mixture: Mixture, colours: Uint8Array, at: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let k = 0; k < mixture.length; k += perComponent) {
    const cost = componentCost(mixture, k, colours, at)
    if (cost < least) least = cost
  }
  return least
}

/** [samples, 3] The colours of every n-th. */
function samplesOf(colours: Uint8Array, pixels: Int32Array): Uint8Array {
  const count = Math.min(pixels.length, mostSamples)
  const step = pixels.length / count
  const samples = new Uint8Array(3 * count)
  for (let i = 0; i < count; i += 1) {
    const at = 3 * pixels[Math.floor(i * step)]!
    samples[3 * i] = colours[at]!
    samples[3 * i + 1] = colours[at + 1]!
    samples[3 * i + 2] = colours[at + 2]!
  }
  return samples
}

interface Group {
  readonly count: number
  readonly mean: readonly [number, number, number]
  /** rr, rg, rb, gg, gb, bb */
  readonly covariance: readonly [number, number, number, number, number, number]
  /** The direction of the largest spread, and the variance along it. */
  readonly axis: readonly [number, number, number]
  readonly spread: number
}

function describe(samples: Uint8Array, owners: Uint8Array, groups: number): Group[] {
  const counts = new Int32Array(groups)
  const sums = new Float64Array(groups * 9)
  addUp(samples, owners, counts, sums)
  return Array.from(counts, (count, k) => groupOf(count, sums.subarray(9 * k, 9 * k + 9)))
}

/** Of each group: r, g, b, and their products as in the covariance. */
function addUp(samples: Uint8Array, owners: Uint8Array, counts: Int32Array, sums: Float64Array): void {
  for (let i = 0; i < owners.length; i += 1) {
    const owner = owners[i]!
    const r = samples[3 * i]!
    const g = samples[3 * i + 1]!
    const b = samples[3 * i + 2]!
    const to = owner * 9
    counts[owner]! += 1
    sums[to]! += r
    sums[to + 1]! += g
    sums[to + 2]! += b
    sums[to + 3]! += r * r
    sums[to + 4]! += r * g
    sums[to + 5]! += r * b
    sums[to + 6]! += g * g
    sums[to + 7]! += g * b
    sums[to + 8]! += b * b
  }
}

function groupOf(count: number, sums: Float64Array): Group {
  const [r, g, b, rr, rg, rb, gg, gb, bb] = [...sums].map((sum) => sum / Math.max(1, count)) as Nine
  const covariance = [rr - r * r, rg - r * g, rb - r * b, gg - g * g, gb - g * b, bb - b * b] as const
  return { count, mean: [r, g, b], covariance, ...widestAxis(covariance) }
}

type Nine = [number, number, number, number, number, number, number, number, number]

/** Power iteration. */
function widestAxis([rr, rg, rb, gg, gb, bb]: Group['covariance']): Pick<Group, 'axis' | 'spread'> {
  let axis: [number, number, number] = [0.577, 0.578, 0.576]
  let spread = 0
  for (let round = 0; round < 32; round += 1) {
    const [x, y, z] = axis
    const next = [rr * x + rg * y + rb * z, rg * x + gg * y + gb * z, rb * x + gb * y + bb * z] as const
    spread = Math.hypot(...next)
    if (spread === 0) break
    axis = [next[0] / spread, next[1] / spread, next[2] / spread]
  }
  return { axis, spread }
}

/** Moves what lies beyond the group's mean, along its widest axis, to the group `to`. */
function split(
  samples: Uint8Array,
  owners: Uint8Array,
  { group: { axis, mean }, from, to }: { group: Group; from: number; to: number },
): void {
  const middle = axis[0] * mean[0] + axis[1] * mean[1] + axis[2] * mean[2]
  for (let i = 0; i < owners.length; i += 1) {
    if (owners[i] !== from) continue
    const along = axis[0] * samples[3 * i]! + axis[1] * samples[3 * i + 1]! + axis[2] * samples[3 * i + 2]!
    if (along > middle) owners[i] = to
  }
}

/** Of the groups that have samples. */
function mixtureOf(groups: readonly Group[]): Mixture {
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  const own = groups.filter(({ count }) => count > 0)
  return Float64Array.from(own.flatMap((group) => componentOf(group, total)))
}

function componentOf({ count, mean, covariance }: Group, total: number): number[] {
  const [rr, rg, rb, gg, gb, bb] = covariance
  const [a, d, f] = [rr + leastVariance, gg + leastVariance, bb + leastVariance]
  const determinant = a * (d * f - gb * gb) - rg * (rg * f - gb * rb) + rb * (rg * gb - d * rb)
  return [
    ...mean,
    (d * f - gb * gb) / determinant / 2,
    (rb * gb - rg * f) / determinant,
    (rg * gb - rb * d) / determinant,
    (a * f - rb * rb) / determinant / 2,
    (rg * rb - a * gb) / determinant,
    (a * d - rg * rg) / determinant / 2,
    -Math.log(count / total) + Math.log(determinant) / 2,
  ]
}

/** Each sample goes to its likeliest component. */
function shareOut(mixture: Mixture, samples: Uint8Array, owners: Uint8Array): void {
  for (let i = 0; i < owners.length; i += 1) owners[i] = likeliest(mixture, samples, 3 * i)
}

function likeliest(mixture: Mixture, colours: Uint8Array, at: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let k = 0; k < mixture.length; k += perComponent) {
    const cost = componentCost(mixture, k, colours, at)
    if (cost >= least) continue
    least = cost
    best = k
  }
  return best / perComponent
}

/** @param k where the component begins in the mixture */
function componentCost(mixture: Mixture, k: number, colours: Uint8Array, at: number): number {
  const r = colours[at]! - mixture[k]!
  const g = colours[at + 1]! - mixture[k + 1]!
  const b = colours[at + 2]! - mixture[k + 2]!
  return (
    mixture[k + 9]! +
    mixture[k + 3]! * r * r +
    mixture[k + 6]! * g * g +
    mixture[k + 8]! * b * b +
    mixture[k + 4]! * r * g +
    mixture[k + 5]! * r * b +
    mixture[k + 7]! * g * b
  )
}
