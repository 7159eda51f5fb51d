import { describe, expect, test } from 'vitest'
import {
  bytesFromUnits,
  imageFromPlanes,
  planesFromImage,
  unitsFromBytes,
  unitsFromMask,
} from '../../../companion/image/tensor.ts'

const image = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255) }

test('planesFromImage puts red, green and blue one after the other, and imageFromPlanes back', () => {
  const planes = planesFromImage(image)
  expect(planes).toEqual(Uint8Array.of(1, 4, 2, 5, 3, 6))
  expect(imageFromPlanes(planes, image)).toEqual(image)
})

describe('bytesFromUnits', () => {
  test.each([
    [Math.round, [0, 0, 1, 128, 255, 255]],
    [Math.trunc, [0, 0, 0, 127, 255, 255]],
  ])('makes whole numbers as told, and cuts off what lies outside', (whole, bytes) => {
    const units = Float32Array.of(-1, 0, 0.6 / 255, 127.6 / 255, 1, 2)
    expect(bytesFromUnits(units, whole)).toEqual(Uint8Array.from(bytes))
  })

  test('is the way back of unitsFromBytes', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, value) => value)
    expect(bytesFromUnits(unitsFromBytes(bytes), Math.round)).toEqual(bytes)
  })
})

test('unitsFromMask is 1 from that value on', () => {
  const mask = { width: 3, height: 1, data: Uint8Array.of(0, 1, 128) }
  expect(unitsFromMask(mask, 1)).toEqual(Float32Array.of(0, 1, 1))
  expect(unitsFromMask(mask, 128)).toEqual(Float32Array.of(0, 0, 1))
})
