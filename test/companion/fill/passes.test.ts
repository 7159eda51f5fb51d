import { describe, expect, test } from 'vitest'
import type { Limits, Tile } from '../../../companion/engines/engine.ts'
import { fillContexts } from '../../../companion/fill/fill-contexts.ts'
import { expandPasses } from '../../../companion/fill/passes.ts'
import { planFill } from '../../../companion/fill/plan.ts'
import { inverse } from '../../../companion/image/mask.ts'
import type { Rect } from '../../../companion/protocol.ts'
import { pixelAt } from '../../support/assert-image.ts'
import { quietRun } from '../../support/fill-job.ts'
import { paintImage, plainImage, rectMask } from '../../support/images.ts'

const limits: Limits = {
  contextPx: ({ width, height }) => Math.max(width, height) / 2,
  contextPixels: 2 ** 24,
  sideMultiple: 1,
  expandPassShare: 0.5,
  expandFadeShare: 0.1,
}

/** All but a rectangle of a canvas. */
function around(width: number, height: number, known: Rect) {
  return inverse(rectMask(width, height, known))
}

describe('expandPasses', () => {
  const small = { x: 100, y: 60, width: 100, height: 60 }

  test('is one where nothing says how far a pass goes, or it goes as far', () => {
    const { expandPassShare: _, ...without } = limits
    for (const some of [without, { ...limits, expandPassShare: 1 }]) {
      expect(expandPasses(around(300, 180, small), some)).toEqual([{ x: 0, y: 0, width: 300, height: 180 }])
    }
  })

  test('grows on all sides by a share of what it begins with', () => {
    expect(expandPasses(around(300, 180, small), limits)).toEqual([
      { x: 50, y: 30, width: 200, height: 120 },
      { x: 0, y: 0, width: 300, height: 180 },
    ])
  })

  test('grows only where there is something to fill, and takes a sliver along', () => {
    const mask = around(310, 60, { x: 0, y: 0, width: 200, height: 60 })
    expect(expandPasses(mask, limits)).toEqual([{ x: 0, y: 0, width: 310, height: 60 }])
  })

  test('goes from side to side where all together are more than can be seen', () => {
    const mask = around(200, 120, { x: 50, y: 30, width: 100, height: 60 })
    expect(expandPasses(mask, { ...limits, contextPixels: 20_000 })).toEqual([
      { x: 0, y: 30, width: 150, height: 60 },
      { x: 0, y: 30, width: 200, height: 60 },
      { x: 0, y: 0, width: 200, height: 90 },
      { x: 0, y: 0, width: 200, height: 120 },
    ])
  })

  test('is one where nothing is known, or only holes are to be filled', () => {
    const all = rectMask(300, 180, { x: 0, y: 0, width: 300, height: 180 })
    const hole = rectMask(300, 180, small)
    for (const mask of [all, hole]) {
      expect(expandPasses(mask, limits)).toEqual([{ x: 0, y: 0, width: 300, height: 180 }])
    }
  })
})

describe('a picture that is continued in several passes', async () => {
  const picture = paintImage(400, 90, (x, y) => (x >= 160 && x < 240 ? [x, y, 99, 255] : [0, 0, 0, 0]))
  const mask = around(400, 90, { x: 160, y: 0, width: 80, height: 90 })
  const settings = { task: 'expand', options: {} } as const
  const plan = await planFill(picture, { mask, avoid: null }, limits, settings, quietRun)

  const greys = [40, 70, 100, 130, 160, 190]
  async function filled() {
    const tiles: Tile[] = []
    const result = await fillContexts(
      picture,
      plan,
      {
        async fillTile(tile) {
          const grey = greys[tiles.push(tile) - 1]!
          return plainImage(tile.image.width, tile.image.height, [grey, grey, grey, 255])
        },
      },
      quietRun,
    )
    return { tiles, result }
  }

  test('says so', () => {
    expect(plan.used.notes).toContain(
      'The picture was continued in 3 passes, each from what the last one made.',
    )
    expect(plan.used.featherPx).toBe(8)
  })

  test('is filled everywhere, from what is known outwards', async () => {
    const { result } = await filled()
    for (const x of [0, 5, 60, 130, 270, 340, 399]) {
      const [value] = pixelAt(result, x, 45)
      expect(greys, `at ${x}`).toContain(value)
    }
    const [near] = pixelAt(result, 250, 45)
    const [far] = pixelAt(result, 390, 45)
    expect(greys.indexOf(near!)).toBeLessThan(greys.indexOf(far!))
  })

  test('fades from one pass into the next, without a step', async () => {
    const { result } = await filled()
    const row = Array.from({ length: 150 }, (_, i) => pixelAt(result, 250 + i, 45)[0]!)
    const steps = row.slice(1).map((value, i) => Math.abs(value - row[i]!))
    expect(Math.max(...row)).toBeGreaterThan(Math.min(...row))
    expect(Math.max(...steps)).toBeLessThan(40)
  })

  test('never shows a pass what the next ones are to fill', async () => {
    const { tiles } = await filled()
    const unfilled = tiles.map(({ image, mask }) => {
      let count = 0
      for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
        if (mask.data[pixel] === 0 && image.data[4 * pixel + 3] === 0) count += 1
      }
      return count
    })
    expect(unfilled).toEqual(tiles.map(() => 0))
  })
})
