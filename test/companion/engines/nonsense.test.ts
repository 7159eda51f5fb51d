import { describe, expect, test } from 'vitest'
import { NonsenseError, refuseBlank, refuseNonNumbers } from '../../../companion/engines/nonsense.ts'
import { paintImage, rectMask } from '../../support/images.ts'

const mask = rectMask(40, 30, { x: 10, y: 10, width: 12, height: 9 })
const flat = (level: number) => paintImage(40, 30, () => [level, level, level, 255])
const striped = paintImage(40, 30, (x) => (x % 2 === 0 ? [200, 180, 160, 255] : [90, 80, 70, 255]))

describe('refuseBlank', () => {
  test.each([
    ['black amid stripes', flat(0), striped],
    ['white amid stripes', flat(255), striped],
    ['black on grey', flat(0), flat(128)],
  ])('refuses %s', (_, fill, image) => {
    expect(() => refuseBlank('LaMa', fill, { image, mask })).toThrow(NonsenseError)
  })

  test.each([
    ['the colour of its surroundings', flat(130), flat(128)],
    ['black on black', flat(0), flat(0)],
    [
      'one colour of several around it',
      flat(90),
      paintImage(40, 30, (x) => [x < 15 ? 90 : 255, 90, 90, 255]),
    ],
    ['a fill with structure', striped, flat(0)],
  ])('takes %s', (_, fill, image) => {
    refuseBlank('LaMa', fill, { image, mask })
  })

  test('takes one colour where there are only few pixels', () => {
    refuseBlank('LaMa', flat(0), {
      image: striped,
      mask: rectMask(40, 30, { x: 5, y: 5, width: 7, height: 9 }),
    })
  })

  test('takes a fill that leaves nothing known around it', () => {
    const all = rectMask(40, 30, { x: 0, y: 0, width: 40, height: 30 })
    refuseBlank('LaMa', flat(0), { image: striped, mask: all })
  })
})

test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuseNonNumbers refuses %s', (value) => {
  refuseNonNumbers('LaMa', Float32Array.of(0, 1))
  expect(() => refuseNonNumbers('LaMa', Float32Array.of(0, value))).toThrow(
    expect.objectContaining({ code: 'model-damaged', message: expect.stringMatching(/^LaMa gave values/) }),
  )
})
