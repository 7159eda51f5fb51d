import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createStableDiffusion } from '../../companion/engines/stable-diffusion/index.ts'
import { openStore } from '../../companion/store/store.ts'
import type { ModelDefinition } from '../../models/model.ts'
import { lcmLora15, stableDiffusion15 } from '../../models/stable-diffusion/model.ts'
import { writeRandomWeights } from '../bench/random-weights.ts'
import { Client } from '../support/client.ts'
import { startTestCompanion } from '../support/companion.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { type Layout, publishedLayout, tokenizerFiles } from '../support/diffusion.ts'
import { pngOf } from '../support/encoded.ts'
import { quietRun } from '../support/fill-job.ts'
import { gradientImage, rectMask } from '../support/images.ts'
import { modelFile } from '../support/published-model.ts'
import { startWeightsServer, type WeightsServer } from '../support/weights-server.ts'

test('Stable Diffusion and its LoRA are downloaded, checked, loaded and run', async () => {
  const { client, dataFolder, catalogue } = await connected()
  const fill = { type: 'fill', imageId: 'picture', task: 'fill', engine: 'stable-diffusion' } as const
  const words = { prompt: 'a red vase', seed: 7 }
  const mask = await pngOf(rectMask(90, 70, { x: 30, y: 20, width: 28, height: 24 }))
  client.send({ type: 'image', id: 'picture' }, { image: await pngOf(gradientImage(90, 70)) })

  const early = { ...fill, ...words, id: 'early', options: { steps: 2, size: 256 } }
  client.send(early, { mask })
  expect(await client.next('failed', 'early')).toMatchObject({ code: 'model-missing' })

  for (const { id } of catalogue) {
    client.send({ type: 'install', id, modelId: id, acceptLicence: true })
    await client.next('done', id)
    expect(readFileSync(join(dataFolder, 'models', id, 'LICENCE.txt'), 'utf8')).toContain(
      'You agree not to use the Model',
    )
  }
  const store = openStore({ folder: join(dataFolder, 'models'), models: catalogue })
  onTestFinished(() => store.close())
  for (const { id } of catalogue) {
    expect(await store.verify(id, quietRun)).toMatchObject({ installed: true, damaged: false })
  }

  client.send({ ...early, id: 'usual' }, { mask })
  const usual = await client.next('patch', 'usual')
  expect(usual.used).toMatchObject({ engine: 'stable-diffusion', steps: 2, workWidth: 256, workHeight: 192 })
  client.send({ ...early, id: 'car', options: { ...early.options, preset: 'car' } }, { mask })
  const car = await client.next('patch', 'car')
  // Its words and guidance, but not its thirty steps.
  expect(car.used.steps).toBe(2)
  expect(car.blobsByName).not.toEqual(usual.blobsByName)
  client.send({ ...early, id: 'few', options: { preset: 'few-steps', size: 256 } }, { mask })
  const few = await client.next('patch', 'few')
  expect(few.used).toMatchObject({ engine: 'stable-diffusion', steps: 4 })
  expect(few.blobsByName).not.toEqual(usual.blobsByName)
})

/** A companion whose catalogue is a narrow Stable Diffusion 1.5 and a LoRA for it, under the published names. */
async function connected() {
  const server = await startWeightsServer()
  onTestFinished(() => server.close())
  const [weights, dataFolder] = [temporaryFolder(), temporaryFolder()]
  writeNarrow(weights)
  const catalogue = [stableDiffusion15, lcmLora15].map((model) => publish(model, weights, server))
  const companion = await startTestCompanion({
    dataFolder,
    engines: [createStableDiffusion()],
    device: 'cpu',
    store: { models: catalogue, environment: {} },
  })
  const client = await Client.paired(companion.port, companion.token)
  return { client, dataFolder, catalogue }
}

/** The model as if those files were the published ones. */
function publish(model: ModelDefinition, folder: string, server: WeightsServer): ModelDefinition {
  const files = model.files.map(({ name }) => {
    const body = readFileSync(join(folder, name))
    server.publish(`/${model.id}/${name}`, body)
    return modelFile(name, body, server.url(`/${model.id}/${name}`))
  })
  return { ...model, files }
}

/** Random weights in the published layouts: as narrow as heads and groups allow, and of CLIP the first layer. */
function writeNarrow(folder: string): void {
  const unet = narrowed('sd15-unet', (size) => (size % 320 === 0 ? size / 10 : size))
  const clip = Object.entries(publishedLayout('sd15-text-encoder'))
  const layouts: Readonly<Record<string, Layout>> = {
    'unet/diffusion_pytorch_model.fp16.safetensors': unet,
    'text_encoder/model.fp16.safetensors': Object.fromEntries(
      clip.filter(([name]) => !/layers\.[1-9]|position_ids/.test(name)),
    ),
    'vae/diffusion_pytorch_model.fp16.safetensors': narrowed('sd15-vae', (size) =>
      size % 128 === 0 ? size / 4 : size,
    ),
    'pytorch_lora_weights.safetensors': loraLayout(unet),
  }
  for (const [name, layout] of Object.entries(layouts)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeRandomWeights(join(folder, name), layout, 'float16')
  }
  const { vocabulary, merges } = tokenizerFiles('<|endoftext|>')
  mkdirSync(join(folder, 'tokenizer'))
  writeFileSync(join(folder, 'tokenizer', 'vocab.json'), JSON.stringify(vocabulary))
  writeFileSync(join(folder, 'tokenizer', 'merges.txt'), merges)
}

function narrowed(name: 'sd15-unet' | 'sd15-vae', narrow: (size: number) => number): Layout {
  return Object.fromEntries(
    Object.entries(publishedLayout(name)).map(([tensor, shape]) => [tensor, shape.map(narrow)]),
  )
}

/** Of rank 4, for the layers that LCM-LoRA changes; without alpha, which would be its rank. */
function loraLayout(unet: Layout): Layout {
  const changed = Object.entries(unet).filter(
    ([name, shape]) => shape.length > 1 && !/^(conv_in|conv_out|time_embedding)/.test(name),
  )
  return Object.fromEntries(
    changed.flatMap(([name, [outputs, inputs, ...kernel]]) => {
      const layer = `lora_unet_${name.replace('.weight', '').replaceAll('.', '_')}`
      return [
        [`${layer}.lora_down.weight`, [4, inputs!, ...kernel]],
        [`${layer}.lora_up.weight`, [outputs!, 4, ...kernel.map(() => 1)]],
      ]
    }),
  )
}
