import type { ModelDefinition } from '../model.ts'
import { stableDiffusion15 } from '../stable-diffusion/model.ts'

const unet = 'unet/unet.safetensors'
const textEncoder = 'text_encoder/text_encoder.safetensors'
const sharedFiles = [
  'vae/diffusion_pytorch_model.fp16.safetensors',
  'tokenizer/vocab.json',
  'tokenizer/merges.txt',
]

/**
 * Zhuang et al., "A Task is Worth One Word: Learning with Task Prompts for High-Quality Versatile Image Inpainting" (2024):
 * version 1, as its authors published it. Autoencoder and tokenizer are those of Stable Diffusion 1.5 for inpainting, which
 * it was trained from.
 *
 * The hash of its text encoder is in a single catalogue, that of its UNet in none.
 */
export const powerPaint: ModelDefinition = {
  id: 'powerpaint-v1',
  title: 'PowerPaint',
  purpose: 'Removes, fills by prompt, follows an outline and continues pictures: one model for every task.',
  // Its own page names none; it is a derivative of Stable Diffusion 1.5, whose terms go with it.
  licence: stableDiffusion15.licence,
  files: [
    {
      name: unet,
      sizeBytes: 3_438_225_152,
      sizeFrom: 'layout',
      sha256: null,
      sha256From: 'none',
      urls: addresses(unet),
    },
    {
      name: textEncoder,
      sizeBytes: 492_357_728,
      sizeFrom: 'layout',
      sha256: '16410ea003cd5b3494c7e64b91b6669a40bad2b413e8255510dff8c3db5adfd7',
      sha256From: 'one',
      urls: addresses(textEncoder),
    },
    ...stableDiffusion15.files.filter(({ name }) => sharedFiles.includes(name)),
  ],
}

function addresses(name: string): readonly string[] {
  const base = 'https://huggingface.co/JunhaoZhuang/PowerPaint-v1/resolve'
  return [`${base}/b4174b7cade590ab185dbdcfa09eee2c0f63410b/${name}`, `${base}/main/${name}`]
}
