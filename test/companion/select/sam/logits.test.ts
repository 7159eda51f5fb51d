import { describe, expect, test } from 'vitest'
import { wholeOf } from '../../../../companion/image/image.ts'
import { candidatesFrom, gridSide, selectedIn } from '../../../../companion/select/sam/logits.ts'
import { maskInPicture } from '../../../support/candidates.ts'
import { paintImage, plainImage } from '../../../support/images.ts'

/** Logits above 0 where `isIn` says so, in cells of the grid. */
function grid(isIn: (x: number, y: number) => boolean): number[] {
  return Array.from({ length: gridSide ** 2 }, (_, cell) =>
    isIn(cell % gridSide, Math.floor(cell / gridSide)) ? 8 : -8,
  )
}

const square = (from: number, to: number) => grid((x, y) => x >= from && x < to && y >= from && y < to)
const nothing = grid(() => false)

/** Candidates of three masks in a plain picture: how wide each is, to 20 px, for an outline without an edge may move. */
function widths(grids: readonly number[][], scores: readonly number[]): number[] {
  const found = candidatesFrom(plainImage(256, 128, [90, 90, 90, 255]), {
    data: Float32Array.from(grids.flat()),
    scores: Float32Array.from(scores),
  })
  return found.map(({ rect }) => 20 * Math.round(rect.width / 20))
}

describe('selectedIn', () => {
  test('asks a part of the picture the same as the whole', () => {
    const picture = { width: 100, height: 70 }
    const logits = Float32Array.from(grid((x, y) => (x - 120) ** 2 + (y - 90) ** 2 < 50 ** 2))
    const whole = selectedIn(logits, picture, wholeOf(picture), picture)
    const part = { x: 30, y: 12, width: 40, height: 30 }
    const asked = selectedIn(logits, picture, part, part)
    for (let y = 0; y < part.height; y += 1) {
      const start = (part.y + y) * picture.width + part.x
      expect(asked.subarray(y * part.width, (y + 1) * part.width)).toEqual(
        whole.subarray(start, start + part.width),
      )
    }
  })
})

describe('candidatesFrom', () => {
  test('puts the best score first', () => {
    expect(widths([square(10, 30), square(40, 100), square(120, 240)], [0.3, 0.9, 0.5])).toEqual([
      60, 120, 20,
    ])
  })

  test('puts the larger of those first that are about as good', () => {
    expect(widths([square(10, 30), square(40, 100), square(120, 240)], [0.9, 0.88, 0.2])).toEqual([
      60, 20, 120,
    ])
  })

  test('leaves out what is empty, and what is the same as a better one', () => {
    expect(widths([square(10, 90), square(10, 91), nothing], [0.9, 0.8, 0.95])).toEqual([80])
  })

  test('keeps scores between 0 and 1', () => {
    const image = plainImage(64, 40, [1, 2, 3, 255])
    const data = Float32Array.from([...square(5, 60), ...square(100, 180), ...nothing])
    const scores = candidatesFrom(image, { data, scores: Float32Array.of(1.02, -0.1, 0) }).map(
      ({ score }) => score,
    )
    expect(scores).toEqual([1, 0])
  })

  test('lays the outline along the edges of a large picture, not along the steps of the grid', () => {
    const [width, height] = [2048, 1280]
    const isThing = (x: number, y: number) => ((x - 900) / 400) ** 2 + ((y - 600) / 300) ** 2 <= 1
    const image = paintImage(width, height, (x, y) =>
      isThing(x, y) ? [180, 60, 50, 255] : [60, 120, 140, 255],
    )
    const coarse = grid((x, y) => isThing((x + 0.5) * 8, (y + 0.5) * 5))
    const [found] = candidatesFrom(image, {
      data: Float32Array.from([...coarse, ...nothing, ...nothing]),
      scores: Float32Array.of(0.9, 0, 0),
    })
    const mask = maskInPicture(found!, image)
    let wrong = 0
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) if ((mask.data[y * width + x] === 255) !== isThing(x, y)) wrong += 1
    }
    // The outline is some 2200 pixels long: less than one wrong for two of it.
    expect(wrong).toBeLessThan(1100)
  })
})
