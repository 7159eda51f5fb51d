import { describe, expect, test } from 'vitest'
import type { InpaintModel } from '../../../companion/diffusion/inpaint.ts'
import { type FillTask, makeFill } from '../../../companion/diffusion/make-fill.ts'
import { stableDiffusionNoise } from '../../../companion/diffusion/schedulers/config.ts'
import type { Size } from '../../../companion/image/image.ts'
import type { Progress } from '../../../companion/run.ts'
import { quietRun } from '../../support/fill-job.ts'
import { gradientImage, rectMask } from '../../support/images.ts'

const image = gradientImage(256, 192)
const mask = rectMask(256, 192, { x: 60, y: 40, width: 120, height: 90 })
const generated = { width: 128, height: 64 }
const refined = { width: 256, height: 192 }

describe('makeFill', () => {
  test('generates, then refines in slices of the size that was generated', async () => {
    const { calls, modelFor } = fakeModels()
    const made = await makeFill(modelFor, taskOf(refined), quietRun)

    // 24 × 32 latents in slices of 8 × 16: four rows of three. 40 % of 5 steps are 2.
    expect(made).toMatchObject({ image: refined, steps: 5 + 2, slices: 12 })
    expect(calls).toEqual([
      'encode 128 × 64',
      ...Array<string>(5).fill('predict 128 × 64'),
      'decode 128 × 64',
      'encode 256 × 192',
      'encode 256 × 192',
      ...Array<string>(2 * 12).fill('predict 128 × 64'),
      'decode 256 × 192',
    ])
  })

  test('refines what it generated, and sees the rest of the picture as it is', async () => {
    const pictures: Float32Array[] = []
    const { modelFor } = fakeModels({ onEncode: (picture) => pictures.push(picture) })
    await makeFill(modelFor, taskOf(refined), quietRun)

    const at = (picture: Float32Array, x: number, y: number) => picture[y * 256 + x]!
    const [, begun] = pictures
    expect(Math.abs(at(begun!, 120, 80) - decoded)).toBeLessThan(0.25)
    expect(at(begun!, 10, 80)).toBeCloseTo((2 * image.data[(80 * 256 + 10) * 4]!) / 255 - 1, 5)
  })

  test('makes at least one step of refining', async () => {
    const { calls, modelFor } = fakeModels()
    const task = taskOf(refined)
    await makeFill(modelFor, { ...task, numbers: { ...task.numbers, steps: 1 } }, quietRun)
    expect(calls.filter((call) => call.startsWith('predict'))).toHaveLength(1 + 12)
  })

  test('reports one progress over both passes, whose total is known from the first', async () => {
    const reports: Progress[] = []
    const run = { ...quietRun, onProgress: (progress: Progress) => reports.push(progress) }
    await makeFill(fakeModels().modelFor, { ...taskOf(refined), withPreviews: true }, run)

    expect(reports.map(({ done, total, preview }) => [done, total, preview !== undefined])).toEqual([
      ...[1, 2, 3].map((done) => [done, 31, false]),
      [4, 31, true],
      [5, 31, true],
      [6, 31, false],
      [18, 31, false],
      [30, 31, true],
      [31, 31, false],
    ])
  })

  test('stops between two slices with the reason it was given', async () => {
    const cancelling = new AbortController()
    const reason = new Error('enough')
    const { calls, modelFor } = fakeModels({
      signal: cancelling.signal,
      onPredict: (count) => count === 8 && cancelling.abort(reason),
    })
    const running = makeFill(modelFor, taskOf(refined), { ...quietRun, signal: cancelling.signal })

    await expect(running).rejects.toBe(reason)
    expect(calls.filter((call) => call.startsWith('predict'))).toHaveLength(8)
  })

  test('does not refine where there is no size for it', async () => {
    const { calls, modelFor } = fakeModels()
    const made = await makeFill(modelFor, taskOf(null), quietRun)
    expect(made).toMatchObject({ image: generated, steps: 5, slices: 0 })
    expect(calls).not.toContain('encode 256 × 192')
  })
})

/** What every pixel is decoded to, -1..1. */
const decoded = 0.25

function taskOf(size: Size | null): FillTask {
  return {
    ...{ image, mask, sizes: { generated, refined: size }, seed: 3, title: 'Model', withPreviews: false },
    guidance: { positive: new Float32Array(2), negative: null, scale: 1, rescale: 0 },
    numbers: { steps: 5, guidance: 1, strength: 1, scheduler: 'ddim', eta: 0, size: 1024 },
  }
}

function fakeModels({
  signal = quietRun.signal,
  onPredict = (_count: number): unknown => undefined,
  onEncode = (_picture: Float32Array): unknown => undefined,
} = {}) {
  const calls: string[] = []
  let predictions = 0
  const modelFor = ({ width, height }: Size): InpaintModel => {
    const latents = (width / 8) * (height / 8)
    const note = (part: string) => calls.push(`${part} ${width} × ${height}`)
    return {
      async encode(picture) {
        note('encode')
        onEncode(picture)
        return new Float32Array(8 * latents)
      },
      async predict(sample) {
        signal.throwIfAborted()
        note('predict')
        onPredict(++predictions)
        return sample.slice(0, 4 * latents)
      },
      async decode() {
        note('decode')
        return Float32Array.from({ length: 3 * width * height }, (_, i) => decoded + 0.2 * Math.sin(i))
      },
      ...{ rowsAtOnce: 1, scalingFactor: 0.18215, noise: stableDiffusionNoise },
    }
  }
  return { calls, modelFor }
}
