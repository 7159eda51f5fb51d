import { expect, test } from 'vitest'
import { neededBytes } from '../../../companion/diffusion/needed-bytes.ts'
import { checkpointOf, publishedLayout } from '../../support/diffusion.ts'

const network = (name: Parameters<typeof publishedLayout>[0]) => ({
  checkpoint: checkpointOf(publishedLayout(name)),
  weights: { path: '/model.safetensors', key: name, isOwn: false },
})
const parts = {
  textEncoder: network('sd15-text-encoder'),
  unet: network('sd15-unet'),
  vae: network('sd15-vae'),
}
const square = (side: number) => ({ width: side, height: side })
const usual = { rowsAtOnce: 2, tileSide: undefined, precision: 'usual', optimisation: 'extended' } as const
const quick = { ...usual, optimisation: 'all' } as const

// In GB. On a card the largest network's, and 0.6 of CUDA's own.
test.each([
  ['on the CPU, in float32, all there is', square(512), usual, 'cpu', 5.7],
  ['on the CPU with a second copy of weights', square(512), quick, 'cpu', 8.5],
  ['on a card whatever the CPU would do', square(512), quick, 'cuda', 2.7],
  ['on a card, in float16, of its UNet', square(512), usual, 'cuda', 2.7],
  ['larger pictures', square(768), usual, 'cuda', 3.8],
  ['larger pictures, one row at a time', square(768), { ...usual, rowsAtOnce: 1 } as const, 'cuda', 2.7],
  ['in float32 on a card', square(512), { ...usual, precision: 'float32' } as const, 'cuda', 4.9],
  ['the decoder of a large picture', square(1536), { ...usual, rowsAtOnce: 1 } as const, 'cuda', 7],
  ['the same in tiles', square(1536), { ...usual, rowsAtOnce: 1, tileSide: 64 } as const, 'cuda', 3.8],
] as const)('what a fill takes %s', (_, size, way, kind, gigabytes) => {
  expect(neededBytes(parts, size, way, kind) / 1e9).toBeCloseTo(gigabytes, 1)
})
