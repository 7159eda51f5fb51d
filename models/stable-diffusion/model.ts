import type { ModelDefinition, ModelFile } from '../model.ts'

/*
 * Stable Diffusion for inpainting, as published in diffusers layout in float16. The publishers' own repositories are gone;
 * these are the community's copies, at a revision and as they are now. SHA-256 decides, whatever an address sends.
 */

/** Attachment A of both licences, word for word. */
const restrictions = `You agree not to use the Model or Derivatives of the Model:
(a) In any way that violates any applicable national, federal, state, local or international law or regulation;
(b) For the purpose of exploiting, harming or attempting to exploit or harm minors in any way;
(c) To generate or disseminate verifiably false information and/or content with the purpose of harming others;
(d) To generate or disseminate personal identifiable information that can be used to harm an individual;
(e) To defame, disparage or otherwise harass others;
(f) For fully automated decision making that adversely impacts an individual's legal rights or otherwise creates or modifies a binding, enforceable obligation;
(g) For any use intended to or which has the effect of discriminating against or harming individuals or groups based on online or offline social behavior or known or predicted personal or personality characteristics;
(h) To exploit any of the vulnerabilities of a specific group of persons based on their age, social, physical or mental characteristics, in order to materially distort the behavior of a person pertaining to that group in a manner that causes or is likely to cause that person or another person physical or psychological harm;
(i) For any use intended to or which has the effect of discriminating against individuals or groups based on legally protected characteristics or categories;
(j) To provide medical advice and medical results interpretation;
(k) To generate or disseminate information for the purpose to be used for administration of justice, law enforcement, immigration or asylum processes, such as predicting an individual will commit fraud/crime commitment (e.g. by text profiling, drawing causal relationships between assertions made in documents, indiscriminate and arbitrarily-targeted use).
Whoever passes on the model, or lets others use it, must pass on these terms. Nothing here filters what the model makes.`

const community2 = addresses(
  'sd2-community/stable-diffusion-2-inpainting',
  '5f74973cbb64c8568780732c17f43eb269d63a0d',
)
const community15 = addresses(
  'stable-diffusion-v1-5/stable-diffusion-inpainting',
  '8a4288a76071f7280aedbdb3253bdb9e9d5d84bb',
)

const unet = 'unet/diffusion_pytorch_model.fp16.safetensors'
const textEncoder = 'text_encoder/model.fp16.safetensors'
const vae = 'vae/diffusion_pytorch_model.fp16.safetensors'

/** CLIP's, the same in both. */
const tokenizer: readonly ModelFile[] = [
  {
    name: 'tokenizer/vocab.json',
    sizeBytes: 1_059_962,
    sha256: 'e089ad92ba36837a0d31433e555c8f45fe601ab5c221d4f607ded32d9f7a4349',
    sha256From: 'several',
    urls: [...community2('tokenizer/vocab.json'), ...community15('tokenizer/vocab.json')],
  },
  {
    name: 'tokenizer/merges.txt',
    sizeBytes: 524_619,
    sha256: '9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a',
    sha256From: 'several',
    urls: [...community2('tokenizer/merges.txt'), ...community15('tokenizer/merges.txt')],
  },
]

/** Hashes as in several catalogues of the community's copy, and in a Git LFS copy of Stability AI's own repository. */
export const stableDiffusion2: ModelDefinition = {
  id: 'stable-diffusion-2',
  title: 'Stable Diffusion 2',
  purpose: 'Fills by prompt, and continues pictures beyond their edges.',
  licence: {
    name: 'CreativeML Open RAIL++-M',
    url: 'https://huggingface.co/stabilityai/stable-diffusion-2/blob/main/LICENSE-MODEL',
    restrictions,
  },
  files: [
    {
      name: unet,
      sizeBytes: 1_731_933_536,
      sha256: '29a698f37775d5904a958c9cebed98184483dfb441729a8e5f98dd5b65df70c8',
      sha256From: 'several',
      urls: community2(unet),
    },
    {
      name: textEncoder,
      sizeBytes: 680_821_096,
      sha256: '681c555376658c81dc273f2d737a2aeb23ddb6d1d8e5b3a7064636d359a22668',
      sha256From: 'several',
      urls: community2(textEncoder),
    },
    {
      name: vae,
      sizeBytes: 167_335_342,
      sha256: '3e4c08995484ee61270175e9e7a072b66a6e4eeb5f0c266667fe1f45b90daf9a',
      sha256From: 'several',
      urls: community2(vae),
    },
    ...tokenizer,
  ],
}

/** Hashes as several projects, independently of each other, have them for the community's copy. */
export const stableDiffusion15: ModelDefinition = {
  id: 'stable-diffusion-1-5',
  title: 'Stable Diffusion 1.5',
  purpose: 'Fills by prompt, with a smaller download and less memory than version 2.',
  licence: {
    name: 'CreativeML Open RAIL-M',
    url: 'https://huggingface.co/spaces/CompVis/stable-diffusion-license',
    restrictions,
  },
  files: [
    {
      name: unet,
      sizeBytes: 1_719_154_104,
      sha256: '24b788b4a777748377cc20364eea4ae113c8c42f4468c16bc8c02fdae5492af9',
      sha256From: 'several',
      urls: community15(unet),
    },
    {
      name: textEncoder,
      sizeBytes: 246_144_864,
      sha256: '77795e2023adcf39bc29a884661950380bd093cf0750a966d473d1718dc9ef4e',
      sha256From: 'several',
      urls: community15(textEncoder),
    },
    {
      name: vae,
      sizeBytes: 167_335_342,
      sha256: '4fbcf0ebe55a0984f5a5e00d8c4521d52359af7229bb4d81890039d2aa16dd7c',
      sha256From: 'several',
      urls: community15(vae),
    },
    ...tokenizer,
  ],
}

const lora = 'pytorch_lora_weights.safetensors'

/**
 * Luo et al., "LCM-LoRA: A Universal Stable-Diffusion Acceleration Module" (2023): for the UNet of 1.5. Its hash and
 * the terms of its model card are in several catalogues.
 */
export const lcmLora15: ModelDefinition = {
  id: 'lcm-lora-sd-1-5',
  title: 'LCM-LoRA for Stable Diffusion 1.5',
  purpose: 'Lets Stable Diffusion 1.5 fill in four steps, for machines without a graphics card.',
  licence: {
    name: 'CreativeML Open RAIL++-M',
    url: 'https://huggingface.co/latent-consistency/lcm-lora-sdv1-5',
    restrictions,
  },
  files: [
    {
      name: lora,
      sizeBytes: 134_621_556,
      sha256: '8f90d840e075ff588a58e22c6586e2ae9a6f7922996ee6649a7f01072333afe4',
      sha256From: 'several',
      urls: addresses('latent-consistency/lcm-lora-sdv1-5', 'cf2fced511dbe7e26c8d1d397e728fbab875db4b')(lora),
    },
  ],
}

function addresses(repository: string, revision: string): (name: string) => readonly string[] {
  const base = `https://huggingface.co/${repository}/resolve`
  return (name) => [`${base}/${revision}/${name}`, `${base}/main/${name}`]
}
