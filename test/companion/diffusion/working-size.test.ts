import { describe, expect, test } from 'vitest'
import { workingSizes } from '../../../companion/diffusion/working-size.ts'

describe('workingSizes', () => {
  test.each([
    { what: 'a tile of the trained side', tile: [512, 512], side: 512, generated: [512, 512], refined: null },
    { what: 'a small tile, which grows', tile: [90, 70], side: 512, generated: [576, 448], refined: null },
    { what: 'a wide tile', tile: [2000, 600], side: 512, generated: [768, 192], refined: null },
    { what: 'the largest side at once', tile: [900, 700], side: 768, generated: [832, 640], refined: null },
    {
      what: 'a larger side, which is refined',
      tile: [1100, 950],
      side: 1024,
      generated: [512, 448],
      refined: [1088, 896],
    },
    {
      what: 'a tile smaller than the side, refined at its own size',
      tile: [800, 700],
      side: 1024,
      generated: [512, 448],
      refined: [768, 640],
    },
    {
      what: 'a tile hardly larger than what is generated, which is generated at once',
      tile: [600, 560],
      side: 1024,
      generated: [576, 512],
      refined: null,
    },
    {
      what: 'a tile smaller than what is generated, which grows all the same',
      tile: [90, 70],
      side: 1024,
      generated: [576, 448],
      refined: null,
    },
  ] as const)('$what', ({ tile, side, generated, refined }) => {
    expect(workingSizes(sizeOf(tile), side)).toEqual({
      generated: sizeOf(generated),
      refined: refined && sizeOf(refined),
    })
  })

  test('scaled down for want of memory, a fill is not refined', () => {
    const tile = { width: 1100, height: 950 }
    expect(workingSizes(tile, 1024, 0.5)).toEqual({ generated: sizeOf([256, 192]), refined: null })
    expect(workingSizes(tile, 768, 0.75)).toEqual({ generated: sizeOf([576, 512]), refined: null })
  })
})

function sizeOf([width, height]: readonly [number, number]) {
  return { width, height }
}
