import { describe, expect, test } from 'vitest'
import { latentSize, latentsFromMoments } from '../../../companion/diffusion/latents.ts'
import { diffusionPath } from '../../support/diffusion.ts'
import { expectClose } from '../../support/onnx.ts'
import { readReference } from '../../support/reference.ts'

const reference = await readReference(diffusionPath('vae', 'conv-attention', 'expected.safetensors'))

describe('latentsFromMoments', () => {
  test('draws the sample that diffusers draws', () => {
    const expected = reference('sample_scaled')
    const data = latentsFromMoments(reference('moments').data, reference('noise').data, 0.18215)
    expectClose({ shape: expected.shape, data }, expected, 1e-5)
  })

  test('without noise gives the mean', () => {
    const { shape, data: mean } = reference('mean')
    const data = latentsFromMoments(reference('moments').data, null, 1)
    expectClose({ shape, data }, { shape, data: mean }, 1e-6)
  })

  test('holds the variance between e^-30 and e^20', () => {
    const latents = latentsFromMoments(Float32Array.of(0, 0, -100, 100), Float32Array.of(1, 1), 1)
    expect([...latents]).toEqual([Math.fround(Math.exp(-15)), Math.fround(Math.exp(10))])
  })
})

test('latents are an eighth of the picture, whose sides divide by 8', () => {
  expect(latentSize({ width: 104, height: 72 })).toEqual({ width: 13, height: 9 })
  expect(() => latentSize({ width: 104, height: 70 })).toThrow(
    new RangeError('Expected sides that are multiples of 8 but received 104 × 70.'),
  )
})
