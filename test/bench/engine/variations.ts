import { createPatchmatch } from '../../../companion/engines/patchmatch/index.ts'
import { fill } from '../../../companion/fill/fill.ts'
import type { Image, Mask } from '../../../companion/image/image.ts'
import { pngOf } from '../../support/encoded.ts'
import { fillJob, quietRun } from '../../support/fill-job.ts'
import { type BenchPicture, openPicture } from '../pictures.ts'
import type { EngineBenchOptions } from './command.ts'
import { median } from './figures.ts'
import { markdownTable } from './tables.ts'

/** What one fill of a picture costs, and what three variations of it do, in ms of processor time. */
interface VariationsCost {
  readonly picture: string
  readonly one: number
  readonly three: number
}

/**
 * Fills each picture once and three times by three seeds, all that a companion does between the decoded picture and the
 * encoded patches, with its thread ready.
 *
 * @returns the least of `repeat` runs each, and their ratio, as a Markdown table
 */
export async function variationsReport(
  pictures: readonly BenchPicture[],
  { quality, grow, repeat }: EngineBenchOptions,
): Promise<string> {
  const options = { quality, ...(grow ? {} : { growPx: 0, featherPx: 0 }) }
  const costs: VariationsCost[] = []
  for (const picture of pictures) {
    console.error(picture.name)
    const { image, mask } = await openPicture(picture)
    const least = async (variations: number) => {
      const runs: number[] = []
      for (let run = 0; run < repeat; run += 1) runs.push(await costOf({ image, mask, variations, options }))
      return Math.min(...runs)
    }
    costs.push({ picture: picture.name, one: await least(1), three: await least(3) })
  }
  return costTable(costs)
}

interface Work {
  readonly image: Image
  readonly mask: Mask
  readonly variations: number
  readonly options: Readonly<Record<string, string | number>>
}

/** In a thread that has filled a picture of the same size, but not this one. */
async function costOf({ image, mask, variations, options }: Work): Promise<number> {
  const engine = createPatchmatch(1)
  const fillIn = async (image: Image, mask: Mask) => {
    const picture = { image, fills: null, iccProfile: null, notes: [] }
    const job = fillJob({ picture, mask: await pngOf(mask), engine, variations, options })
    const before = process.cpuUsage()
    await fill(job, quietRun, () => {})
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }
  engine.getReady?.()
  await fillIn(upsideDown(image), upsideDown(mask))
  const cost = await fillIn(image, mask)
  await engine.close?.()
  return cost
}

/** Another picture, but as much work. */
function upsideDown<T extends Image | Mask>(pixels: T): T {
  const rowBytes = pixels.data.length / pixels.height
  const data = new Uint8Array(pixels.data.length)
  for (let y = 0; y < pixels.height; y += 1) {
    data.set(pixels.data.subarray(y * rowBytes, (y + 1) * rowBytes), (pixels.height - 1 - y) * rowBytes)
  }
  return { ...pixels, data }
}

function costTable(costs: readonly VariationsCost[]): string {
  const ratios = costs.map(({ one, three }) => three / one)
  const rows = costs.map(({ picture, one, three }) => [
    picture,
    one.toFixed(0),
    three.toFixed(0),
    (three / one).toFixed(2),
  ])
  const all = (name: string, ratio: number) => [name, '', '', ratio.toFixed(2)]
  return markdownTable([
    ['processor ms', 'one', 'three', 'ratio'],
    ...rows,
    all('median', median(ratios)),
    all('most', Math.max(...ratios)),
  ])
}
