import { expect, test } from 'vitest'
import { sizeInWords } from '../../companion/byte-size.ts'

test.each([
  [0, '0 kB'],
  [1, '1 kB'],
  [999_000, '999 kB'],
  [999_001, '1 MB'],
  [28_079_181, '28 MB'],
  [205_669_692, '206 MB'],
  [999_500_000, '1.0 GB'],
  [3_438_225_152, '3.4 GB'],
])('%d bytes are %s', (bytes, words) => {
  expect(sizeInWords(bytes)).toBe(words)
})
