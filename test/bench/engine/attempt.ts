import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeImage } from '../../../companion/image/codec.ts'
import type { Image } from '../../../companion/image/image.ts'
import type { Contestant, Cost } from './contestants.ts'
import { median } from './figures.ts'
import { outputFolder, type PictureFiles } from './inputs.ts'

export interface Attempt {
  /** The whole picture, filled. */
  readonly file: string
  readonly image: Image
  readonly cost: Cost
  /** Taken from an earlier run. */
  readonly kept: boolean
}

export interface AttemptOptions {
  readonly seed: number
  readonly repeat: number
  /** Measure what was kept from earlier runs, too. */
  readonly fresh: boolean
  /** Where fills are kept. */
  readonly folder?: string
}

/**
 * Runs a contestant on a picture, `repeat` times one after another; the cost is each figure's median. What a peer made of
 * the same pixels earlier is taken from the folder.
 *
 * @throws Error with the contestant's own words where it fails
 */
export async function attempt(
  contestant: Contestant,
  files: PictureFiles,
  { seed, repeat, fresh, folder = join(outputFolder, 'fills') }: AttemptOptions,
): Promise<Attempt> {
  const key = await keyOf(contestant, files, contestant.seeded ? seed : 0)
  const file = join(folder, `${key}.png`)
  const costFile = join(folder, `${key}.json`)
  const kept = contestant.fingerprint === null || fresh ? null : await readKept(costFile)
  if (kept !== null) return { file, image: await readImage(file), cost: kept, kept: true }

  await mkdir(folder, { recursive: true })
  await rm(costFile, { force: true })
  const costs: Cost[] = []
  for (let run = 0; run < repeat; run += 1) costs.push(await runOnce(contestant, files, seed, file))
  const cost = medianCost(costs)
  await writeFile(`${costFile}.part`, JSON.stringify(cost))
  await rename(`${costFile}.part`, costFile)
  return { file, image: await readImage(file), cost, kept: false }
}

async function keyOf(
  { name, fingerprint }: Contestant,
  { image, mask }: PictureFiles,
  seed: number,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([name, fingerprint, seed]))
  for (const file of [image, mask]) hash.update(await readFile(file))
  return hash.digest('hex').slice(0, 24)
}

async function readKept(costFile: string): Promise<Cost | null> {
  try {
    return JSON.parse(await readFile(costFile, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function runOnce(
  contestant: Contestant,
  files: PictureFiles,
  seed: number,
  output: string,
): Promise<Cost> {
  const words = [...contestant.arguments, files.image, files.mask, output, String(seed)]
  const { stdout } = await promisify(execFile)(contestant.program, words)
  return JSON.parse(stdout.trim().split('\n').at(-1)!)
}

async function readImage(file: string): Promise<Image> {
  return (await decodeImage(await readFile(file), { orientation: 'none' })).image
}

function medianCost(costs: readonly Cost[]): Cost {
  const medianOf = (figure: keyof Cost) => median(costs.map((cost) => cost[figure]))
  return {
    wallMs: medianOf('wallMs'),
    processorMs: medianOf('processorMs'),
    wholeProcessorMs: medianOf('wholeProcessorMs'),
    peakBytes: medianOf('peakBytes'),
  }
}
