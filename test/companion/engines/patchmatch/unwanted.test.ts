import { describe, expect, test } from 'vitest'
import { createLevel, type Level } from '../../../../companion/engines/patchmatch/level.ts'
import { findUnwanted, withoutUnwanted } from '../../../../companion/engines/patchmatch/unwanted.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { markWhere, paint, sceneOf, within } from './pictures.ts'

const size = { width: 90, height: 60 }
/** The hole with its boat, and another boat. */
const hole = within(20, 20, 24, 20)
const boat = within(24, 24, 16, 12)
const otherBoat = within(64, 24, 18, 14)
const isPlank = (x: number, y: number) => (x + y) % 3 === 0

const harbour = paint(size, (x, y) => {
  if (!boat(x, y) && !otherBoat(x, y)) return [60, 90, 150]
  return isPlank(x, y) ? [90, 40, 10] : [190, 110, 40]
})

function levelOf(image: Image, avoid: (x: number, y: number) => boolean = () => false): Level {
  return createLevel(sceneOf(image, markWhere(size, hole), markWhere(size, avoid)), 3)
}

describe('findUnwanted', () => {
  test('marks what looks like the removed thing, and not what is around it', () => {
    const { flags } = findUnwanted(harbour, levelOf(harbour), 1)!
    expect(flags[30 * size.width + 72]).toBe(1)
    flags.forEach((flag, place) => {
      const [x, y] = [place % size.width, Math.floor(place / size.width)]
      if (flag) expect(within(62, 22, 22, 18)(x, y)).toBe(true)
    })
  })

  test('finds nothing where what is around the hole has the same colours', () => {
    const wood = paint(size, (x, y) => (isPlank(x, y) ? [90, 40, 10] : [190, 110, 40]))
    expect(findUnwanted(wood, levelOf(wood), 1)).toBeNull()
  })

  test('finds nothing where nothing else looks like the thing', () => {
    const alone = paint(size, (x, y) => {
      if (!boat(x, y)) return [60, 90, 150]
      return isPlank(x, y) ? [90, 40, 10] : [190, 110, 40]
    })
    expect(findUnwanted(alone, levelOf(alone), 1)).toBeNull()
  })

  test('keeps what meets the hole in one place: it may go on into it', () => {
    // A motley thing, one of whose colours is that of a post elsewhere, and of a beam that ends at the hole.
    const colours = [
      [90, 40, 10],
      [190, 110, 40],
      [230, 220, 200],
      [20, 20, 20],
    ]
    const isBeam = within(0, 24, 24, 12)
    const pictureWith = (hasBeam: boolean) =>
      paint(size, (x, y) => {
        if (boat(x, y)) return colours[(x % 2) + 2 * (y % 2)]!
        return otherBoat(x, y) || (hasBeam && isBeam(x, y)) ? colours[0]! : [60, 90, 150]
      })
    const [alone, joined] = [pictureWith(false), pictureWith(true)]
    expect(findUnwanted(alone, levelOf(alone), 1)!.flags[30 * size.width + 72]).toBe(1)
    expect(findUnwanted(joined, levelOf(joined), 1)).toBeNull()
  })

  test('learns nothing from a hole of one colour, as where the picture is blank under the mask', () => {
    const blank = paint(size, (x, y) => {
      if (hole(x, y)) return [128, 128, 128]
      return otherBoat(x, y) ? [128, 128, 128] : [60, 90, 150]
    })
    expect(findUnwanted(blank, levelOf(blank), 1)).toBeNull()
  })

  test('keeps what most of the picture looks like', () => {
    const isNear = within(10, 10, 44, 40)
    const mostlyBoat = paint(size, (x, y) => {
      if (isNear(x, y) && !boat(x, y)) return [60, 90, 150]
      return isPlank(x, y) ? [90, 40, 10] : [190, 110, 40]
    })
    expect(findUnwanted(mostlyBoat, levelOf(mostlyBoat), 1)).toBeNull()
  })
})

describe('withoutUnwanted', () => {
  const unwanted = findUnwanted(harbour, levelOf(harbour), 1)!

  test('takes what is unwanted, and what is to be avoided, from the sources', () => {
    const level = levelOf(harbour, within(0, 0, 8, 60))
    const wary = withoutUnwanted(level, 1, unwanted)
    const boatsMiddle = 30 * size.width + 72
    expect(level.isSource[boatsMiddle]).toBe(1)
    expect(wary.isSource[boatsMiddle]).toBe(0)
    expect(wary.sources.length).toBeLessThan(level.sources.length)
    for (const place of wary.sources) expect(level.isSource[place]).toBe(1)
  })

  test('finds the same places at a finer level', () => {
    const twice = { width: 180, height: 120 }
    const image = paint(twice, () => [60, 90, 150])
    const scene = sceneOf(image, markWhere(twice, within(40, 40, 48, 40)))
    const level = createLevel(scene, 3)
    const wary = withoutUnwanted(level, 1, { ...unwanted, stepPx: 2 })
    unwanted.flags.forEach((flag, place) => {
      const [x, y] = [place % size.width, Math.floor(place / size.width)]
      expect(wary.avoid[2 * y * twice.width + 2 * x]).toBe(flag)
      expect(wary.avoid[(2 * y + 1) * twice.width + 2 * x + 1]).toBe(flag)
    })
  })

  test('leaves a level alone where too little would be left', () => {
    const level = levelOf(harbour)
    const flags = new Uint8Array(level.hole.length).fill(1)
    expect(withoutUnwanted(level, 1, { ...unwanted, flags })).toBe(level)
  })
})
