import { describe, expect, test } from 'vitest'
import { fitViewport, imagePoint, pan, zoomAt } from '../../../ui/mask/viewport.ts'

const image = { width: 4000, height: 3000 }
const view = { width: 400, height: 500 }

describe('fitViewport', () => {
  test.each([
    ['a wide picture by its width', { x: 0, y: 0, width: 4000, height: 1000 }, 0.092, { x: 16, y: 204 }],
    ['a tall picture by its height', { x: 0, y: 0, width: 100, height: 4680 }, 0.1, { x: 195, y: 16 }],
    ['the part that the layer shows', { x: 1000, y: 500, width: 368, height: 100 }, 1, { x: -984, y: -300 }],
    [
      'a small picture at twice its size, not more',
      { x: 0, y: 0, width: 20, height: 10 },
      2,
      { x: 180, y: 240 },
    ],
  ])('shows %s, in the middle', (_, rect, scale, offset) => {
    const fitted = fitViewport(rect, view)
    expect(fitted.scale).toBeCloseTo(scale)
    expect(fitted.x).toBeCloseTo(offset.x)
    expect(fitted.y).toBeCloseTo(offset.y)
  })

  test('stays finite in a view that is smaller than its margins', () => {
    expect(fitViewport({ x: 0, y: 0, width: 10, height: 20 }, { width: 0, height: 5 }).scale).toBeGreaterThan(
      0,
    )
  })
})

describe('imagePoint', () => {
  test.each([
    ['the corner of the image', { x: 30, y: -12 }, { x: 0, y: 0 }],
    ['a point in it', { x: 130, y: 188 }, { x: 400, y: 800 }],
    ['a point between two pixels', { x: 30.125, y: -12 }, { x: 0.5, y: 0 }],
  ])('finds %s', (_, inView, inImage) => {
    expect(imagePoint({ scale: 0.25, x: 30, y: -12 }, inView)).toEqual(inImage)
  })
})

describe('zoomAt', () => {
  const fitted = fitViewport({ x: 0, y: 0, ...image }, view)

  test.each([1.25, 4, 0.8])('by %s leaves what is under the pointer where it is', (factor) => {
    const anchor = { x: 150, y: 240 }
    const zoomed = zoomAt(fitted, anchor, factor, image, view)
    const before = imagePoint(fitted, anchor)
    const after = imagePoint(zoomed, anchor)
    expect(zoomed.scale).toBeCloseTo(fitted.scale * factor)
    expect(after.x).toBeCloseTo(before.x)
    expect(after.y).toBeCloseTo(before.y)
  })

  test('ends at 16 screen pixels for a pixel', () => {
    expect(zoomAt(fitted, { x: 10, y: 20 }, 1e6, image, view).scale).toBe(16)
  })

  test('ends where the picture takes half of the view', () => {
    expect(zoomAt(fitted, { x: 10, y: 20 }, 1e-6, image, view).scale).toBeCloseTo(0.05)
  })
})

describe('pan', () => {
  const viewport = { scale: 0.1, x: 0, y: 100 }

  test('moves by pixels of the view', () => {
    expect(pan(viewport, 7, -9, image, view)).toEqual({ scale: 0.1, x: 7, y: 91 })
  })

  test.each([
    ['left', -9999, 0, { x: 48 - 400, y: 100 }],
    ['right', 9999, 0, { x: 400 - 48, y: 100 }],
    ['up', 0, -9999, { x: 0, y: 48 - 300 }],
    ['down', 0, 9999, { x: 0, y: 500 - 48 }],
  ])('leaves a part of the picture in view: %s', (_, dx, dy, expected) => {
    expect(pan(viewport, dx, dy, image, view)).toEqual({ scale: 0.1, ...expected })
  })
})
