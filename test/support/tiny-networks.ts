import { parseTextEncoderConfig } from '../../companion/diffusion/model-config.ts'
import { readCheckpoint } from '../../companion/store/checkpoint.ts'
import { buildLama } from '../../models/lama/graph.ts'
import type { GraphDefinition } from '../../models/onnx/graph.ts'
import type { ExecutionProvider, Precision } from '../../models/onnx/providers.ts'
import { buildTextEncoder } from '../../models/stable-diffusion/text-encoder.ts'
import { buildUNet } from '../../models/stable-diffusion/unet.ts'
import { buildVaeDecoder, buildVaeEncoder } from '../../models/stable-diffusion/vae.ts'
import { readJson, type TinyModel, tinyTextEncoder, tinyUNet, tinyVae } from './diffusion.ts'
import { powerPaintFolder } from './powerpaint.ts'
import { referencePath } from './reference.ts'

export interface GraphChoice {
  readonly provider: ExecutionProvider
  /** Of diffusion models; LaMa's is the provider's. */
  readonly precision: Precision
}

/** How a network is built, and an empty folder for what has to lie together. */
type Build = (choice: GraphChoice, folder: string) => Promise<GraphDefinition>

/** A network of every kind whose graph is built here, tiny and of random weights. */
export const tinyNetworks: Readonly<Record<string, Build>> = {
  LaMa: async ({ provider }) =>
    buildLama(
      await readCheckpoint(referencePath('lama', 'tiny', 'generator.safetensors')),
      { width: 47, height: 33 },
      provider,
    ),
  'the text encoder of Stable Diffusion 1.5': textEncoder('sd15-quick-gelu'),
  'the text encoder of Stable Diffusion 2': textEncoder('sd2-gelu'),
  'the text encoder of PowerPaint': async (choice, folder) => {
    await powerPaintFolder(folder, 'original')
    const checkpoint = await readCheckpoint(`${folder}/text_encoder/text_encoder.safetensors`)
    const config = parseTextEncoderConfig(readJson(`${folder}/text_encoder/config.json`))
    return buildTextEncoder(checkpoint, config, 1, choice)
  },
  'the UNet of Stable Diffusion 1.5': unet('sd15-tiny'),
  'the UNet of Stable Diffusion 2': unet('sd2-tiny'),
  'the encoder': async (choice) => {
    const { checkpoint, config } = await tinyVae('sd15-tiny')
    return buildVaeEncoder(checkpoint, config, { batch: 1, height: 40, width: 56 }, choice)
  },
  'the decoder': async (choice) => {
    const { checkpoint, config } = await tinyVae('sd2-tiny')
    return buildVaeDecoder(checkpoint, config, { batch: 1, height: 5, width: 7 }, choice)
  },
  'the decoder in tiles': async (choice) => {
    const { checkpoint, config } = await tinyVae('sd15-tiny')
    return buildVaeDecoder(checkpoint, config, { batch: 1, height: 5, width: 7 }, { ...choice, tileSide: 4 })
  },
}

function textEncoder(kind: Parameters<typeof tinyTextEncoder>[0]) {
  return async (choice: GraphChoice) => {
    const { checkpoint, config } = await tinyTextEncoder(kind)
    return buildTextEncoder(checkpoint, config, 1, choice)
  }
}

function unet(model: TinyModel) {
  return async (choice: GraphChoice) => {
    const { checkpoint, config } = await tinyUNet(model)
    return buildUNet(checkpoint, config, { batch: 2, height: 9, width: 13 }, choice)
  }
}
