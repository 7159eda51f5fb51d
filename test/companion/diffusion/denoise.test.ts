import { describe, expect, test } from 'vitest'
import { denoise, type Guidance } from '../../../companion/diffusion/denoise.ts'
import type { Scheduler } from '../../../companion/diffusion/schedulers/scheduler.ts'

// Two pictures of 2 × 1 latents: 8 numbers each. The scheduler adds what the network says; the network says what its row's
// embedding is.
const [pictures, length] = [2, 8]
const surroundings = { mask: Float32Array.of(1, 0), maskedPicture: new Float32Array(length).fill(7) }
const embedding = (value: number) => Float32Array.of(value, 0)

describe('denoise', () => {
  test.each([
    { how: 'all rows at once', rowsAtOnce: 4, evaluations: [4, 4, 4] },
    { how: 'a picture at a time', rowsAtOnce: 2, evaluations: [2, 2, 2, 2, 2, 2] },
    { how: 'a row at a time', rowsAtOnce: 1, evaluations: Array(12).fill(1) },
  ])('goes from what it should not show to what it should, $how', async ({ rowsAtOnce, evaluations }) => {
    const { latents, rows } = await run(guidance({ scale: 3 }), rowsAtOnce)
    // 3 times from 2 towards 10 by 3: 2 + 3 · 8.
    expect([...latents]).toEqual([...Array(length).fill(78), ...Array(length).fill(178)])
    expect(rows).toEqual(evaluations)
  })

  test('asks half as often where there is nothing to go away from', async () => {
    const { latents, rows } = await run(guidance({ negative: null, scale: 1 }), 2)
    expect([...latents]).toEqual([...Array(length).fill(30), ...Array(length).fill(130)])
    expect(rows).toEqual([2, 2, 2])
  })

  test('shows the network the scaled latents, the mask and the masked picture', async () => {
    const seen: number[][] = []
    await run(guidance({}), 1, (sample) => seen.push([...sample]))
    // Halved on the way in; the second picture begins at 100.
    const around = [1, 0, ...Array(length).fill(7)]
    expect(seen.slice(0, 4)).toEqual([
      [...Array(length).fill(0), ...around],
      [...Array(length).fill(0), ...around],
      [...Array(length).fill(50), ...around],
      [...Array(length).fill(50), ...around],
    ])
  })

  test('takes back contrast as far as it is asked to', async () => {
    const outputs = [Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0), Float32Array.of(1, -1, 1, -1, 1, -1, 1, -1)]
    let row = 0
    const last = await denoise(
      { predict: () => Promise.resolve(outputs[row++ % 2]!), rowsAtOnce: 1 },
      {
        scheduler: scheduler(1),
        latents: new Float32Array(length),
        surroundings,
        guidance: { positive: embedding(0), negative: embedding(0), scale: 5, rescale: 0.5 },
      },
      { signal: new AbortController().signal },
    )
    // The guided output is 5 times as wide as what it goes towards: half of it is brought back to 1.
    expect([...last]).toEqual([3, -3, 3, -3, 3, -3, 3, -3])
  })

  test('tells after each step how far it is and what comes of it', async () => {
    const { steps } = await run(guidance({ negative: null }), 2)
    expect(steps).toEqual([
      { done: 1, total: 3, original: -10 },
      { done: 2, total: 3, original: -20 },
      { done: 3, total: 3, original: -30 },
    ])
  })

  test.each([0, 1, 2])('stops after evaluation %i with the reason it was given', async (last) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    let evaluations = 0
    const running = run(
      guidance({}),
      1,
      () => {
        if (evaluations++ === last) controller.abort(reason)
      },
      controller.signal,
    )
    await expect(running).rejects.toBe(reason)
    expect(evaluations).toBe(last + 1)
  })

  test('stops before the first evaluation where it was aborted already', async () => {
    const running = run(guidance({}), 1, () => expect.unreachable(), AbortSignal.abort(new Error('enough')))
    await expect(running).rejects.toThrow('enough')
  })
})

function guidance(given: Partial<Guidance>): Guidance {
  return { positive: embedding(10), negative: embedding(2), scale: 1.5, rescale: 0, ...given }
}

async function run(
  guidance: Guidance,
  rowsAtOnce: number,
  watch: (sample: Float32Array) => unknown = () => {},
  signal = new AbortController().signal,
) {
  const rows: number[] = []
  const steps: { done: number; total: number; original: number }[] = []
  const predict = async (sample: Float32Array, _: number, embeddings: Float32Array) => {
    watch(sample)
    const count = embeddings.length / 2
    rows.push(count)
    return Float32Array.from({ length: count * length }, (_, i) => embeddings[Math.floor(i / length) * 2]!)
  }
  const start = Float32Array.from({ length: pictures * length }, (_, i) => (i < length ? 0 : 100))
  const latents = await denoise(
    { predict, rowsAtOnce },
    { scheduler: scheduler(3), latents: start, surroundings, guidance },
    {
      signal,
      onStep: ({ done, total, original }) => steps.push({ done, total, original: original[0]! }),
    },
  )
  return { latents, rows, steps }
}

function scheduler(steps: number): Scheduler {
  return {
    timesteps: Array.from({ length: steps }, (_, i) => steps - i),
    initNoiseSigma: 1,
    addNoise: () => expect.unreachable(),
    scaleModelInput: (x) => x.map((value) => value / 2),
    step: (output, x) => {
      const next = x.map((value, i) => value + output[i]!)
      return { x: next, original: next.map((value) => -value) }
    },
  }
}
