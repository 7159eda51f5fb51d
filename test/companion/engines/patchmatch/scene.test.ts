import { expect, test } from 'vitest'
import { describeScene } from '../../../../companion/engines/patchmatch/scene.ts'
import { colourAt, flagged, inKernels, markWhere, paint, within } from './pictures.ts'

const size = { width: 12, height: 7 }
const nothing = flagged(markWhere(size, () => false))

test('an opaque picture is compared by its colours and its texture', () => {
  const plain = describeScene(inKernels(paint(size, () => [10, 20, 30])), nothing, nothing, 2)
  expect(colourAt({ ...size, data: plain.pixels }, 5, 3)).toEqual([10, 20, 30, 0])
  const busy = describeScene(inKernels(paint(size, (x) => [x % 2 ? 90 : 10, 20, 30])), nothing, nothing, 2)
  expect(colourAt({ ...size, data: busy.pixels }, 5, 3)[3]).toBeGreaterThan(20)
})

test('a picture with transparency is compared by its colours times alpha, and by alpha', () => {
  const image = inKernels(paint(size, (x) => [200, 100, 50, x === 0 ? 0 : x === 1 ? 51 : 255]))
  const scene = { ...size, data: describeScene(image, nothing, nothing, 2).pixels }
  expect(colourAt(scene, 0, 3)).toEqual([0, 0, 0, 0])
  expect(colourAt(scene, 1, 3)).toEqual([40, 20, 10, 51])
  expect(colourAt(scene, 5, 3)).toEqual([200, 100, 50, 255])
})

test('nothing of the hole is seen, not even whether it is transparent', () => {
  const hole = flagged(markWhere(size, within(4, 2, 3, 3)))
  const scene = (alpha: number) =>
    describeScene(
      inKernels(paint(size, (x, y) => (within(4, 2, 3, 3)(x, y) ? [255, 0, 255, alpha] : [10, 20, 30]))),
      hole,
      nothing,
      2,
    )
  expect(colourAt({ ...size, data: scene(255).pixels }, 5, 3)).toEqual([0, 0, 0, 0])
  expect(scene(0).pixels).toEqual(scene(255).pixels)
})
