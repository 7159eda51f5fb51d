import type { ModelDefinition } from '../model.ts'

/**
 * Big-LaMa: Suvorov et al., "Resolution-robust Large Mask Inpainting with Fourier Convolutions" (WACV 2022).
 *
 * A TorchScript archive of the authors' weights, which they themselves publish inside a zip file twice that size. The
 * second and third address are copies by others, of the same bytes.
 */
export const lama: ModelDefinition = {
  id: 'lama',
  title: 'LaMa',
  purpose: 'Removes objects cleanly from photos, large ones too.',
  licence: { name: 'Apache-2.0', url: 'https://github.com/advimman/lama/blob/main/LICENSE' },
  files: [
    {
      name: 'big-lama.pt',
      sizeBytes: 205_669_692,
      sha256: '344c77bbcb158f17dd143070d1e789f38a66c04202311ae3a258ef66667a9ea9',
      sha256From: 'several',
      urls: [
        'https://github.com/Sanster/models/releases/download/add_big_lama/big-lama.pt',
        'https://huggingface.co/signature-ai/big-lama/resolve/main/big-lama.pt',
        'https://huggingface.co/gaspardbruno/BigLama/resolve/main/big-lama.pt',
      ],
    },
  ],
}
