import { describe, expect, test } from 'vitest'
import type { Engine } from '../../../companion/engines/engine.ts'
import { createPatchmatch } from '../../../companion/engines/patchmatch/index.ts'
import { decodeImage } from '../../../companion/image/codec.ts'
import type { Image } from '../../../companion/image/image.ts'
import { pngOf } from '../../support/encoded.ts'
import { fillJob, patchesOf } from '../../support/fill-job.ts'
import { gradientImage, paintImage, rectMask } from '../../support/images.ts'
import { stubEngine } from '../../support/stub-engine.ts'

/** Squares of ten pixels, so that each part of the picture is there again. */
const patchmatch = createPatchmatch(1)
const board = paintImage(120, 90, (x, y) =>
  (Math.floor(x / 10) + Math.floor(y / 10)) % 2 === 0 ? [20, 40, 60, 255] : [230, 210, 190, 255],
)
const mask = await pngOf(rectMask(120, 90, { x: 52, y: 41, width: 21, height: 17 }))
const asked = { mask, options: { growPx: 1, featherPx: 0 }, seed: 7, variations: 2 }

function jobOn(image: Image, exactEngine: Engine | null) {
  const engine = stubEngine()
  const picture = { image, fills: null, iccProfile: null, notes: [] }
  return { engine, job: fillJob({ ...asked, picture, engine, exactEngine }) }
}

describe('a job that an exact engine is asked for first', () => {
  test('is filled with what the picture itself continues exactly, and says who did it', async () => {
    const { engine, job } = jobOn(board, patchmatch)
    const patches = await patchesOf({ ...job, extent: 'finished' })

    expect(engine.fills).toHaveLength(0)
    expect(patches.map(({ seed }) => seed)).toEqual([7, 8])
    for (const { used, png } of patches) {
      expect(used).toMatchObject({
        engine: 'patchmatch',
        device: { kind: 'cpu' },
        tiles: 1,
        growPx: 1,
        notes: [],
      })
      expect((await decodeImage(png, { orientation: 'none' })).image.data).toEqual(board.data)
    }
  })

  test('goes to its own engine where something is left to guess', async () => {
    const { engine, job } = jobOn(gradientImage(120, 90), patchmatch)
    const [patch] = await patchesOf(job)
    expect(engine.fills).toHaveLength(2)
    expect(patch!.used.engine).toBe('stub')
  })

  test('goes to its own engine where nobody else is to be asked', async () => {
    const { engine, job } = jobOn(board, null)
    await patchesOf(job)
    expect(engine.fills).toHaveLength(2)
  })

  test('goes to its own engine where the exact one would see the picture smaller', async () => {
    const small = { ...patchmatch, limits: { ...patchmatch.limits, contextPixels: 1000 } }
    const { engine, job } = jobOn(board, small)
    await patchesOf(job)
    expect(engine.fills).toHaveLength(2)
  })

  test('ends when it is cancelled meanwhile', async () => {
    const { engine, job } = jobOn(board, patchmatch)
    const run = { signal: AbortSignal.abort('enough'), onProgress() {} }
    await expect(patchesOf(job, run)).rejects.toBe('enough')
    expect(engine.fills).toHaveLength(0)
  })
})
