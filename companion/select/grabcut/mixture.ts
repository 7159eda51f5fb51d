/**
 * A mixture of Gaussians over colours, as data costs of Rother, Kolmogorov and Blake, "GrabCut", 2004, §3.1: a pixel
 * counts for its likeliest component only.
 */
export interface Mixture {
  readonly components: readonly Component[]
}

/** One Gaussian, ready to be asked. */
interface Component {
  /** The mean. */
  readonly r: number
  readonly g: number
  readonly b: number
  /** The inverse covariance; its diagonal halved. */
  readonly rr: number
  readonly rg: number
  readonly rb: number
  readonly gg: number
  readonly gb: number
  readonly bb: number
  /** −log of the weight + ½ log of the covariance's determinant. */
  readonly offset: number
}

const componentCount = 5

/** Rounds of sharing the pixels out anew before a mixture is taken as learnt. */
const sharingRounds = 3

/** Added to the variances, in levels²: a plain colour would have none, and cost infinitely much one level beside it. */
const leastVariance = 2

/** More pixels say nothing new about colours. */
const mostSamples = 20_000

/**
 * Learns the colours of some pixels. First they are split in two along the direction of their largest spread, again
 * and again (Orchard and Bouman, "Color Quantization of Images", 1991, as GrabCut does), then each goes to its
 * likeliest component a few times.
 *
 * @param colours [pixels, 3] of the whole picture
 * @param pixels which ones to learn from; at least one
 */
export function learnMixture(colours: Uint8Array, pixels: Int32Array): Mixture {
  const samples = sampleOf(pixels)
  const owners = new Uint8Array(samples.length)
  const groups = [describe(colours, samples, owners, 0)]
  while (groups.length < componentCount) {
    const widest = groups.reduce((best, group, k) => (group.spread > groups[best]!.spread ? k : best), 0)
    if (groups[widest]!.spread <= leastVariance) break
    split(colours, samples, owners, { group: groups[widest]!, from: widest, to: groups.length })
    groups.push(describe(colours, samples, owners, groups.length))
    groups[widest] = describe(colours, samples, owners, widest)
  }
  let components = groups.map((group) => componentOf(group, samples.length))
  for (let round = 0; round < sharingRounds; round += 1) {
    for (let i = 0; i < samples.length; i += 1) owners[i] = likeliest(components, colours, samples[i]! * 3)
    components = groups
      .map((_, k) => describe(colours, samples, owners, k))
      .filter(({ count }) => count > 0)
      .map((group) => componentOf(group, samples.length))
  }
  return { components }
}

/** −log of how likely the colour at `at` is, up to a constant that all mixtures share. */
export function costOf({ components }: Mixture, colours: Uint8Array, at: number): number {
  let least = Number.POSITIVE_INFINITY
  for (const component of components) least = Math.min(least, componentCost(component, colours, at))
  return least
}

/** Every n-th. */
function sampleOf(pixels: Int32Array): Int32Array {
  if (pixels.length <= mostSamples) return pixels
  const step = pixels.length / mostSamples
  return Int32Array.from({ length: mostSamples }, (_, i) => pixels[Math.floor(i * step)]!)
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

function describe(colours: Uint8Array, samples: Int32Array, owners: Uint8Array, owner: number): Group {
  const sums = new Float64Array(9)
  let count = 0
  for (let i = 0; i < samples.length; i += 1) {
    if (owners[i] !== owner) continue
    const at = samples[i]! * 3
    const r = colours[at]!
    const g = colours[at + 1]!
    const b = colours[at + 2]!
    count += 1
    sums[0]! += r
    sums[1]! += g
    sums[2]! += b
    sums[3]! += r * r
    sums[4]! += r * g
    sums[5]! += r * b
    sums[6]! += g * g
    sums[7]! += g * b
    sums[8]! += b * b
  }
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
  colours: Uint8Array,
  samples: Int32Array,
  owners: Uint8Array,
  { group: { axis, mean }, from, to }: { group: Group; from: number; to: number },
): void {
  const middle = axis[0] * mean[0] + axis[1] * mean[1] + axis[2] * mean[2]
  for (let i = 0; i < samples.length; i += 1) {
    if (owners[i] !== from) continue
    const at = samples[i]! * 3
    const along = axis[0] * colours[at]! + axis[1] * colours[at + 1]! + axis[2] * colours[at + 2]!
    if (along > middle) owners[i] = to
  }
}

function componentOf({ count, mean, covariance }: Group, total: number): Component {
  const [rr, rg, rb, gg, gb, bb] = covariance
  const [a, d, f] = [rr + leastVariance, gg + leastVariance, bb + leastVariance]
  const determinant = a * (d * f - gb * gb) - rg * (rg * f - gb * rb) + rb * (rg * gb - d * rb)
  return {
    ...{ r: mean[0], g: mean[1], b: mean[2] },
    rr: (d * f - gb * gb) / determinant / 2,
    rg: (rb * gb - rg * f) / determinant,
    rb: (rg * gb - rb * d) / determinant,
    gg: (a * f - rb * rb) / determinant / 2,
    gb: (rg * rb - a * gb) / determinant,
    bb: (a * d - rg * rg) / determinant / 2,
    offset: -Math.log(count / total) + Math.log(determinant) / 2,
  }
}

function likeliest(components: readonly Component[], colours: Uint8Array, at: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let k = 0; k < components.length; k += 1) {
    const cost = componentCost(components[k]!, colours, at)
    if (cost >= least) continue
    least = cost
    best = k
  }
  return best
}

function componentCost(component: Component, colours: Uint8Array, at: number): number {
  const r = colours[at]! - component.r
  const g = colours[at + 1]! - component.g
  const b = colours[at + 2]! - component.b
  const { rr, rg, rb, gg, gb, bb, offset } = component
  return offset + rr * r * r + gg * g * g + bb * b * b + rg * r * g + rb * r * b + gb * g * b
}
