import { createImage, type Image, type Mask, type Size } from './image.ts'

/** R, G and B of an image as planes: [1, 3, H, W], 0..255. */
export function planesFromImage({ width, height, data }: Image): Uint8Array {
  const area = width * height
  const planes = new Uint8Array(3 * area)
  for (let pixel = 0; pixel < area; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1)
      planes[channel * area + pixel] = data[4 * pixel + channel]!
  }
  return planes
}

/** Planes [1, 3, H, W], 0..255, as an image; opaque. */
export function imageFromPlanes(planes: ArrayLike<number>, { width, height }: Size): Image {
  const area = width * height
  const image = createImage(width, height)
  for (let pixel = 0; pixel < area; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      image.data[4 * pixel + channel] = planes[channel * area + pixel]!
    }
    image.data[4 * pixel + 3] = 255
  }
  return image
}

/** 0..255 -> 0..1. */
export function unitsFromBytes(bytes: Uint8Array): Float32Array {
  const units = new Float32Array(bytes.length)
  for (let i = 0; i < bytes.length; i += 1) units[i] = bytes[i]! / 255
  return units
}

/**
 * 0..1 -> 0..255; what lies outside is cut off.
 *
 * @param whole Makes whole numbers: Math.round, or Math.trunc where a reference implementation does so.
 */
export function bytesFromUnits(units: Float32Array, whole: (value: number) => number): Uint8Array {
  const bytes = new Uint8ClampedArray(units.length)
  for (let i = 0; i < units.length; i += 1) bytes[i] = whole(units[i]! * 255)
  return new Uint8Array(bytes.buffer)
}

/** 1 where a mask is `least` or more, else 0: [1, 1, H, W]. */
export function unitsFromMask({ data }: Mask, least: number): Float32Array {
  const units = new Float32Array(data.length)
  for (let i = 0; i < data.length; i += 1) units[i] = data[i]! >= least ? 1 : 0
  return units
}
