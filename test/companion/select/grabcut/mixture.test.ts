import { describe, expect, test } from 'vitest'
import { costOf, learnMixture } from '../../../../companion/select/grabcut/mixture.ts'

/** Colours that alternate, each with a little noise. */
function coloursOf(count: number, ...colours: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from({ length: count * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3)
    return colours[pixel % colours.length]![i % 3]! + (pixel % 7) - 3
  })
}

const all = (colours: Uint8Array) => Int32Array.from({ length: colours.length / 3 }, (_, pixel) => pixel)

describe('learnMixture', () => {
  test('knows each of several colours, and none between them', () => {
    const colours = coloursOf(600, [200, 30, 40], [20, 160, 60], [40, 50, 210])
    const mixture = learnMixture(colours, all(colours))
    const asked = Uint8Array.of(200, 30, 40, 20, 160, 60, 40, 50, 210, 110, 95, 50)
    const costs = [0, 3, 6, 9].map((at) => costOf(mixture, asked, at))
    for (const cost of costs.slice(0, 3)) expect(cost).toBeLessThan(15)
    expect(costs[3]).toBeGreaterThan(100)
  })

  test('learns from one plain colour', () => {
    const plain = new Uint8Array(30).fill(128)
    const mixture = learnMixture(plain, all(plain))
    expect(costOf(mixture, plain, 0)).toBeLessThan(costOf(mixture, Uint8Array.of(128, 128, 140), 0))
  })

  test('learns only from the pixels named', () => {
    const colours = coloursOf(600, [200, 30, 40], [20, 160, 60])
    const even = Int32Array.from({ length: 300 }, (_, i) => 2 * i)
    const mixture = learnMixture(colours, even)
    expect(costOf(mixture, Uint8Array.of(20, 160, 60), 0)).toBeGreaterThan(100)
  })

  test('learns as well from more pixels than it looks at', () => {
    const colours = coloursOf(70_000, [200, 30, 40], [20, 160, 60])
    const mixture = learnMixture(colours, all(colours))
    expect(costOf(mixture, Uint8Array.of(200, 30, 40), 0)).toBeLessThan(15)
    expect(costOf(mixture, Uint8Array.of(110, 95, 50), 0)).toBeGreaterThan(100)
  })
})
