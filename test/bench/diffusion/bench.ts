import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cost } from '../cost.ts'
import { median, timeInWords } from '../times.ts'
import type { DiffusionBenchOptions } from './command.ts'
import type { Contestant, Ran, Work } from './contestant.ts'
import { checkDiffusers, openDiffusers } from './diffusers.ts'
import { cancelInStep, fillAgain, openInfill } from './infill.ts'
import { writeRandomFile, writeRandomModel, writeRandomPowerPaint } from './random-model.ts'

/** Prints for each piece of work what Infill and diffusers take, run in turn. */
export async function benchDiffusion(options: DiffusionBenchOptions): Promise<void> {
  const { model: kind, weights, only, size, runs, steps, device, rows, lora, optimisation } = options
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  try {
    const model = weights ?? writeRandom(folder, options)
    const hasPeers = options.peers && (await announcePeer(options))
    for (const piece of only) {
      const what = piece.endsWith('fill') ? `${piece}, ${steps} steps with guidance` : piece
      console.log(`\n${what}, ${size.width} × ${size.height}`)
      await measure({ piece, kind, model, size, steps, device, rows, lora, optimisation }, runs, hasPeers)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function measure(work: Work, runs: number, hasPeer: boolean): Promise<void> {
  if (work.piece === 'load') return compareLoads({ ...work, piece: 'unet' }, runs, hasPeer)
  if (work.piece === 'first-fill') return compareFirst(work, runs)
  if (work.piece === 'cancel') return measureCancels(work, runs)
  return compare(work, runs, hasPeer)
}

function writeRandom(folder: string, { model, layout }: DiffusionBenchOptions): string {
  if (model === 'powerpaint') return writeRandomPowerPaint(folder)
  return layout === 'diffusers' ? writeRandomModel(folder, model) : writeRandomFile(folder, model)
}

/** Loads it as often, each time in processes of their own and in turn. */
async function compareLoads(work: Work, times: number, hasPeer: boolean): Promise<void> {
  const [own, peer]: [Cost[], Cost[]] = [[], []]
  for (let time = 0; time < times; time += 1) {
    own.push(await loadOnce(await openInfill(work)))
    const rival = hasPeer ? await openPeer(work) : null
    if (rival !== null) peer.push(await loadOnce(rival))
  }
  console.log(`  Infill     ${describe(own)}`)
  if (peer.length === 0) return
  console.log(`  diffusers  ${describe(peer)}`)
  console.log(`  Infill / diffusers: ${ratioOf(own, peer)}`)
}

async function loadOnce(contestant: Contestant): Promise<Cost> {
  await contestant.close()
  return loadOf(contestant)
}

async function measureCancels(work: Work, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const { givenUpMs, freeMs } = await cancelInStep(work)
    console.log(`  given up after ${givenUpMs.toFixed(0)} ms, its memory free after ${freeMs.toFixed(0)} ms`)
  }
}

/** The first fill beside the median of the later ones: what warming up is worth. */
async function compareFirst(work: Work, runs: number): Promise<void> {
  const all: { ms: number; loadMs: number }[] = []
  for await (const ran of fillAgain(work, runs + 1)) all.push(ran)
  const [first, ...later] = all
  console.log(`  first      fill ${timeInWords(first!.ms)} after loading ${timeInWords(first!.loadMs)}`)
  console.log(`  later      fill ${later.map(({ ms }) => timeInWords(ms)).join(', ')}`)
  console.log(`  first / median of later: ${(first!.ms / median(later.map(({ ms }) => ms))).toFixed(2)}`)
}

/** Says who the peer is, or why there is none. */
async function announcePeer({ model, layout, lora }: DiffusionBenchOptions): Promise<boolean> {
  if (lora !== null) {
    console.log('diffusers is left out: it is given no LoRA.')
    return false
  }
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
  console.log(`  Infill / diffusers: ${ratioOf(ownRuns, peerRuns)}${differenceOf(ownRuns, peerRuns)}`)
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
  const peakBytes = await contestant.close()
  const load = describe([loadOf(contestant)])
  const first = timeInWords(contestant.firstMs)
  console.log(
    `  ${name.padEnd(10)} load ${load}; first ${first}; ${describe(runs)}; peak ${(peakBytes / 1e9).toFixed(2)} GB`,
  )
}

/** 'median 4.12 s of 4.31 s, 4.12 s, 4.05 s, processors 8.10 s' */
function describe(costs: readonly Cost[]): string {
  const each = costs.map(({ ms }) => timeInWords(ms)).join(', ')
  const middle =
    costs.length === 1 ? each : `median ${timeInWords(median(costs.map(({ ms }) => ms)))} of ${each}`
  return `${middle}, processors ${timeInWords(median(costs.map(({ processorMs }) => processorMs)))}`
}

function loadOf({ loadMs: ms, loadProcessorMs: processorMs }: Contestant): Cost {
  return { ms, processorMs }
}

function ratioOf(own: readonly Cost[], peer: readonly Cost[]): string {
  const ratio = (figure: keyof Cost) =>
    (median(own.map((cost) => cost[figure])) / median(peer.map((cost) => cost[figure]))).toFixed(2)
  return `${ratio('ms')} of the time, ${ratio('processorMs')} of the processors’`
}

/** Over the largest of the peer's numbers. */
function differenceOf([own]: readonly Ran[], [peer]: readonly Ran[]): string {
  if (own!.values.length === 0) return ''
  const largest = Math.max(...peer!.values.map(Math.abs))
  const apart = Math.max(...own!.values.map((value, i) => Math.abs(value - peer!.values[i]!)))
  return `; numbers apart by ${(apart / largest).toExponential(1)} of the largest`
}
