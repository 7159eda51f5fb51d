import type { Work } from '../diffusion/contestant.ts'
import { openDiffusers } from '../diffusion/diffusers.ts'
import { fillAgain, openInfill } from '../diffusion/infill.ts'
import { openInfill as openLama, openPyTorch } from '../models/contestants.ts'
import { median } from '../times.ts'

/** What one contestant takes for a piece of work. */
export interface Figures {
  readonly loadMs: number
  /** Of loading, the run for nothing. */
  readonly warmUpMs: number
  readonly firstMs: number
  /** The median of those after it. */
  readonly laterMs: number
  readonly peakBytes: number
}

export interface Row {
  readonly what: string
  readonly own: Figures
  /** A sentence: why there is none. */
  readonly peer: Figures | string
  /** Of the medians: Infill ÷ PyTorch. */
  readonly ratio: number | null
}

interface Measured {
  readonly loadMs: number
  readonly warmUpMs: number
  readonly firstMs: number
  run(): Promise<number>
  end(): Promise<number>
}

/** A network of Stable Diffusion, or a whole fill, beside diffusers. */
export async function measureDiffusion(
  what: string,
  work: Work,
  runs: number,
  peer: string | null,
): Promise<Row> {
  const adapt = (contestant: Awaited<ReturnType<typeof openInfill>>): Measured => ({
    ...contestant,
    run: async () => (await contestant.run()).ms,
    end: () => contestant.close(),
  })
  const own = adapt(await openInfill(work))
  const rival = peer ?? (await openDiffusers(work).then(adapt, messageOf))
  return measureInTurn(what, own, rival, runs)
}

/** LaMa, beside the original class. */
export async function measureLama(
  what: string,
  weights: string,
  { size, device }: Pick<Work, 'size' | 'device'>,
  runs: number,
  checkout: string | null,
): Promise<Row> {
  const adapt = async (contestant: Awaited<ReturnType<typeof openLama>>): Promise<Measured> => ({
    ...contestant,
    firstMs: await contestant.fill(),
    run: () => contestant.fill(),
  })
  const own = await adapt(await openLama(weights, size, 'all', device))
  const opened = checkout === null ? 'no --checkout' : await openPyTorch(checkout, size, device, 'all')
  return measureInTurn(what, own, typeof opened === 'string' ? opened : await adapt(opened), runs)
}

/** The first fill beside the median of later ones, each of another picture, after everything was loaded and has warmed up. */
export async function measureFirstFill(work: Work, runs: number): Promise<number> {
  const all: number[] = []
  for await (const { ms } of fillAgain(work, runs + 1)) all.push(ms)
  const [first, ...later] = all
  return first! / median(later)
}

/** A peer that cannot do it is left out. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** One run of each after the other, so that whatever else the machine does weighs on both. */
async function measureInTurn(
  what: string,
  own: Measured,
  peer: Measured | string,
  runs: number,
): Promise<Row> {
  const [ownMs, peerMs]: [number[], number[]] = [[], []]
  for (let run = 0; run < runs; run += 1) {
    ownMs.push(await own.run())
    if (typeof peer !== 'string') peerMs.push(await peer.run())
  }
  const figures = async (
    { loadMs, warmUpMs, firstMs, end }: Measured,
    ms: readonly number[],
  ): Promise<Figures> => ({
    ...{ loadMs, warmUpMs, firstMs, laterMs: median(ms) },
    peakBytes: await end(),
  })
  return {
    what,
    own: await figures(own, ownMs),
    peer: typeof peer === 'string' ? peer : await figures(peer, peerMs),
    ratio: typeof peer === 'string' ? null : median(ownMs) / median(peerMs),
  }
}
