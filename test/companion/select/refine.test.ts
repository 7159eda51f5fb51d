import { describe, expect, test } from 'vitest'
import type { Image } from '../../../companion/image/image.ts'
import { refineCut } from '../../../companion/select/refine.ts'
import { sceneOf } from '../../../companion/select/scene.ts'
import { paintImage } from '../../support/images.ts'

const width = 640
const height = 480
/** An ellipse, textured like its ground, and of another colour. */
const isThing = (x: number, y: number) => ((x - 300) / 210) ** 2 + ((y - 230) / 140) ** 2 <= 1
const image: Image = paintImage(width, height, (x, y) => {
  const texture = ((x * 7 + y * 13) % 11) - 5
  return isThing(x, y) ? [170 + texture, 60 + texture, 50, 255] : [70 + texture, 120 + texture, 130, 255]
})
const rect = { x: 40, y: 30, width: 560, height: 420 }

/** What a perfect cut at an eighth of the size finds. */
function cutAt(size: { width: number; height: number }): Uint8Array {
  const scale = rect.width / size.width
  return Uint8Array.from({ length: size.width * size.height }, (_, pixel) => {
    const x = rect.x + ((pixel % size.width) + 0.5) * scale
    const y = rect.y + (Math.floor(pixel / size.width) + 0.5) * scale
    return isThing(x, y) ? 1 : 0
  })
}

function wrongPixels(data: Uint8Array): number {
  return data.reduce((wrong, value, i) => {
    const thing = isThing(rect.x + (i % rect.width), rect.y + Math.floor(i / rect.width))
    return wrong + ((value === 255) === thing ? 0 : 1)
  }, 0)
}

describe('refineCut', () => {
  test('lays the outline of a cut at an eighth of the size along the picture: no stairs', () => {
    const size = { width: rect.width / 8, height: rect.height / 8 }
    const scene = sceneOf(image, rect, size)
    const mask = refineCut(image, rect, scene, cutAt(size))
    expect(mask).toMatchObject({ width: 560, height: 420 })
    expect(new Set(mask.data)).toEqual(new Set([0, 255]))
    // The outline is some 1100 px long; enlarged as it is, the cut is wrong in 2200 pixels.
    expect(wrongPixels(mask.data)).toBeLessThan(110)
  })

  test('keeps a cut of the picture’s own size where it lies along the edges', () => {
    const scene = sceneOf(image, rect, rect)
    expect(wrongPixels(refineCut(image, rect, scene, cutAt(rect)).data)).toBe(0)
  })

  test('selects nothing and everything', () => {
    const size = { width: 70, height: 60 }
    const scene = sceneOf(image, rect, size)
    expect(new Set(refineCut(image, rect, scene, new Uint8Array(4200)).data)).toEqual(new Set([0]))
    expect(new Set(refineCut(image, rect, scene, new Uint8Array(4200).fill(1)).data)).toEqual(new Set([255]))
  })
})
