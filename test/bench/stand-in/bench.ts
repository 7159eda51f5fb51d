import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openModel } from '../../../companion/diffusion/found-model.ts'
import { sessionBytes, unetNumbers, vaeNumbers } from '../../../companion/diffusion/needed-bytes.ts'
import type { Size } from '../../../companion/image/image.ts'
import { silentLog } from '../../../companion/log.ts'
import type { Optimisation, Tensors } from '../../../companion/runtime/child.ts'
import { runtimeFolder } from '../../../companion/runtime/device.ts'
import { InferenceProcess } from '../../../companion/runtime/inference-process.ts'
import { readCheckpoint } from '../../../companion/store/checkpoint.ts'
import { buildLama } from '../../../models/lama/graph.ts'
import type { GraphDefinition } from '../../../models/onnx/graph.ts'
import { writeModel } from '../../../models/onnx/write.ts'
import { buildTextEncoder } from '../../../models/stable-diffusion/text-encoder.ts'
import { buildUNet } from '../../../models/stable-diffusion/unet.ts'
import { buildVaeDecoder, buildVaeEncoder } from '../../../models/stable-diffusion/vae.ts'
import { tinyNetworks } from '../../support/tiny-networks.ts'
import { writeRandomModel } from '../diffusion/random-model.ts'
import { writeRandomLama } from '../models/random-lama.ts'
import { buildStandIns } from './libraries.ts'

/** Prints for every network whether CUDA has a kernel for each of its nodes, and what memory those of full size ask for. */
export async function benchStandIn(): Promise<void> {
  const provider = join(runtimeFolder(), 'libonnxruntime_providers_cuda.so')
  if (!existsSync(provider)) {
    console.log('Skipped: the CUDA provider is not installed; `infill gpu install` gets it.')
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  try {
    process.env.LD_LIBRARY_PATH = buildStandIns(provider, folder)
    process.env.STAND_IN_FILE = join(folder, 'most-bytes')
    for (const [name, build] of Object.entries(tinyNetworks)) {
      for (const precision of ['float16', 'float32'] as const) {
        const own = join(folder, `${name} ${precision}`)
        await load(await build({ provider: 'cuda', precision }, own), 'all')
        console.log(`${name} in ${precision}: every node has a kernel`)
      }
    }
    console.log('\n| network in float16 | asked for | estimate |\n| --- | --- | --- |')
    for (const { name, graph, optimisation, estimate } of await fullSize(folder)) {
      await load(graph, optimisation)
      const asked = Number(readFileSync(process.env.STAND_IN_FILE, 'utf8'))
      console.log(`| ${name} | ${inGigabytes(asked)} | ${estimate === null ? '–' : inGigabytes(estimate)} |`)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Loads a graph of which no node may run on the CPU, and runs it once. @throws OnnxError */
async function load(graph: GraphDefinition, optimisation: Optimisation): Promise<void> {
  const owner = new InferenceProcess(silentLog)
  const { signal } = new AbortController()
  try {
    const model = { graph: writeModel(graph, '/'), folder: '/' }
    const load = { type: 'load', slot: 'only', model, provider: 'cuda', optimisation, strict: true } as const
    await owner.ask(load, signal)
    await owner.ask({ type: 'run', slot: 'only', inputs: zerosFor(graph) }, signal)
  } finally {
    await owner.kill()
  }
}

interface FullSize {
  readonly name: string
  readonly graph: GraphDefinition
  readonly optimisation: Optimisation
  /** Null: the engine's own, which is not told. */
  readonly estimate: number | null
}

async function fullSize(folder: string): Promise<FullSize[]> {
  const { unet, vae, textEncoder, config } = await openModel(writeRandomModel(join(folder, 'model'), '1.5'))
  const lama = join(folder, 'lama.safetensors')
  writeRandomLama(lama)
  const checkpoint = await readCheckpoint(lama)
  const given = { provider: 'cuda', precision: 'float16' } as const
  const square = (side: number): Size => ({ width: side, height: side })
  const latents = (side: number) => ({ batch: 1, ...square(side / 8) })
  return [
    {
      name: 'text encoder',
      graph: buildTextEncoder(textEncoder.checkpoint, config.textEncoder, 1, given),
      optimisation: 'all',
      estimate: sessionBytes(textEncoder, 0, 'float16'),
    },
    ...[512, 768, 1024].map(
      (side): FullSize => ({
        name: `UNet, two rows, ${side}²`,
        graph: buildUNet(unet.checkpoint, config.unet, { ...latents(side), batch: 2 }, given),
        optimisation: 'extended',
        estimate: sessionBytes(unet, unetNumbers(square(side), 2), 'float16'),
      }),
    ),
    {
      name: 'encoder, 512²',
      graph: buildVaeEncoder(vae.checkpoint, config.vae, { batch: 1, ...square(512) }, given),
      optimisation: 'all',
      estimate: sessionBytes(vae, vaeNumbers(square(512), undefined) / 2, 'float16'),
    },
    ...([[512], [768], [512, 32]] as const).map(
      ([side, tileSide]): FullSize => ({
        name: `decoder, ${side}²${tileSide === undefined ? '' : ` in tiles of ${8 * tileSide}²`}`,
        graph: buildVaeDecoder(
          vae.checkpoint,
          config.vae,
          latents(side),
          tileSide === undefined ? given : { ...given, tileSide },
        ),
        optimisation: 'all',
        estimate: sessionBytes(vae, vaeNumbers(square(side), tileSide), 'float16'),
      }),
    ),
    ...[512, 1024, 2048].map(
      (side): FullSize => ({
        name: `LaMa, ${side}²`,
        graph: buildLama(checkpoint, square(side), 'cuda'),
        optimisation: 'all',
        estimate: null,
      }),
    ),
  ]
}

function zerosFor({ inputs }: GraphDefinition): Tensors {
  return Object.fromEntries(
    inputs.map(({ name, dtype, shape }) => {
      const length = shape.reduce((product, size) => product * size, 1)
      return dtype === 'int64'
        ? [name, { type: 'int64', shape, data: new BigInt64Array(length) }]
        : [name, { type: 'float32', shape, data: new Float32Array(length) }]
    }),
  )
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`
}
