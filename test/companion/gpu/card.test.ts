import { describe, expect, test } from 'vitest'
import { isDriverTooOld, parseCard, parseHeldBytes } from '../../../companion/gpu/card.ts'

const mebibyte = 2 ** 20

describe('parseCard', () => {
  test.each([
    [
      'NVIDIA GeForce RTX 4070, 580.95.05, 12282, 11000\n',
      {
        ...{ name: 'NVIDIA GeForce RTX 4070', driver: '580.95.05' },
        ...{ memoryBytes: 12282 * mebibyte, freeBytes: 11000 * mebibyte },
      },
    ],
    [
      'NVIDIA GeForce GT 1030, 590.1, 2048, 2000\nNVIDIA H100, 590.1, 81559, 80000\n',
      { name: 'NVIDIA H100', driver: '590.1', memoryBytes: 81559 * mebibyte, freeBytes: 80000 * mebibyte },
    ],
    ['NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.', null],
    ['', null],
  ])('%j', (output, expected) => {
    expect(parseCard(output)).toEqual(expected)
  })
})

test.each([
  ['535.261.03', true],
  ['579.99', true],
  ['580.65.06', false],
  ['1000.1', false],
])('driver %s is too old for CUDA 13: %s', (driver, expected) => {
  expect(isDriverTooOld({ driver })).toBe(expected)
})

describe('parseHeldBytes', () => {
  test('finds what a process holds', () => {
    expect(parseHeldBytes('77, 300\n1234, 2150\n', 1234)).toBe(2150 * mebibyte)
  })

  test.each(['', '1234, [N/A]\n', '12345, 8\n'])(
    'knows nothing where the driver does not tell: %j',
    (processes) => {
      expect(parseHeldBytes(processes, 1234)).toBeNull()
    },
  )
})
