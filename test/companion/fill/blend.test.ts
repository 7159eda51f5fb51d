import { describe, expect, test } from 'vitest'
import { type Blend, blend } from '../../../companion/fill/blend.ts'
import { createImage, type Image, type Mask } from '../../../companion/image/image.ts'
import { featherMask } from '../../../companion/image/mask.ts'
import { layImage } from '../../../companion/image/over.ts'
import type { Rect } from '../../../companion/protocol.ts'
import {
  expectPatchPromise,
  expectSameImage,
  expectSamePixelsWhere,
  pixelAt,
} from '../../support/assert-image.ts'
import { discMask, gradientImage, paintImage, plainImage } from '../../support/images.ts'

const { signal } = new AbortController()
const original = gradientImage(90, 60)
const mask = discMask(90, 60, 40, 30, 9)
const edge = { growPx: 3, featherPx: 4 }
const alpha = featherMask(mask, edge)
const fillColour = [240, 10, 20, 255]
const filled = fillWhereVisible(original, alpha, fillColour)

function fillWhereVisible(image: Image, visible: Mask, colour: readonly number[]): Image {
  return paintImage(image.width, image.height, (x, y) =>
    visible.data[y * image.width + x]! > 0 ? colour : pixelAt(image, x, y),
  )
}

function blendWith(changed: Partial<Blend> = {}) {
  return blend({ filled, original, alpha, earlier: null, extent: 'rect', ...changed }, signal)
}

function shown(patch: Image, rect: Rect, below = original): Image {
  const picture = { ...below, data: below.data.slice() }
  layImage(patch, rect, picture)
  return picture
}

describe("blend, extent 'rect'", async () => {
  const { rect, image } = await blendWith()

  test('is the smallest rectangle', () => {
    expect(rect).toEqual({ x: 24, y: 14, width: 33, height: 33 })
  })

  test('keeps the patch promise', () => {
    expectPatchPromise({ patch: image, rect, mask, ...edge })
  })

  test('holds the fill, not premultiplied, even where it is faint', () => {
    for (let i = 0; i < image.data.length; i += 4) {
      if (image.data[i + 3]! > 0) expect([...image.data.subarray(i, i + 3)]).toEqual([240, 10, 20])
    }
  })
})

describe("blend, extent 'image'", async () => {
  const { rect, image } = await blendWith({ extent: 'image' })

  test('has the size of the picture and keeps the patch promise', () => {
    expect(rect).toEqual({ x: 0, y: 0, width: 90, height: 60 })
    expectPatchPromise({ patch: image, rect, mask, ...edge })
  })

  test('looks the same on the picture as the smallest rectangle', async () => {
    const small = await blendWith()

    expectSameImage(shown(image, rect), shown(small.image, small.rect))
  })

  test('lets colours go on for 4 px under alpha 0, and no farther', () => {
    expect(pixelAt(image, 40 + 16, 30)[3]).toBeGreaterThan(0)
    for (const step of [17, 18, 19, 20]) expect(pixelAt(image, 40 + step, 30)).toEqual([240, 10, 20, 0])
    expect(pixelAt(image, 40 + 21, 30)).toEqual([0, 0, 0, 0])
  })
})

describe("blend, extent 'finished'", () => {
  test('leaves every pixel outside the fill as it was, bit for bit', async () => {
    const holed = paintImage(90, 60, (x, y) => [x, y, 7, (x * y) % 256])
    const { rect, image } = await blendWith({
      extent: 'finished',
      original: holed,
      filled: fillWhereVisible(holed, alpha, fillColour),
    })

    expect(rect).toEqual({ x: 0, y: 0, width: 90, height: 60 })
    expectSamePixelsWhere(image, holed, (x, y) => alpha.data[y * 90 + x] === 0)
    expectSamePixelsWhere(image, filled, (x, y) => alpha.data[y * 90 + x] === 255)
  })

  test('is what the patch shows on an opaque picture', async () => {
    const patch = await blendWith()

    const { image } = await blendWith({ extent: 'finished' })

    const expected = shown(patch.image, patch.rect)
    for (let i = 0; i < image.data.length; i += 1) {
      if (Math.abs(image.data[i]! - expected.data[i]!) > 1) expect(image.data[i]).toBe(expected.data[i])
    }
  })

  test("fills the picture's own alpha", async () => {
    const { image } = await blendWith({
      extent: 'finished',
      filled: fillWhereVisible(original, alpha, [0, 0, 0, 0]),
    })

    expect(pixelAt(image, 40, 30)[3]).toBe(0)
    expect(pixelAt(image, 40, 30 + 14)[3]).toBeGreaterThan(0)
    expect(pixelAt(image, 40, 30 + 14)[3]).toBeLessThan(255)
    expect(pixelAt(image, 0, 0)[3]).toBe(255)
  })
})

describe('blend, with earlier fills', async () => {
  const earlierMask = discMask(90, 60, 60, 20, 8)
  const earlierAlpha = featherMask(earlierMask, edge)
  const earlier = createImage(90, 60)
  for (const [pixel, value] of earlierAlpha.data.entries()) {
    if (value > 0) earlier.data.set([5, 200, 60, value], pixel * 4)
  }
  const seen = shown(earlier, { x: 0, y: 0, width: 90, height: 60 })
  const merged = await blendWith({
    original: seen,
    filled: fillWhereVisible(seen, alpha, fillColour),
    earlier,
  })

  test('the patch holds both, the new one above', () => {
    const { rect, image } = merged
    expect(rect).toEqual({ x: 24, y: 5, width: 52, height: 42 })
    expect(pixelAt(image, 40 - rect.x, 30 - rect.y)).toEqual(fillColour)
    expect(pixelAt(image, 60 - rect.x, 20 - rect.y)).toEqual([5, 200, 60, 255])
  })

  test('over the bare picture it shows what the new one shows over the earlier ones', async () => {
    const alone = await blendWith({ original: seen, filled: fillWhereVisible(seen, alpha, fillColour) })
    const stacked = shown(alone.image, alone.rect, seen)

    const once = shown(merged.image, merged.rect)

    for (let i = 0; i < once.data.length; i += 1) {
      if (Math.abs(once.data[i]! - stacked.data[i]!) > 2)
        expect(once.data[i], `byte ${i}`).toBe(stacked.data[i])
    }
  })

  test('colours stay plain where both are faint', async () => {
    const plain = plainImage(90, 60, [0, 0, 0, 255])
    const { image } = await blendWith({
      original: plain,
      filled: fillWhereVisible(plain, alpha, [5, 200, 60, 255]),
      earlier,
    })

    for (let i = 0; i < image.data.length; i += 4) {
      if (image.data[i + 3]! === 0) continue
      expect(Math.abs(image.data[i + 1]! - 200)).toBeLessThanOrEqual(1)
    }
  })
})

test.each(['rect', 'image', 'finished'] as const)("a cancel ends it midway, extent '%s'", async (extent) => {
  const large = plainImage(3000, 1100, [9, 9, 9, 255])
  const everywhere = discMask(3000, 1100, 1500, 550, 1400)
  const cancelling = new AbortController()
  const blending = blend(
    { filled: large, original: large, alpha: everywhere, earlier: null, extent },
    cancelling.signal,
  )
  cancelling.abort('enough')

  await expect(blending).rejects.toBe('enough')
})
