/*
 * What a network is that its weights alone do not tell. The published repositories say it in a config.json beside each
 * weight file; a checkpoint that is one file comes without, and is one of the two published kinds.
 */

export interface UNetConfig {
  /** Of the attention at each level, finest first. (`attention_head_dim`, which means their number all the same.) */
  readonly heads: readonly number[]
  /** Numbers in an embedding of a token. */
  readonly contextWidth: number
  readonly linearProjection: boolean
  /** Of all group norms. */
  readonly groups: number
  readonly epsilon: number
}

export interface TextEncoderConfig {
  readonly heads: number
  /** quick_gelu: x · sigmoid(1.702 x) · gelu: the exact one. */
  readonly activation: 'quick_gelu' | 'gelu'
  readonly epsilon: number
}

export interface VaeConfig {
  /** Of all group norms. */
  readonly groups: number
  /** Latents are multiplied by this before they are noised, and divided before they are decoded. */
  readonly scalingFactor: number
}

export interface StableDiffusionConfig {
  readonly unet: UNetConfig
  readonly textEncoder: TextEncoderConfig
  readonly vae: VaeConfig
}

const vae: VaeConfig = { groups: 32, scalingFactor: 0.18215 }

/** Stable Diffusion 1.5, with CLIP ViT-L/14. */
export const stableDiffusion15: StableDiffusionConfig = {
  unet: { heads: [8, 8, 8, 8], contextWidth: 768, linearProjection: false, groups: 32, epsilon: 1e-5 },
  textEncoder: { heads: 12, activation: 'quick_gelu', epsilon: 1e-5 },
  vae,
}

/** Stable Diffusion 2, with OpenCLIP ViT-H/14 up to its last layer but one. */
export const stableDiffusion2: StableDiffusionConfig = {
  unet: { heads: [5, 10, 20, 20], contextWidth: 1024, linearProjection: true, groups: 32, epsilon: 1e-5 },
  textEncoder: { heads: 16, activation: 'gelu', epsilon: 1e-5 },
  vae,
}
