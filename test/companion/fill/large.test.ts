import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lama } from '../../../companion/engines/lama/index.ts'
import { createPatchmatch } from '../../../companion/engines/patchmatch/index.ts'
import type { Patch } from '../../../companion/fill/fill.ts'
import { decodeImage } from '../../../companion/image/codec.ts'
import type { Image } from '../../../companion/image/image.ts'
import { silentLog } from '../../../companion/log.ts'
import { OnnxRuntime } from '../../../companion/runtime/session.ts'
import { expectPatchPromise } from '../../support/assert-image.ts'
import { pngOf } from '../../support/encoded.ts'
import { fillJob, patchesOf } from '../../support/fill-job.ts'
import { paintImage, paintMask } from '../../support/images.ts'
import { tinyLama } from '../../support/means.ts'

const size = [1403, 907] as const
const image = paintImage(...size, (x, y) => [(x >> 3) % 256, (y >> 3) % 256, ((x * y) >> 9) % 256, 255])
/** A wire from corner to corner, a large disc beside it, and a speck far from both. */
const mask = paintMask(
  ...size,
  (x, y) =>
    Math.abs(16 * y - 10 * x) < 48 || Math.hypot(x - 1100, y - 290) < 190 || Math.hypot(x - 200, y - 800) < 9,
)

describe('a large picture with a small LaMa', () => {
  const runtime = new OnnxRuntime({ device: 'cpu', log: silentLog })
  let patch: Patch
  let filled: Image
  beforeAll(async () => {
    const [only] = await patchesOf(
      fillJob({
        picture: { image, fills: null, iccProfile: null, notes: [] },
        mask: await pngOf(mask),
        engine: lama,
        detailEngine: createPatchmatch(1),
        means: { runtime, files: async () => new Map([['big-lama.pt', tinyLama]]) },
      }),
    )
    patch = only!
    filled = (await decodeImage(patch.png, { orientation: 'none' })).image
  })
  afterAll(() => runtime.unload())

  test('is filled in slices, at a smaller scale where the hole is deep, with detail of the picture; which is told', () => {
    const { tiles, workWidth, workHeight, notes } = patch.used

    expect(tiles).toBeGreaterThan(4)
    expect(workWidth * workHeight).toBeLessThanOrEqual(lama.limits.contextPixels)
    expect(notes).toEqual([
      expect.stringMatching(/^Part of the fill was computed at 6\d % of the picture’s size\.$/),
      `What is too long to be seen at once was filled in ${tiles - 2} overlapping slices.`,
      'Fine detail was copied from other parts of the picture, which Quick fill found.',
    ])
  })

  test('keeps the patch promise', () => {
    const { rect, used } = patch
    expectPatchPromise({ patch: filled, rect, mask, ...used })
  })
})
