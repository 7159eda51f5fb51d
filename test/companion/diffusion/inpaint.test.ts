import { describe, expect, test } from 'vitest'
import { type InpaintModel, type InpaintRequest, inpaint } from '../../../companion/diffusion/inpaint.ts'
import { createGenerator } from '../../../companion/diffusion/noise.ts'
import { stableDiffusionNoise } from '../../../companion/diffusion/schedulers/config.ts'
import { CompanionError } from '../../../companion/errors.ts'

const size = { width: 24, height: 16 }
const pixels = size.width * size.height
const latents = 4 * 3 * 2

describe('inpaint', () => {
  test('encodes the picture only where the fill begins with it', async () => {
    expect(await encoded({ strength: 1 })).toEqual(['masked'])
    expect(await encoded({ strength: 0.9 })).toEqual(['whole', 'masked'])
  })

  test('gives the same pictures for the same seed, and several different ones', async () => {
    const [one, again] = [await made({ pictures: 2 }), await made({ pictures: 2 })]
    expect(one).toEqual(again)
    expect(one[0]).not.toEqual(one[1])
  })

  test('refuses a strength that leaves no step', async () => {
    const running = made({ steps: 4, strength: 0.2 })
    await expect(running).rejects.toThrow(CompanionError)
    await expect(running).rejects.toMatchObject({ code: 'option-invalid' })
  })

  test.each(['encode', 'predict', 'decode'] as const)(
    'stops after %s with the reason it was given',
    async (part) => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const calls: string[] = []
      const running = made({ pictures: 2 }, controller.signal, (called) => {
        calls.push(called)
        if (called === part) controller.abort(reason)
      })
      await expect(running).rejects.toBe(reason)
      expect(calls.at(-1)).toBe(part)
      expect(calls.filter((called) => called === part)).toHaveLength(1)
    },
  )
})

async function encoded(given: Partial<InpaintRequest>): Promise<string[]> {
  const pictures: string[] = []
  await made(given, undefined, (called, input) => {
    if (called === 'encode') pictures.push(input.includes(0) ? 'masked' : 'whole')
  })
  return pictures
}

function made(
  given: Partial<InpaintRequest>,
  signal = new AbortController().signal,
  onCall: (part: 'encode' | 'predict' | 'decode', input: Float32Array) => void = () => {},
) {
  const model: InpaintModel = {
    encode: async (picture) => {
      onCall('encode', picture)
      return new Float32Array(2 * latents)
    },
    predict: async (sample) => {
      onCall('predict', sample)
      return sample.slice(0, latents)
    },
    rowsAtOnce: 1,
    decode: async (values) => {
      onCall('decode', values)
      return values
    },
    scalingFactor: 0.18215,
    noise: stableDiffusionNoise,
  }
  return inpaint(
    model,
    {
      size,
      picture: new Float32Array(3 * pixels).fill(0.5),
      mask: Float32Array.from({ length: pixels }, (_, i) => (i % 24 < 12 ? 1 : 0)),
      guidance: { positive: new Float32Array(2), negative: null, scale: 1, rescale: 0 },
      scheduler: 'ddim',
      steps: 3,
      strength: 1,
      eta: 0,
      pictures: 1,
      generator: createGenerator(5),
      ...given,
    },
    { signal },
  )
}
