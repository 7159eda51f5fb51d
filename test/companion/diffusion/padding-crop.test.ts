import { describe, expect, test } from 'vitest'
import { cropAndFill, cropRegion, overlay } from '../../../companion/diffusion/padding-crop.ts'
import { tensorFromMask } from '../../../companion/diffusion/preprocess.ts'
import type { Mask } from '../../../companion/image/image.ts'
import { diffusionPath, readJson } from '../../support/diffusion.ts'
import { readReference, type Values } from '../../support/reference.ts'
import { referencePicture } from '../../support/reference-picture.ts'

interface Crop {
  readonly name: string
  /** left, top, right, bottom */
  readonly region: readonly [number, number, number, number]
  readonly pad: number
  readonly processing_size: { readonly width: number; readonly height: number }
  /** Of the picture, and of what stands for the model's. */
  readonly seeds: readonly [number, number]
}

const crops = readJson(diffusionPath('images', 'crops.json')) as readonly Crop[]

describe.each(crops)('$name', ({ name, region, pad, processing_size: size, seeds }) => {
  const [left, top, right, bottom] = region
  const rect = { x: left, y: top, width: right - left, height: bottom - top }

  test('takes the part of the picture that diffusers takes', async () => {
    const { mask } = await read(name)
    expect(cropRegion(mask, size, pad)).toEqual(rect)
  })

  test('fits it into the size, with its edges drawn out', async () => {
    const { mask, picture, reference } = await read(name)
    expect([...cropAndFill(picture, rect, size).data]).toEqual([...reference('filled').data])
    const filled = tensorFromMask(cropAndFill(mask, rect, size))
    expect([...filled]).toEqual([...reference('mask_binary').data])
  })

  test('lays what was made over the picture', async () => {
    const { mask, picture, reference } = await read(name)
    const made = referencePicture(size.width, size.height, seeds[1])
    expect([...overlay(picture, mask, made, rect).data]).toEqual([...reference('overlay').data])
  })

  async function read(name: string) {
    const reference = await readReference(diffusionPath('images', `${name}.safetensors`))
    const mask = maskOf(reference('mask'))
    return { mask, reference, picture: referencePicture(mask.width, mask.height, seeds[0]) }
  }
})

test('a mask with nothing in it is taken as a whole', () => {
  const mask = { width: 6, height: 4, data: new Uint8Array(24) }
  expect(cropRegion(mask, { width: 24, height: 16 }, 3)).toEqual({ x: 0, y: 0, width: 6, height: 4 })
})

function maskOf({ shape, data }: Values): Mask {
  const [height, width] = shape as readonly [number, number]
  return { width, height, data: Uint8Array.from(data) }
}
