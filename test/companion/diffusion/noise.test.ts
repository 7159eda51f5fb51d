import { describe, expect, test } from 'vitest'
import { createGenerator } from '../../../companion/diffusion/noise.ts'
import { diffusionPath } from '../../support/diffusion.ts'
import { expectClose } from '../../support/onnx.ts'
import { readReference } from '../../support/reference.ts'

const reference = await readReference(diffusionPath('torch-cpu-randn.safetensors'))

/** Of PyTorch's own logarithms and sines, from one processor to another. */
const tolerance = 2e-6

// The last seed has more than 32 bits.
describe.each([0, 42, 1234567890123])('a generator of seed %i gives what torch.randn gives', (seed) => {
  test.each([5, 15, 16, 17, 24, 33, 100, 468])('in a draw of %i', (count) => {
    const name = `seed${seed}.${count === 468 ? '1x4x9x13' : count}`
    const expected = reference(name)
    const data = createGenerator(seed).normal(count)
    expectClose({ shape: expected.shape, data }, expected, tolerance)
  })

  test('at both ends of a draw of 16384', () => {
    const data = createGenerator(seed).normal(4 * 64 * 64)
    const end = (values: Float32Array) => ({ shape: [64], data: values })
    const name = `seed${seed}.1x4x64x64`
    expectClose(end(data.slice(0, 64)), reference(`${name}.first64`), tolerance)
    expectClose(end(data.slice(-64)), reference(`${name}.last64`), tolerance)
  })

  // A draw of fewer than 16 leaves its last second value to the next such draw, over larger ones between.
  test.each([
    { chain: 0, counts: [16, 16, 16] },
    { chain: 1, counts: [17, 4, 17] },
    { chain: 2, counts: [5, 5, 3, 20] },
    { chain: 3, counts: [3, 100, 2, 1, 16] },
    { chain: 4, counts: [1872, 1872, 468] },
  ])('in draws of $counts one after the other', ({ chain, counts }) => {
    const generator = createGenerator(seed)
    for (const [draw, count] of counts.entries()) {
      const expected = reference(`seed${seed}.chain${chain}.draw${draw}`)
      const data = generator.normal(count)
      expectClose({ shape: expected.shape, data }, expected, tolerance)
    }
  })
})

test('generators do not disturb each other', () => {
  const [one, other] = [createGenerator(7), createGenerator(7)]
  one.normal(700)
  expect(other.normal(20)).toEqual(createGenerator(7).normal(20))
})
