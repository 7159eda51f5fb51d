import type { Cost } from './contestants.ts'

/** What is known of one contestant on one picture; null: not measured, or without a truth. */
export interface Figures {
  readonly psnr: number | null
  readonly ssim: number | null
  readonly edge: number | null
  readonly lpips: number | null
  readonly seam: number | null
  readonly processorS: number | null
  readonly wholeS: number | null
  readonly wallS: number | null
  readonly peakMB: number | null
}

export const unknownFigures: Figures = {
  psnr: null,
  ssim: null,
  edge: null,
  lpips: null,
  seam: null,
  processorS: null,
  wholeS: null,
  wallS: null,
  peakMB: null,
}

export type FigureName = keyof Figures

export interface FigureDescription {
  readonly title: string
  readonly digits: number
  /** What is better; '1': the nearer to 1. */
  readonly better: 'more' | 'less' | '1'
}

export const figureDescriptions: Readonly<Record<FigureName, FigureDescription>> = {
  psnr: { title: 'PSNR', digits: 2, better: 'more' },
  ssim: { title: 'SSIM', digits: 3, better: 'more' },
  edge: { title: 'edge', digits: 2, better: '1' },
  lpips: { title: 'LPIPS', digits: 4, better: 'less' },
  seam: { title: 'seam', digits: 2, better: '1' },
  processorS: { title: 'processor s', digits: 2, better: 'less' },
  wholeS: { title: 'with start s', digits: 2, better: 'less' },
  wallS: { title: 'wall s', digits: 2, better: 'less' },
  peakMB: { title: 'peak MB', digits: 0, better: 'less' },
}

export const figureNames = Object.keys(figureDescriptions) as readonly FigureName[]

/** Of one contestant on one picture, the mean over its seeds. */
export interface Result {
  readonly picture: string
  readonly contestant: string
  readonly figures: Figures
}

export function costFigures(cost: Cost): Pick<Figures, 'processorS' | 'wholeS' | 'wallS' | 'peakMB'> {
  return {
    processorS: cost.processorMs / 1000,
    wholeS: cost.wholeProcessorMs / 1000,
    wallS: cost.wallMs / 1000,
    peakMB: cost.peakBytes / 1e6,
  }
}

/** Figure by figure, over those that have it; null where none has. */
export function meanFigures(all: readonly Figures[]): Figures {
  return combine(all, (values) => values.reduce((sum, value) => sum + value, 0) / values.length)
}

/** As `meanFigures`. */
export function medianFigures(all: readonly Figures[]): Figures {
  return combine(all, median)
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Above 0: `a` is better than `b`. Equal figures are level. */
export function advantage(name: FigureName, a: number, b: number): number {
  const { better } = figureDescriptions[name]
  if (better === '1') return Math.abs(b - 1) - Math.abs(a - 1)
  return better === 'more' ? a - b : b - a
}

function combine(all: readonly Figures[], merge: (values: readonly number[]) => number): Figures {
  const entries = figureNames.map((name) => {
    const values = all.flatMap((figures) => figures[name] ?? [])
    return [name, values.length === 0 ? null : merge(values)]
  })
  return Object.fromEntries(entries)
}
