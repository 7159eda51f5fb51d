import type { ModelDefinition, ModelFile } from '../model.ts'

/** Where they were published, and a mirror of all that is published there. */
const hosts = ['huggingface.co', 'hf-mirror.com']

/**
 * Segment Anything 2.1 with the Hiera-tiny encoder: Ravi et al., "SAM 2: Segment Anything in Images and Videos"
 * (2024), as the ONNX community exported it for pictures.
 */
export const sam21Tiny: ModelDefinition = {
  id: 'sam-2-1-tiny',
  title: 'SAM 2.1 (tiny)',
  purpose: 'Selects the thing that is clicked on, also in photographs.',
  licence: { name: 'Apache-2.0', url: 'https://github.com/facebookresearch/sam2/blob/main/LICENSE' },
  files: exported('sam2.1-hiera-tiny-ONNX', '814a066640debee5a91e70aa401fb8e17e030503', [
    [354_238, '4f30aacd3aaefbca81a0b7fe4c1fc96345570ea0a6f80ced599493d1b3be2e8c'],
    [134_084_864, 'e83df9866a5afe68ea7f0f721f18f65137fc3acbf0da1c74e946d363e09c69cc'],
    [213_114, '874414704c5d686db7d206a35f6e15d26563d50c8c4468fccc6739bd7e491dcf'],
    [20_958_208, 'e9874d900dd4134ed60eab1e97910327c2419e0b2954485d8fd6e7f1a1470f47'],
  ]),
}

/** Zhou et al., "EdgeTAM: On-Device Track Anything Model" (CVPR 2025): the same questions and answers, made for telephones. */
export const edgeTam: ModelDefinition = {
  id: 'edgetam',
  title: 'EdgeTAM',
  purpose: 'Selects the thing that is clicked on, faster and from a small download, and less surely.',
  licence: { name: 'Apache-2.0', url: 'https://github.com/facebookresearch/EdgeTAM/blob/main/LICENSE' },
  files: exported('EdgeTAM-ONNX', 'main', [
    [192_225, 'ed068218eba96760fe02d04ce899c449660ac813a088d80ed7f42c8bb01e7cec'],
    [19_532_576, '21e75dba7077dfcb53e8c9a6e99977156f2240ff3f1f9cddc43d66aa1ecb528e'],
    [213_114, 'd3668299ec3edf70fbb139ec642b54bf3d4be453fd1b688a6b5938e0856fe546'],
    [20_958_208, 'dfa2125e30d08d388732f20c18fb63ab0f0f590cd270eb307f0c2b65919d1be8'],
  ]),
}

/** The files of an export, in the order in which their sizes and SHA-256 are given. */
function exported(repository: string, revision: string, known: readonly [number, string][]): ModelFile[] {
  const names = [
    'vision_encoder.onnx',
    'vision_encoder.onnx_data',
    'prompt_encoder_mask_decoder.onnx',
    'prompt_encoder_mask_decoder.onnx_data',
  ]
  return names.map((name, i) => ({
    name,
    sizeBytes: known[i]![0],
    sha256: known[i]![1],
    sha256From: 'one',
    urls: hosts.map(
      (host) => `https://${host}/onnx-community/${repository}/resolve/${revision}/onnx/${name}`,
    ),
  }))
}
