import { join } from 'node:path'
import type { Mask } from '../../../companion/image/image.ts'
import { boundsOf } from '../../../companion/image/mask.ts'
import { inflate } from '../../../companion/image/rect.ts'
import type { Rect } from '../../../companion/protocol.ts'
import { edgeRatio } from '../metrics/edges.ts'
import { psnrInside } from '../metrics/psnr.ts'
import { seamRatio } from '../metrics/seam.ts'
import { ssimInside } from '../metrics/ssim.ts'
import { type BenchPicture, type OpenPicture, openPicture } from '../pictures.ts'
import { type Attempt, attempt } from './attempt.ts'
import type { EngineBenchOptions } from './command.ts'
import type { Contestant } from './contestants.ts'
import { costFigures, type Figures, meanFigures, type Result, unknownFigures } from './figures.ts'
import { outputFolder, writeInputs, writeTruth } from './inputs.ts'
import { type Pair, perceptualDistances } from './lpips.ts'
import { writeSheet } from './sheet.ts'

/** Every contestant's figures on every picture; contact sheets where they are asked for. */
export async function judgePictures(
  pictures: readonly BenchPicture[],
  contestants: readonly Contestant[],
  options: EngineBenchOptions,
): Promise<readonly Result[]> {
  const judged: Judged[] = []
  for (const [index, picture] of pictures.entries()) {
    console.error(`${index + 1} of ${pictures.length}: ${picture.name}`)
    judged.push(...(await judgePicture(await openPicture(picture), contestants, options)))
  }
  if (judged.some(({ fills }) => fills.some(({ kept }) => kept))) {
    console.error('Fills and times of peers were kept from earlier runs; --fresh runs them again.')
  }
  const distances = await distancesOf(judged, options)
  return judged.map(({ picture, contestant, fills }) => ({
    picture,
    contestant,
    figures: meanFigures(
      fills.map(({ figures, pair }) => ({ ...figures, lpips: distances.get(pair) ?? null })),
    ),
  }))
}

/** One contestant's fills of one picture, one for each seed. */
interface Judged {
  readonly picture: string
  readonly contestant: string
  readonly fills: readonly JudgedFill[]
}

interface JudgedFill {
  /** Without LPIPS, which is computed for all at once. */
  readonly figures: Figures
  /** null: there is no truth. */
  readonly pair: Pair | null
  readonly kept: boolean
}

async function judgePicture(
  picture: OpenPicture,
  contestants: readonly Contestant[],
  { seeds, sheets, repeat, fresh }: EngineBenchOptions,
): Promise<readonly Judged[]> {
  const { name, mask, truth } = picture
  const files = await writeInputs(name, picture)
  const truthFile = truth === null ? null : await writeTruth(name, truth)
  const panels = truth === null ? [] : [{ title: 'truth', image: truth }]
  const judged: Judged[] = []
  for (const contestant of contestants) {
    const fills: JudgedFill[] = []
    for (let seed = 1; seed <= (contestant.seeded ? seeds : 1); seed += 1) {
      const done = await attempt(contestant, files, { seed, repeat, fresh })
      const pair = truthFile === null ? null : { filled: done.file, truth: truthFile, rect: around(mask) }
      fills.push({ figures: figuresOf(picture, done), pair, kept: done.kept })
      if (seed === 1) panels.push({ title: contestant.name, image: done.image })
    }
    judged.push({ picture: name, contestant: contestant.name, fills })
  }
  if (sheets !== null) await writeSheet(sheets, picture, panels)
  return judged
}

function figuresOf({ mask, truth }: OpenPicture, { image, cost }: Attempt): Figures {
  const figures = { ...unknownFigures, seam: seamRatio(mask, image), ...costFigures(cost) }
  if (truth === null) return figures
  return {
    ...figures,
    psnr: psnrInside(mask, image, truth),
    ssim: ssimInside(mask, image, truth),
    edge: edgeRatio(mask, image, truth),
  }
}

/** The hole and the 32 px round it: what the perceptual distance is taken of. */
function around(mask: Mask): Rect {
  return inflate(boundsOf(mask)!, 32, mask)
}

async function distancesOf(
  judged: readonly Judged[],
  { lpips }: EngineBenchOptions,
): Promise<ReadonlyMap<Pair | null, number | null>> {
  if (!lpips) return new Map()
  const pairs = judged.flatMap(({ fills }) => fills.flatMap(({ pair }) => pair ?? []))
  const distances = await perceptualDistances(pairs, join(outputFolder, 'distances'), console.error)
  return new Map(pairs.map((pair, index) => [pair, distances[index]!]))
}
