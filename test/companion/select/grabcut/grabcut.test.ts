import { describe, expect, test } from 'vitest'
import { grabCut } from '../../../../companion/select/grabcut/grabcut.ts'
import type { Candidate, Prompt } from '../../../../companion/select/selector.ts'
import { maskInPicture } from '../../../support/candidates.ts'
import { paintImage } from '../../../support/images.ts'

const width = 320
const height = 220
const centre = { x: 150, y: 100 }
const isDisc = (x: number, y: number) => Math.hypot(x - centre.x, y - centre.y) <= 40
const isHat = (x: number, y: number) => x >= 130 && x < 170 && y >= 30 && y < 62
/** An orange disc with a blue hat, on a greenish ground of many tones. */
const image = paintImage(width, height, (x, y) => {
  const texture = ((x * 31 + y * 17) % 23) - 11
  if (isDisc(x, y)) return [220 + texture, 120 + texture, 30, 255]
  if (isHat(x, y)) return [40, 60 + texture, 200 + texture, 255]
  return [60 + texture, 110 + texture + Math.round(x / 10), 70 + texture, 255]
})

const quiet = { onStep: () => {}, throwIfCancelled: () => {} }
const select = (prompt: Partial<Prompt>) => grabCut(image, { points: [], box: null, ...prompt }, quiet)
const include = ({ x, y }: { x: number; y: number }) => ({ x, y, include: true })
const exclude = ({ x, y }: { x: number; y: number }) => ({ x, y, include: false })

/** Pixels in both, of those in either. */
function likeness(candidate: Candidate, isMeant: (x: number, y: number) => boolean): number {
  const mask = maskInPicture(candidate, image)
  let both = 0
  let either = 0
  for (let i = 0; i < mask.data.length; i += 1) {
    const meant = isMeant(i % width, Math.floor(i / width))
    const selected = mask.data[i] === 255
    if (meant && selected) both += 1
    if (meant || selected) either += 1
  }
  return both / either
}

const isBoth = (x: number, y: number) => isDisc(x, y) || isHat(x, y)
const roundBoth = { x: 104, y: 24, width: 94, height: 124 }

describe('grabCut', () => {
  test('finds in a box all that is unlike its ground', () => {
    const [candidate, ...others] = select({ box: roundBoth })
    expect(others).toEqual([])
    expect(likeness(candidate!, isBoth)).toBeGreaterThan(0.98)
    expect(candidate).toMatchObject({
      rect: { x: 110, y: 30, width: 81, height: 111 },
      score: expect.any(Number),
    })
    expect(candidate!.score).toBeGreaterThan(0.8)
  })

  test('leaves out of a box what was pointed at as not belonging', () => {
    const points = [exclude({ x: 150, y: 45 }), exclude({ x: 140, y: 40 }), include(centre)]
    const [candidate] = select({ box: roundBoth, points })
    expect(likeness(candidate!, isDisc)).toBeGreaterThan(0.95)
  })

  test('finds the thing of one colour round a click', () => {
    const candidates = select({ points: [include(centre)] })
    expect(candidates.length).toBeLessThanOrEqual(3)
    expect(Math.max(...candidates.map((each) => likeness(each, isDisc)))).toBeGreaterThan(0.95)
    for (const each of candidates) {
      expect(maskInPicture(each, image).data[centre.y * width + centre.x]).toBe(255)
    }
  })

  test('finds what a scribble crosses', () => {
    const scribble = Array.from({ length: 30 }, (_, i) => include({ x: 150, y: 36 + 3 * i }))
    const [best] = select({ points: scribble })
    expect(likeness(best!, isBoth)).toBeGreaterThan(0.95)
  })

  test('gives its candidates best first, and none twice', () => {
    const candidates = select({ points: [include(centre)] })
    const scores = candidates.map(({ score }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    for (const [i, a] of candidates.entries()) {
      for (const b of candidates.slice(i + 1)) expect(a.mask.data).not.toEqual(b.mask.data)
    }
  })

  test('selects the same again', () => {
    expect(select({ points: [include(centre)] })).toEqual(select({ points: [include(centre)] }))
  })

  test('finds nothing where nothing is included', () => {
    expect(select({ points: [exclude(centre)] })).toEqual([])
  })

  test.each([
    ['a picture of one pixel', 1, 1],
    ['a plain picture', 40, 25],
  ])('does not fail on %s', (_what, w, h) => {
    const plain = paintImage(w, h, () => [90, 90, 90, 255])
    const box = { x: 0, y: 0, width: w, height: h }
    for (const prompt of [
      { points: [], box },
      { points: [include({ x: 0, y: 0 })], box: null },
    ]) {
      expect(grabCut(plain, prompt, quiet).length).toBeLessThanOrEqual(3)
    }
  })

  test('tells its steps from 0 to the total, which stays', () => {
    const told: [number, number][] = []
    grabCut(
      image,
      { points: [include(centre)], box: null },
      { ...quiet, onStep: (...step) => told.push(step) },
    )
    const total = told[0]![1]
    expect(told[0]).toEqual([0, total])
    expect(told.at(-1)).toEqual([total, total])
    for (const [i, [done, of]] of told.entries()) {
      expect(of).toBe(total)
      if (i > 0) expect(done).toBeGreaterThanOrEqual(told[i - 1]![0])
    }
  })

  test('is stopped by a cancel', () => {
    let looks = 0
    const throwIfCancelled = () => {
      looks += 1
      if (looks > 4) throw new Error('enough')
    }
    expect(() =>
      grabCut(image, { points: [include(centre)], box: null }, { ...quiet, throwIfCancelled }),
    ).toThrow('enough')
  })
})
