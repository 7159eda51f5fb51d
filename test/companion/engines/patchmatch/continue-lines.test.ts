import { describe, expect, test } from 'vitest'
import { continueLines } from '../../../../companion/engines/patchmatch/continue-lines.ts'
import { createField } from '../../../../companion/engines/patchmatch/field.ts'
import { growByBox } from '../../../../companion/engines/patchmatch/flags.ts'
import { copyOf } from '../../../../companion/engines/patchmatch/kernels.ts'
import { createLevel, type Level } from '../../../../companion/engines/patchmatch/level.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import { refreshCosts } from '../../../../companion/engines/patchmatch/search.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { colourAt, grain, markWhere, paint, sceneOf, within } from './pictures.ts'

const size = { width: 180, height: 120 }
const isKnown = within(40, 0, 100, 120)
const texture = grain(size, 3)
type Holds = (x: number, y: number) => boolean

/** As dark as 20 levels where it holds. */
function darkened(holds: Holds): Image {
  return paint(size, (x, y) => (holds(x, y) ? [20, 20, 20] : colourAt(texture, x, y)))
}

/** A level of the picture whose hole is filled with its texture alone, and what becomes of the field. */
function continued(image: Image, isHole: Holds) {
  const level = createLevel(sceneOf(image, markWhere(size, isHole)), 3)
  const isDark = Uint8Array.from(level.hole, (_, place) => (level.pixels[4 * place]! < 60 ? 1 : 0))
  const seesDark = growByBox(copyOf(isDark), size, level.patchRadius)
  const plain = level.sources.filter((place) => !seesDark[place])
  const field = createField(level)
  const random = createRandom(5)
  for (const target of level.targets) field.match[target] = plain[random(plain.length)]!
  refreshCosts(level, field)
  const before = field.match.slice()
  continueLines(level, field)
  return { level, isChanged: !field.match.every((match, k) => match === before[k]) }
}

/** The middle of what is dark in a column; null: nothing is. */
function darkAt({ pixels }: Level, x: number): number | null {
  const rows = Array.from({ length: size.height }, (_, y) => y).filter(
    (y) => pixels[4 * (y * size.width + x)]! < 60,
  )
  return rows.length === 0 ? null : rows.reduce((sum, y) => sum + y, 0) / rows.length
}

describe('continueLines', () => {
  test.each([0, 0.25, -0.6])(
    'a wire with slope %f goes on to the end of the margins, within 1.5 px',
    (slope) => {
      const middleAt = (x: number) => 60 + slope * (x - 90)
      const wire = darkened((x, y) => Math.abs(y - middleAt(x)) * Math.cos(Math.atan(slope)) < 1.5)
      const { level } = continued(wire, (x, y) => !isKnown(x, y))
      for (let x = 0; x < size.width; x++) {
        if (isKnown(x, 0) || middleAt(x) < 4 || middleAt(x) > size.height - 4) continue
        expect(Math.abs(darkAt(level, x)! - middleAt(x)), `at ${x}`).toBeLessThanOrEqual(1.5)
      }
    },
  )

  test.each<[string, Holds, Holds]>([
    ['a curve', (x, y) => Math.hypot(x - 120, y - 60) < 30, (x) => x >= 140],
    ['a wire that ends before the border', (x, y) => Math.abs(y - 60) < 2 && x < 128, (x) => x >= 140],
    ['a wire that meets a hole in the picture', (_, y) => Math.abs(y - 60) < 2, within(80, 30, 30, 60)],
  ])('%s stays as it is', (_, isDark, isHole) => {
    expect(continued(darkened(isDark), isHole).isChanged).toBe(false)
  })
})
