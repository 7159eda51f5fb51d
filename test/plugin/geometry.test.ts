import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  boundsOf,
  boxOf,
  boxOnImage,
  cropTo,
  exportConstraint,
  grownBox,
  type ImageFit,
  identity,
  invert,
  isSameBox,
  isSameRect,
  isWithin,
  type Matrix,
  marginsWithin,
  multiply,
  transformPoint,
  translation,
  visiblePart,
} from '../../plugin/geometry.ts'

const finite = fc.double({ min: -5000, max: 5000, noNaN: true })
/** As Figma's: a rotation, perhaps mirrored, and a shift. */
const transforms = fc
  .tuple(fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }), fc.boolean(), finite, finite)
  .map(([angle, isMirrored, x, y]): Matrix => {
    const [cos, sin, side] = [Math.cos(angle), Math.sin(angle), isMirrored ? -1 : 1]
    return [
      [cos, side * sin, x],
      [-sin, side * cos, y],
    ]
  })

describe('multiply and invert', () => {
  test('the inverse takes every point back', () => {
    fc.assert(
      fc.property(transforms, finite, finite, (transform, x, y) => {
        const back = transformPoint(invert(transform), transformPoint(transform, { x, y }))
        expect(back.x).toBeCloseTo(x, 6)
        expect(back.y).toBeCloseTo(y, 6)
      }),
    )
  })

  test('a product is one transform after the other', () => {
    fc.assert(
      fc.property(transforms, transforms, finite, finite, (a, b, x, y) => {
        const once = transformPoint(multiply(a, b), { x, y })
        const twice = transformPoint(a, transformPoint(b, { x, y }))
        expect(once.x).toBeCloseTo(twice.x, 6)
        expect(once.y).toBeCloseTo(twice.y, 6)
      }),
    )
  })

  test('refuses a transform that flattens the plane', () => {
    expect(() =>
      invert([
        [1, 1, 0],
        [1, 1, 0],
      ]),
    ).toThrow('can be inverted')
  })
})

describe('boundsOf', () => {
  test('a quarter turn about the top left, by Figma’s sign, lays a box above its origin', () => {
    const quarterTurn: Matrix = [
      [0, 1, 10],
      [-1, 0, 20],
    ]
    expect(boundsOf({ transform: quarterTurn, size: { width: 30, height: 5 } })).toEqual({
      x: 10,
      y: -10,
      width: 5,
      height: 30,
    })
  })
})

describe('isSameBox', () => {
  const size = { width: 60, height: 40 }
  const shifted = (by: number) => ({ transform: translation(by, 0), size })

  test.each([
    [0, true],
    [0.001, true],
    [0.02, false],
    [-3, false],
  ])('of a box shifted by %d is %s', (by, same) => {
    expect(isSameBox({ transform: identity, size }, shifted(by))).toBe(same)
  })

  test('tells a turned box from one with the same bounds', () => {
    const square = { width: 10, height: 10 }
    const turned: Matrix = [
      [0, 1, 0],
      [-1, 0, 10],
    ]
    const [a, b] = [
      { transform: identity, size: square },
      { transform: turned, size: square },
    ]
    expect(isSameRect(boundsOf(a), boundsOf(b))).toBe(true)
    expect(isSameBox(a, b)).toBe(false)
  })
})

describe('visiblePart', () => {
  const image = { width: 300, height: 200 }

  test.each<[string, ImageFit, { width: number; height: number }, number[]]>([
    ['FILL of the same shape shows all', { scaleMode: 'FILL' }, { width: 30, height: 20 }, [0, 0, 300, 200]],
    [
      'FILL of a wide layer cuts above and below',
      { scaleMode: 'FILL' },
      { width: 60, height: 20 },
      [0, 50, 300, 100],
    ],
    [
      'FILL of a high layer cuts left and right',
      { scaleMode: 'FILL' },
      { width: 10, height: 20 },
      [100, 0, 100, 200],
    ],
    [
      'FILL turned by 90° cuts the other sides',
      { scaleMode: 'FILL', rotation: 90 },
      { width: 20, height: 60 },
      [0, 50, 300, 100],
    ],
    [
      'FILL turned by 180° cuts the same sides',
      { scaleMode: 'FILL', rotation: 180 },
      { width: 60, height: 20 },
      [0, 50, 300, 100],
    ],
    ['FIT shows all', { scaleMode: 'FIT' }, { width: 60, height: 20 }, [0, 0, 300, 200]],
    ['TILE shows all', { scaleMode: 'TILE' }, { width: 60, height: 20 }, [0, 0, 300, 200]],
    ['CROP without a transform shows all', { scaleMode: 'CROP' }, { width: 7, height: 9 }, [0, 0, 300, 200]],
    [
      'CROP shows the window of its transform',
      {
        scaleMode: 'CROP',
        imageTransform: [
          [0.5, 0, 0.25],
          [0, 0.1, 0.9],
        ],
      },
      { width: 7, height: 9 },
      [75, 180, 150, 20],
    ],
    [
      'CROP that reaches beyond the image is cut to it',
      {
        scaleMode: 'CROP',
        imageTransform: [
          [2, 0, -0.5],
          [0, 2, -0.5],
        ],
      },
      { width: 7, height: 9 },
      [0, 0, 300, 200],
    ],
    [
      'CROP that is turned shows the bounds of its window',
      {
        scaleMode: 'CROP',
        imageTransform: [
          [0, 0.5, 0.5],
          [-1, 0, 1],
        ],
      },
      { width: 7, height: 9 },
      [150, 0, 150, 200],
    ],
    [
      'CROP beside the image gives way to all of it',
      {
        scaleMode: 'CROP',
        imageTransform: [
          [1, 0, 3],
          [0, 1, 3],
        ],
      },
      { width: 7, height: 9 },
      [0, 0, 300, 200],
    ],
  ])('%s', (_, fit, layer, [x, y, width, height]) => {
    expect(visiblePart(fit, image, layer)).toEqual({ x, y, width, height })
  })

  test('lies inside the image and is never empty, whatever the crop', () => {
    fc.assert(
      fc.property(
        transforms,
        fc.integer({ min: 1, max: 4096 }),
        fc.integer({ min: 1, max: 4096 }),
        (crop, width, height) => {
          const part = visiblePart(
            { scaleMode: 'CROP', imageTransform: crop },
            { width, height },
            { width: 3, height: 5 },
          )
          expect(part.width).toBeGreaterThan(0)
          expect(part.height).toBeGreaterThan(0)
          expect(Math.min(part.x, part.y)).toBeGreaterThanOrEqual(0)
          expect(part.x + part.width).toBeLessThanOrEqual(width)
          expect(part.y + part.height).toBeLessThanOrEqual(height)
        },
      ),
    )
  })
})

describe('exportConstraint', () => {
  test.each([
    [60, 40, { type: 'SCALE', value: 2 }],
    [2047, 10, { type: 'SCALE', value: 2 }],
    [2048, 10, { type: 'WIDTH', value: 4096 }],
    [10, 9000, { type: 'HEIGHT', value: 4096 }],
  ])('of %d × %d is %o', (width, height, constraint) => {
    expect(exportConstraint({ width, height })).toEqual(constraint)
  })
})

describe('boxOnImage', () => {
  const image = { width: 600, height: 400 }
  const crop = (width: number, height: number, x: number, y: number, skew = 0): ImageFit => ({
    scaleMode: 'CROP',
    imageTransform: [
      [width, skew, x],
      [0, height, y],
    ],
  })
  test.each<[string, ImageFit, { width: number; height: number }, number[] | null]>([
    ['FILL of the same shape: all', { scaleMode: 'FILL' }, { width: 300, height: 200 }, [0, 0, 600, 400]],
    ['FILL cuts off', { scaleMode: 'FILL' }, { width: 100, height: 100 }, [100, 0, 400, 400]],
    ['FIT leaves bars', { scaleMode: 'FIT' }, { width: 100, height: 100 }, [0, -100, 600, 600]],
    ['CROP as it says', crop(0.5, 2, 0.25, -0.5), { width: 10, height: 10 }, [150, -200, 300, 800]],
    ['CROP mirrored', crop(-1, 1, 1, 0), { width: 10, height: 10 }, null],
    ['CROP turned', crop(1, 1, 0, 0, 0.2), { width: 10, height: 10 }, null],
    ['FILL turned', { scaleMode: 'FILL', rotation: 90 }, { width: 10, height: 10 }, null],
    [
      'FIT turned all round',
      { scaleMode: 'FIT', rotation: 360 },
      { width: 300, height: 200 },
      [0, 0, 600, 400],
    ],
    ['TILE', { scaleMode: 'TILE' }, { width: 10, height: 10 }, null],
  ])('%s', (_, fit, layer, expected) => {
    const box = boxOnImage(fit, image, layer)
    expect(box && [box.x, box.y, box.width, box.height]).toEqual(expected)
  })

  test('is what cropTo shows', () => {
    const shown = { x: 30, y: -20, width: 200, height: 500 }
    const fit: ImageFit = { scaleMode: 'CROP', imageTransform: cropTo(shown, image) }
    expect(isSameRect(boxOnImage(fit, image, { width: 7, height: 9 })!, shown)).toBe(true)
  })
})

describe('grownBox', () => {
  const margins = { top: 1, right: 2, bottom: 3, left: 4 }
  test('grows along its own sides', () => {
    fc.assert(
      fc.property(transforms, (transform) => {
        const inner = { transform, size: { width: 50, height: 30 } }
        const outer = grownBox(inner, margins)
        expect(outer.size).toEqual({ width: 56, height: 34 })
        expect(isWithin(inner, outer)).toBe(true)
        expect(isWithin(outer, inner)).toBe(false)
      }),
    )
  })

  test.each<[string, Parameters<typeof marginsWithin>[0], typeof margins | null]>([
    ['inside', boxOf({ x: 14, y: 21, width: 94, height: 46 }), margins],
    ['that sticks out at the left', boxOf({ x: 5, y: 21, width: 103, height: 46 }), { ...margins, left: 0 }],
    [
      'that is mirrored',
      {
        transform: [
          [-1, 0, 50],
          [0, 1, 21],
        ],
        size: { width: 10, height: 10 },
      },
      null,
    ],
  ])('marginsWithin takes it back, in whole hundredths: a box %s', (_, inner, expected) => {
    expect(marginsWithin(inner, boxOf({ x: 10, y: 20, width: 100, height: 50 }))).toEqual(expected)
  })
})
