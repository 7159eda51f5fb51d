import { describe, expect, test } from 'vitest'
import { createImage } from '../../../../companion/image/image.ts'
import { pixelValues, promptInputs } from '../../../../companion/select/sam/prompt.ts'
import { readReference } from '../../../support/reference.ts'
import { promptNames, referencePicture, referencePrompt, segmentPath } from '../../../support/segment.ts'

const reference = await readReference(segmentPath('small', 'expected.safetensors'))
const image = await referencePicture()

describe('pixelValues', () => {
  test('equals Pillow and SAM 2’s own normalisation to one grey level', () => {
    const { data, shape } = pixelValues(image)
    expect(shape).toEqual([1, 3, 1024, 1024])
    const sample = reference('pixel_values_sample')
    const [channels, rows, columns] = sample.shape as [number, number, number]
    let largest = 0
    for (let channel = 0; channel < channels; channel += 1) {
      for (let y = 0; y < rows; y += 1) {
        for (let x = 0; x < columns; x += 1) {
          const value = Number(data[(channel * 1024 + 5 + 16 * y) * 1024 + 3 + 16 * x])
          const expected = sample.data[(channel * rows + y) * columns + x]!
          largest = Math.max(largest, Math.abs(value - expected))
        }
      }
    }
    expect(largest).toBeLessThan(0.0176)
  })

  test('shows what is transparent as black', () => {
    const hidden = createImage(6, 4)
    hidden.data.fill(255)
    for (let at = 3; at < hidden.data.length; at += 4) hidden.data[at] = 0
    expect(pixelValues(hidden).data[0]).toBeCloseTo(-0.485 / 0.229, 5)
  })
})

describe('promptInputs', () => {
  test.each(promptNames)('scales %s as the reference does', (name) => {
    const inputs = promptInputs(referencePrompt(name), image)
    for (const [input, { shape, data }] of Object.entries(inputs)) {
      // Where there is a box alone, the reference states no points.
      const expected = reference(`${name}/${input}`)
      expect(shape).toEqual(expected.shape)
      for (const [i, value] of [...data].entries()) expect(Number(value)).toBeCloseTo(expected.data[i]!, 3)
    }
  })

  test('takes sixteen points of a scribble, its ends among them', () => {
    const points = Array.from({ length: 200 }, (_, i) => ({ x: i, y: 2, include: true }))
    const { input_points } = promptInputs({ points, box: null }, { width: 1024, height: 512 })
    expect(input_points?.shape).toEqual([1, 1, 16, 2])
    const xs = [...input_points!.data].filter((_, i) => i % 2 === 0)
    expect([xs[0], xs.at(-1)]).toEqual([0, 199])
  })
})
