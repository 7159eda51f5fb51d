import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openModel } from '../../companion/diffusion/found-model.ts'
import { type InpaintModel, type InpaintRequest, inpaint } from '../../companion/diffusion/inpaint.ts'
import { createGenerator } from '../../companion/diffusion/noise.ts'
import { stableDiffusionNoise } from '../../companion/diffusion/schedulers/config.ts'
import { attend } from '../../models/nn/attention.ts'
import { createGraph, type GraphDefinition } from '../../models/onnx/graph.ts'
import { cast } from '../../models/onnx/operators.ts'
import { buildTextEncoder } from '../../models/stable-diffusion/text-encoder.ts'
import { buildUNet } from '../../models/stable-diffusion/unet.ts'
import { buildVaeDecoder, buildVaeEncoder } from '../../models/stable-diffusion/vae.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { tinyFolder } from '../support/diffusion.ts'
import { openGraph } from '../support/onnx.ts'
import type { Values } from '../support/reference.ts'
import { roundedToFloat16 } from '../support/rounded-float16.ts'
import { type GraphChoice, tinyNetworks } from '../support/tiny-networks.ts'

const draws = 10

/** Numbers from -1 to 1, others for each seed; of a mask 0 and 1; of ids whole ones. */
function randomInputs({ inputs }: GraphDefinition, seed: number): Record<string, Float32Array> {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  const draw = (name: string) => {
    if (name === 'mask') return () => (next() > 0.5 ? 1 : 0)
    if (name === 'image') return () => (next() + 1) / 2
    if (name === 'input_ids') return () => Math.floor(200 * (next() + 1))
    if (name === 'timestep') return () => Math.floor(500 * (next() + 1))
    return next
  }
  return Object.fromEntries(
    inputs.map(({ name, shape }) => {
      const length = shape.reduce((product, size) => product * size, 1)
      return [name, Float32Array.from({ length }, draw(name))]
    }),
  )
}

/** dB over the span of the expected numbers. */
function psnr(actual: Values, expected: Values): number {
  const [least, most] = [Math.min(...expected.data), Math.max(...expected.data)]
  const squared = actual.data.reduce((sum, value, i) => sum + (value - expected.data[i]!) ** 2, 0)
  return 10 * Math.log10((most - least) ** 2 / (squared / expected.data.length))
}

describe('what a card computes in float16', () => {
  test.each(Object.entries(tinyNetworks))('is near what float32 gives, of %s', async (_, build) => {
    const folder = temporaryFolder()
    const graph = await build({ provider: 'cuda', precision: 'float16' }, folder)
    const rounded = await openGraph(roundedToFloat16(graph))
    const exact = await openGraph(await build({ provider: 'cpu', precision: 'float32' }, folder))
    const [output] = graph.outputs
    for (let seed = 1; seed <= draws; seed += 1) {
      const inputs = randomInputs(graph, seed)
      const [near, expected] = [await rounded.run(inputs), await exact.run(inputs)]
      const db = psnr(near[output!.name]!, expected[output!.name]!)
      expect(db).toBeGreaterThan(40)
    }
    await Promise.all([rounded.close(), exact.close()])
  })

  test.each([
    ['overflows in float16, which would be a black picture', 'float16', false],
    ['is right in float32', 'float32', true],
  ] as const)(
    'attention with products beyond 65504, as of Stable Diffusion 2, %s',
    async (_, precision, isNumber) => {
      // In matrix products, for there they can be seen: 64 times 300 times 300, over the root of 64.
      const g = createGraph(new Map(), 'webgpu', { precision: 'float16' })
      const large = cast(g, g.input('x', 'float32', [1, 3, 64]), 'float16')
      g.output('y', cast(g, attend(g, large, large, large, { heads: 1, precision }), 'float32'))
      const session = await openGraph(roundedToFloat16(g.definition))
      const { y } = await session.run({ x: new Float32Array(3 * 64).fill(300) })
      await session.close()
      expect(y!.data.every((value) => value === 300)).toBe(isNumber)
      expect(y!.data.every(Number.isNaN)).toBe(!isNumber)
    },
  )

  test('fills a picture near to what float32 fills, from words to pixels', async () => {
    const near = await openFill({ provider: 'cuda', precision: 'float16' }, roundedToFloat16)
    const exact = await openFill({ provider: 'cpu', precision: 'float32' }, (graph) => graph)
    for (const seed of [1, 2]) expect(psnr(await near(seed), await exact(seed))).toBeGreaterThan(45)
  })
})

const size = { width: 96, height: 64 }

/** A tiny Stable Diffusion 1.5 that fills in four steps with guidance, and whose graphs are changed before they are loaded. */
async function openFill(
  choice: GraphChoice,
  change: (graph: GraphDefinition) => GraphDefinition,
): Promise<(seed: number) => Promise<Values>> {
  const folder = tinyFolder('sd15-tiny', join(temporaryFolder(), 'model'))
  const { textEncoder, unet, vae, config, tokenizer } = await openModel(folder)
  const small = { batch: 1, height: size.height / 8, width: size.width / 8 }
  const open = async (graph: GraphDefinition) => {
    const session = await openGraph(change(graph))
    onTestFinished(() => session.close())
    return async (...values: Float32Array[]) => {
      const inputs = Object.fromEntries(graph.inputs.map(({ name }, i) => [name, values[i]!]))
      return Object.values(await session.run(inputs))[0]!.data
    }
  }
  const think = await open(buildTextEncoder(textEncoder.checkpoint, config.textEncoder, 1, choice))
  const embed = (words: string) => think(Float32Array.from(tokenizer.frame(tokenizer.idsOf(words))))
  const predict = await open(buildUNet(unet.checkpoint, config.unet, { ...small, batch: 2 }, choice))
  const model: InpaintModel = {
    ...{ rowsAtOnce: 2, scalingFactor: config.vae.scalingFactor, noise: stableDiffusionNoise },
    encode: await open(buildVaeEncoder(vae.checkpoint, config.vae, { batch: 1, ...size }, choice)),
    decode: await open(buildVaeDecoder(vae.checkpoint, config.vae, small, choice)),
    predict: (sample, timestep, embeddings) => predict(sample, Float32Array.of(timestep), embeddings),
  }
  const guidance = { positive: await embed('a red vase'), negative: await embed(''), scale: 7.5, rescale: 0 }
  const pixels = size.width * size.height
  return async (seed) => {
    const request: InpaintRequest = {
      ...{ size, guidance, scheduler: 'ddim', steps: 4, strength: 1, eta: 0, pictures: 1 },
      picture: Float32Array.from({ length: 3 * pixels }, (_, i) => Math.sin(i / (7 + seed))),
      mask: Float32Array.from({ length: pixels }, (_, i) => (i % size.width < 40 ? 1 : 0)),
      generator: createGenerator(seed),
    }
    const [picture] = await inpaint(model, request, { signal: new AbortController().signal })
    return { shape: [3, size.height, size.width], data: picture! }
  }
}
