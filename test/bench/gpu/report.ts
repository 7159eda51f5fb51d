import { timeInWords } from '../times.ts'
import type { Figures, Row } from './measure.ts'

/** All that was measured, as Markdown. */
export interface Report {
  /** The card with its driver, and the versions of what computed. */
  readonly conditions: string
  readonly rows: readonly Row[]
  /** First fill ÷ later ones; null: not measured. */
  readonly firstFill: number | null
  /** What was compared, and the PSNR in dB. */
  readonly parity: readonly (readonly [string, number])[]
  /** How many random pictures were filled, out of how many; null: not measured. */
  readonly filled: readonly [number, number] | null
  /** What could not be measured, and why. */
  readonly failures: readonly string[]
}

export function inMarkdown({ conditions, rows, firstFill, parity, filled, failures }: Report): string {
  const reasons = new Set(rows.flatMap(({ peer }) => (typeof peer === 'string' ? [peer] : [])))
  return [
    '# On an NVIDIA card',
    '',
    'Written by `npm run bench -- gpu --table`; what the figures mean stands in [README.md](README.md).',
    '',
    conditions,
    ...(rows.length === 0 ? [] : ['', ...tableOf(rows)]),
    ...[...reasons].map((reason) => `\nPyTorch is left out: ${reason}`),
    ...(firstFill === null
      ? []
      : ['', `First fill ÷ later ones: ${firstFill.toFixed(2)}${goal(firstFill <= 1.1, 'at most 1.10')}`]),
    ...(parity.length === 0
      ? []
      : ['', 'The same fill in float16 on the card and in float32 on the CPU:', '']),
    ...parity.map(([what, db]) => `- ${what}: ${db.toFixed(1)} dB${goal(db >= 40, 'at least 40, aim 45')}`),
    ...(filled === null
      ? []
      : [
          '',
          `${filled[0]} of ${filled[1]} random pictures were filled, none with values that are no numbers, or with one colour.`,
        ]),
    ...failures.map((failure) => `\n**Failed.** ${failure}`),
    '',
  ].join('\n')
}

function tableOf(rows: readonly Row[]): string[] {
  const columns = [
    ...['', 'load', 'of it warm-up', 'first', 'later', 'peak'],
    ...['PyTorch: load', 'first', 'later', 'peak', 'Infill ÷ PyTorch'],
  ]
  return [
    rowOf(columns),
    rowOf(columns.map(() => '---')),
    ...rows.map(({ what, own, peer, ratio }) =>
      rowOf([
        ...[what, timeInWords(own.loadMs), timeInWords(own.warmUpMs), ...runsOf(own)],
        ...(typeof peer === 'string' ? ['–', '–', '–', '–'] : [timeInWords(peer.loadMs), ...runsOf(peer)]),
        ratio === null ? '–' : `${ratio.toFixed(2)}${goal(ratio <= 1, 'at most 1.00, aim 0.80')}`,
      ]),
    ),
  ]
}

function runsOf({ firstMs, laterMs, peakBytes }: Figures): string[] {
  return [timeInWords(firstMs), timeInWords(laterMs), `${(peakBytes / 1e9).toFixed(2)} GB`]
}

/** Said where it is missed. */
function goal(isMet: boolean, what: string): string {
  return isMet ? '' : ` (missed: ${what})`
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
