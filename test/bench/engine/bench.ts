import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePatch } from '../../../companion/image/codec.ts'
import type { Image, Mask } from '../../../companion/image/image.ts'
import { boundsOf } from '../../../companion/image/mask.ts'
import { inflate } from '../../../companion/image/rect.ts'
import { sharpFrom } from '../../../companion/image/samples.ts'
import { installationFolder } from '../../../companion/installation.ts'
import { edgeRatio } from '../metrics/edges.ts'
import { psnrInside } from '../metrics/psnr.ts'
import { seamRatio } from '../metrics/seam.ts'
import { ssimInside } from '../metrics/ssim.ts'
import { findPictures, type OpenPicture, openPicture } from '../pictures.ts'
import { type Attempt, attempt, type PictureFiles } from './attempt.ts'
import type { EngineBenchOptions } from './command.ts'
import { availablePeers, type Contestant, infill } from './contestants.ts'
import { costFigures, type Figures, meanFigures, type Result } from './figures.ts'
import { type LargeCase, largeCases } from './large.ts'
import { type Pair, perceptualDistances } from './lpips.ts'
import { largeReport, picturesReport, summary } from './report.ts'
import { writeSheet } from './sheet.ts'
import { differencesTable } from './tables.ts'

/** Pictures as the contestants read them, and what they made of them. */
const outputFolder = join(installationFolder, 'bench-output')

/** Fills every picture with every contestant, one after another, judges the fills and prints the report. */
export async function benchEngine(options: EngineBenchOptions): Promise<void> {
  const growth = options.grow ? {} : { growPx: 0, featherPx: 0 }
  const contestants = [
    infill({ quality: options.quality, ...growth }),
    ...(await availablePeers(options.peers, console.error)),
  ]
  const pictures = await findPictures(options.pictures, options.only)
  if (options.large) {
    const results: Result[] = []
    for (const large of largeCases(pictures)) results.push(...(await fillLarge(large, contestants, options)))
    const report = largeReport(results, contestants, options)
    console.log(report)
    if (options.table !== null) await writeFile(options.table, report)
    return
  }

  const judged: Judged[] = []
  for (const [index, picture] of pictures.entries()) {
    console.error(`${index + 1} of ${pictures.length}: ${picture.name}`)
    judged.push(...(await fillPicture(await openPicture(picture), contestants, options)))
  }
  const results = await withDistances(judged, options)
  console.log(summary(results, contestants))
  if (options.baseline !== null) {
    const before: readonly Result[] = JSON.parse(await readFile(options.baseline, 'utf8'))
    console.log(
      `\n${differencesTable(results, before, 'Infill', ['psnr', 'ssim', 'edge', 'lpips', 'seam', 'processorS'])}`,
    )
  }
  if (options.json !== null) await writeFile(options.json, JSON.stringify(results, null, 1))
  if (options.table !== null) await writeFile(options.table, picturesReport(results, contestants, options))
}

/** One contestant's fills of one picture, one for each seed. */
interface Judged {
  readonly picture: string
  readonly contestant: string
  readonly fills: readonly { readonly figures: Figures; readonly pair: Pair | null }[]
}

async function fillPicture(
  picture: OpenPicture,
  contestants: readonly Contestant[],
  options: EngineBenchOptions,
): Promise<readonly Judged[]> {
  const files = await writeInputs(picture)
  const judged: Judged[] = []
  const panels = picture.truth === null ? [] : [{ title: 'truth', image: picture.truth }]
  for (const contestant of contestants) {
    const seeds = contestant.seeded ? options.seeds : 1
    const attempts: Attempt[] = []
    for (let seed = 1; seed <= seeds; seed += 1) attempts.push(await run(contestant, files, seed, options))
    const fills = attempts.map((done) => ({
      figures: judge(picture, done),
      pair:
        files.truth === null ? null : { filled: done.file, truth: files.truth, rect: around(picture.mask) },
    }))
    judged.push({ picture: picture.name, contestant: contestant.name, fills })
    panels.push({ title: contestant.name, image: attempts[0]!.image })
  }
  if (options.sheets !== null) await writeSheet(options.sheets, picture, panels)
  return judged
}

async function fillLarge(
  large: LargeCase,
  contestants: readonly Contestant[],
  options: EngineBenchOptions,
): Promise<readonly Result[]> {
  console.error(large.name)
  const files = await writeInputs({ ...(await large.open()), name: 'large' })
  const results: Result[] = []
  for (const contestant of contestants) {
    const { cost } = await run(contestant, files, 1, options)
    results.push({
      picture: large.name,
      contestant: contestant.name,
      figures: { ...unjudged, ...costFigures(cost) },
    })
  }
  return results
}

function run(
  contestant: Contestant,
  files: PictureFiles,
  seed: number,
  { repeat, fresh }: EngineBenchOptions,
): Promise<Attempt> {
  return attempt(contestant, files, { seed, repeat, fresh, folder: join(outputFolder, 'fills') })
}

async function writeInputs({
  name,
  image,
  mask,
  truth,
}: {
  name: string
  image: Image
  mask: Mask
  truth: Image | null
}): Promise<PictureFiles & { readonly truth: string | null }> {
  const folder = join(outputFolder, 'inputs')
  await mkdir(folder, { recursive: true })
  const files = {
    image: join(folder, `${name}.png`),
    mask: join(folder, `${name}.mask.png`),
    truth: truth === null ? null : join(folder, `${name}.truth.png`),
  }
  await writeFile(files.image, await encodePatch(image, null))
  await sharpFrom(mask).toColourspace('b-w').png().toFile(files.mask)
  if (truth !== null) await writeFile(files.truth!, await encodePatch(truth, null))
  return files
}

const unjudged = { psnr: null, ssim: null, edge: null, lpips: null, seam: null } as const

function judge({ mask, truth }: OpenPicture, { image, cost }: Attempt): Figures {
  const quality =
    truth === null
      ? unjudged
      : {
          psnr: psnrInside(mask, image, truth),
          ssim: ssimInside(mask, image, truth),
          edge: edgeRatio(mask, image, truth),
          lpips: null,
        }
  return { ...quality, seam: seamRatio(mask, image), ...costFigures(cost) }
}

/** The hole and the 32 px round it: what the perceptual distance is taken of. */
function around(mask: Mask) {
  return inflate(boundsOf(mask)!, 32, mask)
}

async function withDistances(
  judged: readonly Judged[],
  { lpips }: EngineBenchOptions,
): Promise<readonly Result[]> {
  const fills = judged.flatMap((one) => one.fills)
  const pairs = lpips ? fills.flatMap(({ pair }) => pair ?? []) : []
  const distances = await perceptualDistances(pairs, join(outputFolder, 'distances'), console.error)
  const distanceOf = new Map(pairs.map((pair, index) => [pair, distances[index]!] as const))
  return judged.map(({ picture, contestant, fills }) => ({
    picture,
    contestant,
    figures: meanFigures(
      fills.map(({ figures, pair }) => ({
        ...figures,
        lpips: pair === null ? null : (distanceOf.get(pair) ?? null),
      })),
    ),
  }))
}
