import { expect, test } from 'vitest'
import { padMirrored } from '../../../companion/image/pad.ts'

test('padMirrored folds a picture back and forth, edge included', () => {
  const mask = { width: 3, height: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }
  expect(padMirrored(mask, { width: 8, height: 3 })).toEqual({
    width: 8,
    height: 3,
    data: Uint8Array.of(
      ...[1, 2, 3, 3, 2, 1, 1, 2],
      ...[4, 5, 6, 6, 5, 4, 4, 5],
      ...[4, 5, 6, 6, 5, 4, 4, 5],
    ),
  })
})

test('padMirrored keeps the channels of a pixel together', () => {
  const image = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }
  expect(padMirrored(image, { width: 3, height: 1 }).data).toEqual(
    Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 8),
  )
})

test('padMirrored leaves a picture of that size as it is', () => {
  const mask = { width: 1, height: 1, data: Uint8Array.of(7) }
  expect(padMirrored(mask, { width: 1, height: 1 })).toBe(mask)
})
