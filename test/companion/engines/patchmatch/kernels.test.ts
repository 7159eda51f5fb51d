import { describe, expect, test } from 'vitest'
import { findClones } from '../../../../companion/engines/patchmatch/clone.ts'
import { applyCopies, chooseCopies } from '../../../../companion/engines/patchmatch/copy.ts'
import { keptEdges } from '../../../../companion/engines/patchmatch/edges.ts'
import { createField, type Field, upsampleField } from '../../../../companion/engines/patchmatch/field.ts'
import {
  borrow,
  bytes,
  copyOf,
  ints,
  kernels,
  whileChecking,
} from '../../../../companion/engines/patchmatch/kernels.ts'
import { createLevel, type Level, type Scene } from '../../../../companion/engines/patchmatch/level.ts'
import { blendCopies } from '../../../../companion/engines/patchmatch/poisson.ts'
import { halve } from '../../../../companion/engines/patchmatch/pyramid.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import { describeScene } from '../../../../companion/engines/patchmatch/scene.ts'
import { refreshCosts, searchPass } from '../../../../companion/engines/patchmatch/search.ts'
import { bestSource } from '../../../../companion/engines/patchmatch/starts.ts'
import { vote, voteOnSteps } from '../../../../companion/engines/patchmatch/vote.ts'
import type { Image, Mask } from '../../../../companion/image/image.ts'
import { flagged, inKernels, markWhere, paint, sceneOf, within } from './pictures.ts'
import * as cloneTwin from './twins/clone.ts'
import * as copyTwin from './twins/copy.ts'
import * as edgesTwin from './twins/edges.ts'
import * as fieldTwin from './twins/field.ts'
import * as levelTwin from './twins/level.ts'
import * as poissonTwin from './twins/poisson.ts'
import * as pyramidTwin from './twins/pyramid.ts'
import * as sceneTwin from './twins/scene.ts'
import * as searchTwin from './twins/search.ts'
import * as startsTwin from './twins/starts.ts'
import * as voteTwin from './twins/vote.ts'

interface Situation {
  readonly image: Image
  readonly mask: Mask
  readonly avoid: Mask
  readonly patchRadius: number
}

/** Waves with grain, here and there see-through where `isOpaque` is false. */
function situation(
  [width, height]: [number, number],
  hole: (x: number, y: number) => boolean,
  patchRadius: number,
  isOpaque = true,
): Situation {
  const random = createRandom(width)
  const image = paint({ width, height }, (x, y) => {
    const wave = 100 + 50 * Math.sin(x / 6) + 40 * Math.cos(y / 5)
    return [
      wave + random(20),
      wave / 2 + random(9),
      250 - wave,
      isOpaque ? 255 : 255 - random(3) * ((x * y) % 90),
    ]
  })
  const avoid = markWhere(image, within(Math.floor(width / 2), 0, 9, 5))
  return { image, mask: markWhere(image, hole), avoid, patchRadius }
}

describe.each<[string, Situation]>([
  ['a hole in the middle', situation([70, 48], within(28, 17, 19, 14), 3)],
  ['a hole over a corner, small patches', situation([61, 83], within(0, 0, 24, 30), 2)],
  ['a hole across a wide picture', situation([131, 45], within(60, 0, 13, 45), 3)],
  ['specks, and the smallest patches', situation([90, 57], (x, y) => x % 13 < 3 && y % 9 < 2, 1)],
  ['a picture with transparency', situation([67, 52], within(24, 20, 17, 12), 3, false)],
])('%s', (_, { image, mask, avoid, patchRadius }) => {
  const scene = sceneOf(image, mask, avoid)
  const level = createLevel(scene, patchRadius)
  /** Its hole filled with something, for there is nothing to compare in a blank one. */
  const begun = (): Level => {
    const random = createRandom(5)
    const pixels = copyOf(level.pixels)
    for (const place of level.holePixels) pixels.set([random(256), random(256), random(256), 90], 4 * place)
    return { ...level, pixels }
  }
  /** Half of the matches at random, half of them shifted by the same. */
  const beginField = (of: Level): Field => {
    const random = createRandom(6)
    const field = createField(of)
    const common = of.sources[0]! - of.targets[0]!
    for (const target of of.targets) {
      const isCommon = random(2) === 0 && of.isSource[target + common] === 1
      field.match[target] = isCommon ? target + common : of.sources[random(of.sources.length)]!
    }
    refreshCosts(of, field)
    return field
  }
  const copyOfField = ({ match, cost }: Field): Field => ({ match: match.slice(), cost: cost.slice() })

  test('describeScene gives the same bytes', () => {
    const flags = [flagged(mask), flagged(avoid)] as const
    const described = describeScene(inKernels(image), ...flags, 5)
    expect(described.pixels).toEqual(inOwnMemory(sceneTwin.describeScene(image, ...flags, 5).pixels))
  })

  test('createLevel finds the same pixels, targets, sources and depths', () => {
    const twin = levelTwin.createLevel(scene, patchRadius)
    for (const name of ['holePixels', 'targets', 'sources', 'isSource', 'depth'] as const) {
      expect([...level[name]], name).toEqual([...twin[name]])
    }
  })

  test('halve gives the same bytes', () => {
    const twin = pyramidTwin.halve(scene)
    const halved: Scene = halve(scene)
    for (const name of ['pixels', 'hole', 'avoid'] as const) {
      expect(halved[name], name).toEqual(inOwnMemory(twin[name]))
    }
  })

  test.each([false, true])('searchPass finds the same matches (backwards: %s)', (backwards) => {
    const here = begun()
    const field = beginField(here)
    const twin = copyOfField(field)
    searchTwin.refreshCosts(here, twin)
    expect([...twin.cost]).toEqual([...field.cost])
    const reach = { backwards, radiusPx: 40, samples: 2 }
    searchPass(here, field, reach, 77)
    searchTwin.searchPass(here, twin, reach, createRandom(77))
    expect([...field.match]).toEqual([...twin.match])
    expect([...field.cost]).toEqual([...twin.cost])
  })

  test.each([1, 0.15])('vote gives the same colours to 1 grey level (alpha %d)', (alpha) => {
    const here = begun()
    const field = beginField(here)
    const twin: Level = { ...here, pixels: here.pixels.slice() }
    const change = vote(here, field, alpha)
    expect(Math.abs(change - voteTwin.vote(twin, field, alpha))).toBeLessThan(0.01)
    expect(largestDifference(here.pixels, twin.pixels)).toBeLessThanOrEqual(1)
  })

  test('voteOnSteps gives the same steps to a twentieth of a grey level', () => {
    const here = begun()
    const field = beginField(here)
    const twin = voteTwin.voteOnSteps(here, field)
    voteOnSteps(here, field).forEach((step, i) => {
      expect(Math.abs(step - twin[i]!)).toBeLessThan(0.05)
    })
  })

  test('keptEdges gives the same share', () => {
    const here = begun()
    const field = beginField(here)
    expect(keptEdges(here, field)).toBeCloseTo(edgesTwin.keptEdges(here, field), 9)
  })

  test('blendCopies into calm colours gives the same colours to 1 grey level', () => {
    const here = begun()
    const field = beginField(here)
    const copiedFrom = chooseCopies(here, field)
    const steps = voteOnSteps(here, field)
    const [blended, twin] = [inKernels(image), inKernels(image)]
    for (const { data } of [blended, twin]) applyCopies(data, level.holePixels, copiedFrom)
    const copies = { hole: level.hole, holePixels: level.holePixels, copiedFrom }
    blendCopies(blended, copies, { steps, gain: 1.1 })
    poissonTwin.blendCopies(twin, copies, { steps, gain: 1.1 })
    expect(largestDifference(blended.data, twin.data)).toBeLessThanOrEqual(1)
  })

  test('chooseCopies and applyCopies copy from the same places', () => {
    const here = begun()
    const field = beginField(here)
    const copiedFrom = chooseCopies(here, field)
    expect([...copiedFrom]).toEqual([...copyTwin.chooseCopies(here, field)])
    const twin = here.pixels.slice()
    applyCopies(here.pixels, here.holePixels, copiedFrom)
    copyTwin.applyCopies(twin, here.holePixels, copiedFrom)
    expect([...here.pixels]).toEqual([...twin])
  })

  test('upsampleField leads to the same places', () => {
    const coarse = createLevel(halve(scene), patchRadius)
    const field = beginField(coarse)
    const finer = upsampleField(coarse, field, level, 9)
    const twin = fieldTwin.upsampleField(coarse, field, level, createRandom(9))
    expect([...finer.match]).toEqual([...twin.match])
    expect([...finer.cost]).toEqual([...twin.cost])
  })

  test('bestSource finds the same place', () => {
    const here = begun()
    const random = createRandom(7)
    const filled = copyOf(here.hole.map((value) => (value && random(3) > 0 ? 0 : 1)))
    const fill = { filled, candidates: here.sources, copiedFrom: ints(0), patch: bytes(7 * 64) }
    for (const place of here.holePixels) {
      expect(bestSource(here, fill, place)).toBe(startsTwin.bestSource(here, fill, place))
    }
  })

  test('blendCopies gives the same colours to 1 grey level', () => {
    const random = createRandom(8)
    const [blended, twin] = [inKernels(image), inKernels(image)]
    const copiedFrom = ints(level.holePixels.length)
    // Stripes of copies from a few places, so that there are both seams and none.
    const places = Array.from({ length: 5 }, () => level.sources[random(level.sources.length)]!)
    level.holePixels.forEach((place, k) => {
      const shift = places[place % 5]! - level.holePixels[0]!
      copiedFrom[k] = scene.hole[place + shift] === 0 ? place + shift : places[0]!
    })
    for (const { data } of [blended, twin]) applyCopies(data, level.holePixels, copiedFrom)
    const copies = { hole: level.hole, holePixels: level.holePixels, copiedFrom }
    blendCopies(blended, copies)
    poissonTwin.blendCopies(twin, copies)
    expect(largestDifference(blended.data, twin.data)).toBeLessThanOrEqual(1)
  })
})

test('blendCopies gives the same colours to 1 grey level in large holes of any shape', () => {
  const size = { width: 310, height: 190 }
  const image = paint(size, (x, y) => [(x + y) / 2, 90 + 60 * Math.sin(x / 30), 255 - x / 2])
  const hole: (x: number, y: number) => boolean = (x, y) =>
    within(-1, 20, 90, 170)(x, y) ||
    Math.hypot(x - 190, y - 80) < 60 + 25 * Math.sin(7 * Math.atan2(y - 80, x - 190)) ||
    (x > 250 && Math.abs(y - 150 + 12 * Math.sin(x / 9)) < 1)
  const { holePixels, hole: flags, sources } = createLevel(sceneOf(image, markWhere(size, hole)), 0)
  const random = createRandom(4)
  const copiedFrom = ints(holePixels.length)
  holePixels.forEach((_, k) => {
    copiedFrom[k] = k % 40 > 0 ? copiedFrom[k - 1]! : sources[random(sources.length)]!
  })
  const [blended, twin] = [inKernels(image), inKernels(image)]
  for (const { data } of [blended, twin]) applyCopies(data, holePixels, copiedFrom)
  blendCopies(blended, { hole: flags, holePixels, copiedFrom })
  poissonTwin.blendCopies(twin, { hole: flags, holePixels, copiedFrom })
  expect(largestDifference(blended.data, twin.data)).toBeLessThanOrEqual(1)
})

describe('findClones', () => {
  const size = { width: 120, height: 80 }
  const cards = paint(size, (x, y) =>
    within(8, 9, 15, 12)(x % 40, y % 26) ? [90 + (x % 40), 120, 6 * (y % 26)] : [240, 240, 245],
  )
  test.each([
    ['one part', within(50, 32, 22, 18)],
    [
      'parts of several sizes',
      (x: number, y: number) => within(12, 12, 6, 5)(x, y) || within(90, 60, 19, 20)(x, y),
    ],
    ['a part that has no clone', (x: number) => x > 35 && x < 90],
  ])('finds the same clones of %s', (_, hole) => {
    const avoid = flagged(markWhere(size, within(0, 0, 14, 14)))
    const flags = flagged(markWhere(size, hole))
    const found = findClones(inKernels(cards), flags, avoid)
    const twin = cloneTwin.findClones(cards, flags, avoid)
    expect([...found.holePixels]).toEqual([...twin.holePixels])
    expect([...found.copiedFrom]).toEqual([...twin.copiedFrom])
  })
})

describe('the memory', () => {
  test('gives zeros, also where something was before', () => {
    const address = borrow(() => bytes(1000).fill(7).byteOffset)
    const again = bytes(2000)
    expect(again.byteOffset).toBe(address)
    expect(again.every((value) => value === 0)).toBe(true)
  })

  test('grows without taking away what was there', () => {
    const first = bytes(100).fill(9)
    borrow(() => bytes(40_000_000).fill(1))
    expect(first.every((value) => value === 9)).toBe(true)
    kernels.invert(first, 100)
    expect(first.every((value) => value === 8)).toBe(true)
  })

  test('refuses arrays of the host', () => {
    expect(() => kernels.countFlags(new Uint8Array(16), 16)).toThrow('memory')
  })
})

/** `toEqual` tells arrays in shared memory from others. */
function inOwnMemory(values: Uint8Array): Uint8Array {
  return copyOf(values)
}

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

describe('whileChecking', () => {
  const size = { width: 400, height: 300 }
  const { holePixels, hole } = createLevel(
    sceneOf(
      paint(size, (x, y) => [x, y, 9]),
      markWhere(size, within(50, 50, 300, 200)),
    ),
    0,
  )
  const blend = () => {
    const image = inKernels(paint(size, (x, y) => [x, y, 9]))
    blendCopies(image, { hole, holePixels, copiedFrom: copyOfInts(holePixels.map((place) => place % 400)) })
    return image.data
  }

  test('ends a kernel midway with what the check throws, and the next one works as ever', () => {
    const expected = blend().slice()
    const reason = new Error('enough')
    for (const last of [1, 5, 25]) {
      let checks = 0
      const check = () => {
        if (++checks === last) throw reason
      }
      expect(() => whileChecking(check, () => borrow(blend))).toThrow(reason)
      expect(checks).toBe(last)
    }
    expect(blend()).toEqual(expected)
  })

  test('asks no more once the work is done', () => {
    let checks = 0
    whileChecking(() => checks++, blend)
    const during = checks
    blend()
    expect(during).toBeGreaterThan(25)
    expect(checks).toBe(during)
  })

  function copyOfInts(values: Int32Array): Int32Array {
    const copy = ints(values.length)
    copy.set(values)
    return copy
  }
})
