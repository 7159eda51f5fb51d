import { describe, expect, test } from 'vitest'
import { engineForHole } from '../../../companion/fill/large-hole.ts'
import { quietRun } from '../../support/fill-job.ts'
import { discMask, paintImage, rectMask } from '../../support/images.ts'
import { stubEngine } from '../../support/stub-engine.ts'

const engine = stubEngine({ id: 'quick' })
const largeHoleEngine = stubEngine({ id: 'inventive', title: 'Inventive' })
const job = { engine, largeHoleEngine }

/** Sky above, ground below. */
const landscape = paintImage(320, 200, (x, y) => [y < 90 ? 200 : 80 + (x % 7), y < 90 ? 220 : 90, 60, 255])
const gravel = paintImage(320, 200, (x, y) => {
  const grey = 90 + ((x * 53 + y * 91 + x * y * 7) % 60)
  return [grey, grey, grey, 255]
})
const chosenFor = (image: typeof landscape, mask: ReturnType<typeof discMask>) =>
  engineForHole(job, image, { mask, avoid: null }, quietRun.signal)

describe('engineForHole', () => {
  test('lets another engine fill a large hole in a scene, and says so', async () => {
    expect(await chosenFor(landscape, discMask(320, 200, 150, 100, 40))).toEqual({
      engine: largeHoleEngine,
      note: 'Inventive was chosen for its quality in a hole this large.',
    })
  })

  test.each([
    ['a small hole', landscape, discMask(320, 200, 150, 100, 15)],
    ['a long thin one', landscape, rectMask(320, 200, { x: 10, y: 80, width: 300, height: 20 })],
    ['a large one in mere texture', gravel, discMask(320, 200, 150, 100, 40)],
  ])('leaves %s to the job’s own', async (_, image, mask) => {
    expect(await chosenFor(image, mask)).toEqual({ engine, note: null })
  })

  test('leaves all to it where there is no other', async () => {
    const mask = discMask(320, 200, 150, 100, 40)
    const none = { engine, largeHoleEngine: null }
    const alone = await engineForHole(none, landscape, { mask, avoid: null }, quietRun.signal)
    expect(alone).toEqual({ engine, note: null })
  })

  test('ends midway when it is cancelled, with the reason', async () => {
    const masks = { mask: discMask(320, 200, 150, 100, 40), avoid: null }

    await expect(engineForHole(job, landscape, masks, AbortSignal.abort('enough'))).rejects.toBe('enough')
  })
})
