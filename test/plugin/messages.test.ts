import { describe, expect, test } from 'vitest'
import { canvasOf, expandedBox, type Ground, type Margins, noMargins } from '../../plugin/messages.ts'

/** 600 × 400 px at a third of their size. */
const third: Ground = { box: { x: 0, y: 0, width: 600, height: 400 }, width: 200, height: 400 / 3 }
/** Half the picture, cut off at the left and between two pixels, and stretched. */
const cropped: Ground = { box: { x: 300.5, y: 0, width: 299.5, height: 400 }, width: 599, height: 100 }
const some: Margins = { top: 10, right: 0, bottom: 0.5, left: 20 }

describe('expandedBox', () => {
  test('adds margins in the picture’s own pixels', () => {
    expect(expandedBox(third, some)).toEqual({ x: -60, y: -30, width: 660, height: 431.5 })
    expect(expandedBox(cropped, some)).toEqual({ x: 290.5, y: -40, width: 309.5, height: 442 })
  })
})

describe('canvasOf', () => {
  test.each<[string, Ground, Margins, [number, number, number, number]]>([
    ['is the picture itself without margins', third, noMargins, [0, 0, 600, 400]],
    ['is rounded outwards', third, some, [-60, -30, 660, 432]],
    ['begins where a pixel begins', cropped, some, [290, -40, 310, 442]],
    [
      'is not larger for an error of rounding',
      third,
      { ...noMargins, right: 1 / 3 + 1e-9 },
      [0, 0, 601, 400],
    ],
    ['can hold less than the picture', cropped, noMargins, [300, 0, 300, 400]],
  ])('%s', (_, ground, margins, [x, y, width, height]) => {
    expect(canvasOf(ground, margins)).toEqual({ x, y, width, height })
  })
})
