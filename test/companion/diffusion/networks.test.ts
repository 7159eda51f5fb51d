import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FoundModel, openModel } from '../../../companion/diffusion/found-model.ts'
import { Computed, Networks } from '../../../companion/diffusion/networks.ts'
import type { Way } from '../../../companion/diffusion/way.ts'
import type { Runtime } from '../../../companion/runtime/session.ts'
import type { ExecutionProvider } from '../../../models/onnx/providers.ts'
import { tinyFolder } from '../../support/diffusion.ts'
import { quietRun } from '../../support/fill-job.ts'
import { networksOfNoise } from '../../support/networks-of-noise.ts'
import { scriptedRuntime } from '../../support/scripted-runtime.ts'

let folder: string
let model: FoundModel
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'infill-'))
  model = await openModel(tinyFolder('sd15-tiny', folder))
})
afterAll(() => rmSync(folder, { recursive: true }))

const way: Way = {
  ...{ on: 'best', precision: 'usual', rowsAtOnce: 1, tileSide: undefined, pictureByPicture: true },
  queriesAtOnce: undefined,
  optimisation: 'extended',
}

describe('the UNet’s attention', () => {
  // Of 256 × 256 pixels 1024 places, of 320 × 256 pixels 1280.
  test.each<{
    provider: ExecutionProvider
    width: number
    queriesAtOnce: number | undefined
    slices: number
  }>([
    { provider: 'webgpu', width: 256, queriesAtOnce: undefined, slices: 1 },
    { provider: 'webgpu', width: 320, queriesAtOnce: undefined, slices: 2 },
    { provider: 'coreml', width: 320, queriesAtOnce: undefined, slices: 2 },
    { provider: 'coreml', width: 320, queriesAtOnce: 256, slices: 5 },
    { provider: 'cpu', width: 320, queriesAtOnce: undefined, slices: 1 },
    { provider: 'cpu', width: 320, queriesAtOnce: 256, slices: 5 },
  ])(
    'on $provider of $width × 256 pixels is cut into $slices, where $queriesAtOnce is asked for',
    async (one) => {
      const { provider, width, queriesAtOnce, slices } = one
      const attention = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1'
      const operator = provider === 'cpu' ? 'com.microsoft.MultiHeadAttention' : 'Softmax'
      const graph = await unetGraph(provider, { width, height: 256 }, queriesAtOnce)
      const names = [...Array(slices).keys()].map(
        (i) => `${attention}/${operator}${i === 0 ? '' : `#${i + 1}`}`,
      )
      for (const name of names) expect(graph).toContain(name)
      expect(graph).not.toContain(`${attention}/${operator}#${slices + 1}`)
    },
  )
})

/** As text: names stand in it letter by letter. */
async function unetGraph(
  provider: ExecutionProvider,
  size: { readonly width: number; readonly height: number },
  queriesAtOnce: number | undefined,
): Promise<string> {
  let graph = ''
  const scripted = scriptedRuntime([networksOfNoise])
  const runtime: Runtime = {
    ...scripted,
    load(source, on, run) {
      const built = source.model(provider)
      if (typeof built === 'object') graph = Buffer.from(built.graph).toString('latin1')
      return scripted.load(source, on, run)
    },
  }
  const networks = new Networks(model, runtime, new Computed())
  const { predict } = networks.inpaintModel(size, null, { ...way, queriesAtOnce }, quietRun)
  const places = (size.width / 8) * (size.height / 8)
  await predict(new Float32Array(9 * places), 1, new Float32Array(77 * model.config.unet.contextWidth))
  return graph
}
