import { describe, expect, test } from 'vitest'
import { plainImage } from '../../support/images.ts'
import { damaged, hole, truth } from './damaged.ts'
import { edgeRatio } from './edges.ts'
import { psnrInside } from './psnr.ts'
import { seamRatio } from './seam.ts'
import { ssimInside } from './ssim.ts'

const grey = plainImage(hole.width, hole.height, [90, 90, 90, 255])

describe('psnrInside', () => {
  test("is scikit-image's peak_signal_noise_ratio over the hole's samples", () => {
    expect(psnrInside(hole, damaged, truth)).toBeCloseTo(16.52308, 4)
  })

  test('is 100 for an identical fill', () => {
    expect(psnrInside(hole, truth, truth)).toBe(100)
  })
})

describe('ssimInside', () => {
  // gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255, on luma
  test("is the mean of scikit-image's structural_similarity map inside the hole", () => {
    expect(ssimInside(hole, damaged, truth)).toBeCloseTo(0.851625, 5)
  })

  test('is 1 for an identical fill', () => {
    expect(ssimInside(hole, truth, truth)).toBeCloseTo(1, 12)
  })
})

describe('edgeRatio', () => {
  test("is the ratio of the mean lengths of numpy.gradient's vectors inside the hole", () => {
    expect(edgeRatio(hole, damaged, truth)).toBeCloseTo(0.625172, 5)
  })

  test('is nothing where the truth has one colour', () => {
    expect(edgeRatio(hole, damaged, grey)).toBeNull()
  })
})

describe('seamRatio', () => {
  test('is the mean step across the border relative to that beside it', () => {
    expect(seamRatio(hole, damaged)).toBeCloseTo(1.179226, 5)
  })

  test('is nothing where all has one colour', () => {
    expect(seamRatio(hole, grey)).toBeNull()
  })
})
