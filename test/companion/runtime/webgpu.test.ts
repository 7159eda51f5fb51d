import { parse } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../companion/log.ts'
import type { Tensors } from '../../../companion/runtime/child.ts'
import { InferenceProcess } from '../../../companion/runtime/inference-process.ts'
import { readCheckpoint } from '../../../companion/store/checkpoint.ts'
import { buildLama } from '../../../models/lama/graph.ts'
import type { GraphDefinition } from '../../../models/onnx/graph.ts'
import { writeModel } from '../../../models/onnx/write.ts'
import { buildUNet } from '../../../models/stable-diffusion/unet.ts'
import { buildVaeDecoder, buildVaeEncoder } from '../../../models/stable-diffusion/vae.ts'
import { tinyUNet, tinyVae } from '../../support/diffusion.ts'
import { expectClose } from '../../support/onnx.ts'
import { referencePath, type Values } from '../../support/reference.ts'
import { describeOnWebGpu } from '../../support/webgpu.ts'

const patient = new AbortController().signal

/** Numbers around 0, the same for the same graph. */
function inputsFor(graph: GraphDefinition): Tensors {
  return Object.fromEntries(
    graph.inputs.map(({ name, dtype, shape }, input) => {
      const length = shape.reduce((product, size) => product * size, 1)
      const number = (i: number) => Math.sin(i * 12.9898 + input * 78.233)
      if (dtype === 'int64') {
        return [name, { type: 'int64', shape, data: BigInt64Array.from({ length }, () => 7n) }]
      }
      return [name, { type: 'float32', shape, data: Float32Array.from({ length }, (_, i) => number(i)) }]
    }),
  )
}

/** What a graph gives on a provider, where no node of it may run elsewhere. */
async function run(graph: GraphDefinition, provider: 'cpu' | 'webgpu'): Promise<Values> {
  const owner = new InferenceProcess(silentLog)
  onTestFinished(() => owner.kill())
  const folder = parse(process.cwd()).root
  const model = { graph: writeModel(graph, folder), folder }
  const strict = provider !== 'cpu'
  await owner.ask({ type: 'load', slot: 'only', model, provider, optimisation: 'extended', strict }, patient)
  const { outputs } = await owner.ask({ type: 'run', slot: 'only', inputs: inputsFor(graph) }, patient)
  const [output] = Object.values(outputs)
  if (output?.type !== 'float32') throw new Error(`Expected numbers in float32 but received ${output?.type}.`)
  return output
}

type Build = (provider: 'cpu' | 'webgpu') => Promise<GraphDefinition>

const lama: Build = async (provider) =>
  buildLama(
    await readCheckpoint(referencePath('lama', 'tiny', 'generator.safetensors')),
    { width: 56, height: 40 },
    provider,
  )

const unet =
  (model: 'sd15-tiny' | 'sd2-tiny'): Build =>
  async (provider) => {
    const { checkpoint, config } = await tinyUNet(model)
    return buildUNet(checkpoint, config, { batch: 2, height: 9, width: 13 }, { provider })
  }

const vaeEncoder: Build = async (provider) => {
  const { checkpoint, config } = await tinyVae('sd15-tiny')
  return buildVaeEncoder(checkpoint, config, { batch: 1, height: 40, width: 56 }, { provider })
}

const vaeDecoder: Build = async (provider) => {
  const { checkpoint, config } = await tinyVae('sd2-tiny')
  return buildVaeDecoder(checkpoint, config, { batch: 1, height: 5, width: 7 }, { provider })
}

describeOnWebGpu('on WebGPU, all of it and nothing on the CPU,', () => {
  // WGSL's sine and cosine, of the timestep, are right to 2^-11 only (WGSL, 15.7.4.2), and a random network widens that.
  test.each([
    ['LaMa', lama, 1e-4],
    ['the UNet of Stable Diffusion 1.5', unet('sd15-tiny'), 5e-3],
    ['the UNet of Stable Diffusion 2', unet('sd2-tiny'), 5e-3],
    ['the encoder of the autoencoder', vaeEncoder, 1e-4],
    ['the decoder of the autoencoder', vaeDecoder, 1e-4],
  ])('%s equals itself on the CPU', { timeout: 180_000 }, async (_, build, tolerance) => {
    const expected = await run(await build('cpu'), 'cpu')
    expect(Math.max(...expected.data.map(Math.abs))).toBeGreaterThan(0.1)
    expectClose(await run(await build('webgpu'), 'webgpu'), expected, tolerance)
  })
})
