import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/data-folder.ts'
import { tinyFolder } from '../../support/diffusion.ts'
import { referencePath } from '../../support/reference.ts'
import { comparePictures, fillMany, type Weights } from './parity.ts'

const size = { width: 128, height: 64 }

test('a device gives what it gives itself, and fills every random picture', async () => {
  const models: Weights[] = [
    { kind: 'Stable Diffusion', path: tinyFolder('sd15-tiny', join(temporaryFolder(), 'tiny')) },
    { kind: 'LaMa', path: referencePath('lama', 'tiny', 'generator.safetensors') },
  ]
  for (const model of models) {
    expect(await comparePictures(model, size, 'cpu')).toBe(Number.POSITIVE_INFINITY)
    expect(await fillMany(model, size, 2, 'cpu')).toBe(2)
  }
})
