import { describe, expect, test } from 'vitest'
import { resizeAsPillow } from '../../../companion/diffusion/pillow.ts'
import {
  imageFromSamples,
  maskOfLatents,
  maskPicture,
  samplesFromImage,
  samplesFromTensor,
  tensorFromMask,
  tensorFromSamples,
} from '../../../companion/diffusion/preprocess.ts'
import { diffusionPath } from '../../support/diffusion.ts'
import { expectClose } from '../../support/onnx.ts'
import { readReference } from '../../support/reference.ts'
import { referencePicture } from '../../support/reference-picture.ts'

const reference = await readReference(diffusionPath('images', 'preprocess.safetensors'))

describe.each([
  { index: 0, from: { width: 70, height: 50 }, to: { width: 64, height: 40 } },
  { index: 1, from: { width: 96, height: 64 }, to: { width: 96, height: 64 } },
  { index: 2, from: { width: 90, height: 33 }, to: { width: 24, height: 56 } },
])('a picture of $from.width × $from.height for $to.width × $to.height', ({ index, from, to }) => {
  const picture = resizeAsPillow(referencePicture(from.width, from.height, 820 + index), to, 'lanczos')
  const given = { ...from, data: Uint8Array.from(reference(`${index}.mask`).data) }
  const mask = tensorFromMask(resizeAsPillow(given, to, 'lanczos'))

  test('has the mask of diffusers', () => {
    expect([...mask]).toEqual([...reference(`${index}.mask_binary`).data])
  })

  test('has the mask of its latents, of which each is one pixel', () => {
    expect([...maskOfLatents(mask, to)]).toEqual([...reference(`${index}.mask_latent`).data])
  })

  test('becomes a tensor and the same bytes again', () => {
    expect(samplesFromTensor(tensorFromSamples(picture), to)).toEqual(picture)
  })
})

test('the tensor is that of diffusers, and 0 in the hole', () => {
  const size = { width: 64, height: 40 }
  const expected = reference('0.image_tensor')
  const tensor = tensorFromSamples(resizeAsPillow(referencePicture(70, 50, 820), size, 'lanczos'))
  expectClose({ shape: expected.shape, data: tensor }, expected, 1e-6)

  const mask = reference('0.mask_binary').data
  const masked = maskPicture(tensor, mask)
  masked.forEach((value, i) => {
    expect(value).toBe(mask[i % mask.length] === 1 ? 0 : tensor[i])
  })
})

test('what lies outside -1..1 is cut off, and halves are rounded to even', () => {
  const expected = [...reference('post.uint8').data]
  const made = samplesFromTensor(reference('post.input').data, { width: 24, height: 16 })
  expect([...made.data]).toEqual(expected)
})

test('alpha is left out, and is opaque when it is put back', () => {
  const rgba = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 128) }
  const rgb = samplesFromImage(rgba)
  expect(rgb.data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6))
  expect(imageFromSamples(rgb).data).toEqual(Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255))
})
