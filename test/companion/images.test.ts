import { describe, expect, test } from 'vitest'
import type { Picture } from '../../companion/fill/picture.ts'
import { createImage } from '../../companion/image/image.ts'
import { Images } from '../../companion/images.ts'

const [ann, bob] = [{}, {}]

/** @param megabytes Of decoded pixels; half of them are fills where `withFills`. */
function picture(megabytes = 1, withFills = false): Picture {
  const height = (megabytes * 256) / (withFills ? 2 : 1)
  const image = createImage(1024, height)
  return { image, fills: withFills ? createImage(1024, height) : null, iccProfile: null, notes: [] }
}

describe('Images', () => {
  test('are kept by connection and id', () => {
    const images = new Images()
    const [first, second] = [picture(), picture()]
    images.add(ann, 'a', first)
    images.add(bob, 'a', second)
    expect(images.find(ann, 'a')).toBe(first)
    expect(images.find(bob, 'a')).toBe(second)
    expect(images.find(ann, 'b')).toBeUndefined()
  })

  test('are the last four of each connection', () => {
    const images = new Images()
    images.add(bob, 'a', picture())
    for (const id of ['a', 'b', 'c', 'd', 'e']) images.add(ann, id, picture())
    expect(images.find(ann, 'a')).toBeUndefined()
    expect(images.find(ann, 'b')).toBeDefined()
    expect(images.find(bob, 'a')).toBeDefined()
  })

  test('replace the one of their id, and count it once', () => {
    const images = new Images()
    for (const id of ['a', 'b', 'c', 'd']) images.add(ann, id, picture())
    const again = picture()
    images.add(ann, 'b', again)
    expect(images.find(ann, 'a')).toBeDefined()
    expect(images.find(ann, 'b')).toBe(again)
  })

  test('take up to 512 MiB over all connections, fills counted, the oldest forgotten first', () => {
    const images = new Images()
    images.add(ann, 'a', picture(200))
    images.add(bob, 'b', picture(200, true))
    images.add(ann, 'c', picture(112))
    expect(images.find(ann, 'a')).toBeDefined()
    images.add(bob, 'd', picture(1))
    expect(images.find(ann, 'a')).toBeUndefined()
    expect(images.find(bob, 'b')).toBeDefined()
  })

  test('keep the last one, however large', () => {
    const images = new Images()
    images.add(ann, 'a', picture(1))
    images.add(ann, 'b', picture(513))
    expect(images.find(ann, 'a')).toBeUndefined()
    expect(images.find(ann, 'b')).toBeDefined()
  })

  test('go with their connection', () => {
    const images = new Images()
    images.add(ann, 'a', picture())
    images.add(bob, 'a', picture())
    images.forgetConnection(ann)
    expect(images.find(ann, 'a')).toBeUndefined()
    expect(images.find(bob, 'a')).toBeDefined()
  })
})
