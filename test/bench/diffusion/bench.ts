import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, timeInWords } from '../times.ts'
import type { DiffusionBenchOptions } from './command.ts'
import type { Contestant, Ran, Work } from './contestant.ts'
import { checkDiffusers, openDiffusers } from './diffusers.ts'
import { fillAgain, openInfill } from './infill.ts'
import { writeRandomFile, writeRandomModel, writeRandomPowerPaint } from './random-model.ts'

/** Prints for each piece of work what Infill and diffusers take, run in turn. */
export async function benchDiffusion(options: DiffusionBenchOptions): Promise<void> {
  const { model: kind, weights, only, size, runs, steps, device, rows } = options
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  try {
    const model = weights ?? writeRandom(folder, options)
    const hasPeers = options.peers && (await announcePeer(options))
    for (const piece of only) {
      const what = piece.endsWith('fill') ? `${piece}, ${steps} steps with guidance` : piece
      console.log(`\n${what}, ${size.width} × ${size.height}`)
      const work = { piece, kind, model, size, steps, device, rows }
      await (piece === 'first-fill' ? compareFirst(work, runs) : compare(work, runs, hasPeers))
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function writeRandom(folder: string, { model, layout }: DiffusionBenchOptions): string {
  if (model === 'powerpaint') return writeRandomPowerPaint(folder)
  return layout === 'diffusers' ? writeRandomModel(folder, model) : writeRandomFile(folder, model)
}

/** The first fill beside the median of the later ones: what warming up is worth. */
async function compareFirst(work: Work, runs: number): Promise<void> {
  const all: { ms: number; loadMs: number }[] = []
  for await (const ran of fillAgain(work, runs + 1)) all.push(ran)
  const [first, ...later] = all
  console.log(`  first      fill ${timeInWords(first!.ms)} after loading ${timeInWords(first!.loadMs)}`)
  console.log(`  later      fill ${later.map(({ ms }) => timeInWords(ms)).join(', ')}`)
  console.log(`  first / median of later: ${(first!.ms / medianMs(later)).toFixed(2)}`)
}

/** Says who the peer is, or why there is none. */
async function announcePeer({ model, layout }: DiffusionBenchOptions): Promise<boolean> {
  if (model === 'powerpaint') {
    console.log(
      'diffusers is left out: it does not know the task words. Stable Diffusion 1.5 has the same UNet.',
    )
    return false
  }
  if (layout === 'single-file') {
    console.log('diffusers is left out: it converts such a file first.')
    return false
  }
  const peer = await checkDiffusers()
  console.log('version' in peer ? `Beside ${peer.version}.` : `diffusers is left out: ${peer.problem}`)
  return 'version' in peer
}

async function compare(work: Work, runs: number, hasPeer: boolean): Promise<void> {
  const own = await openInfill(work)
  const peer = hasPeer ? await openPeer(work) : null
  const [ownRuns, peerRuns]: [Ran[], Ran[]] = [[], []]
  // In turn, so that what else the machine does weighs on both.
  for (let run = 0; run < runs; run += 1) {
    ownRuns.push(await own.run())
    if (peer !== null) peerRuns.push(await peer.run())
  }
  await print('Infill', own, ownRuns)
  if (peer === null) return
  await print('diffusers', peer, peerRuns)
  const ratio = medianMs(ownRuns) / medianMs(peerRuns)
  console.log(`  Infill / diffusers: ${ratio.toFixed(2)} of the time${differenceOf(ownRuns, peerRuns)}`)
}

/** Null: it cannot do this, which is said. */
async function openPeer(work: Work): Promise<Contestant | null> {
  try {
    return await openDiffusers(work)
  } catch (error) {
    console.log(`  diffusers is left out: ${error instanceof Error ? error.message : error}`)
    return null
  }
}

async function print(name: string, contestant: Contestant, runs: readonly Ran[]): Promise<void> {
  const each = runs.map(({ ms }) => timeInWords(ms)).join(', ')
  const peakBytes = await contestant.close()
  console.log(
    `  ${name.padEnd(10)} load ${timeInWords(contestant.loadMs)}; first ${timeInWords(contestant.firstMs)}; median ${timeInWords(medianMs(runs))} of ${each}; peak ${(peakBytes / 1e9).toFixed(2)} GB`,
  )
}

/** Over the largest of the peer's numbers. */
function differenceOf([own]: readonly Ran[], [peer]: readonly Ran[]): string {
  if (own!.values.length === 0) return ''
  const largest = Math.max(...peer!.values.map(Math.abs))
  const apart = Math.max(...own!.values.map((value, i) => Math.abs(value - peer!.values[i]!)))
  return `; numbers apart by ${(apart / largest).toExponential(1)} of the largest`
}

function medianMs(runs: readonly { readonly ms: number }[]): number {
  return median(runs.map(({ ms }) => ms))
}
