import {
  advantage,
  type FigureName,
  type Figures,
  figureDescriptions,
  figureNames,
  medianFigures,
  type Result,
} from './figures.ts'

/** Rows of equal length, the first of them the head, as a Markdown table padded for reading; numbers to the right. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n')
}

/** One row for each contestant: the medians over its pictures. */
export function mediansTable(results: readonly Result[]): string {
  const rows = contestantsOf(results).map((name) => {
    const medians = medianFigures(figuresOf(results, name))
    return [name, ...figureNames.map((figure) => formatFigure(figure, medians[figure]))]
  })
  return markdownTable([['median of', ...figureNames.map((name) => figureDescriptions[name].title)], ...rows])
}

/** One row for each picture, one column for each contestant. */
export function picturesTable(results: readonly Result[], figure: FigureName): string {
  const contestants = contestantsOf(results)
  const rows = picturesOf(results).map((picture) => [
    picture,
    ...contestants.map((name) => formatFigure(figure, find(results, picture, name)?.figures[figure] ?? null)),
  ])
  return markdownTable([[figureDescriptions[figure].title, ...contestants], ...rows])
}

/** One row for each picture: the contestant's figures and, behind the stroke, the rival's, where there is one. */
export function duelTable(
  results: readonly Result[],
  contestant: string,
  rival: string | null,
  figures: readonly FigureName[],
): string {
  const names = rival === null ? [contestant] : [contestant, rival]
  const rows = picturesOf(results).map((picture) => {
    const all = names.map((name) => find(results, picture, name)?.figures)
    return [
      picture,
      ...figures.map((name) => all.map((one) => formatFigure(name, one?.[name] ?? null)).join(' / ')),
    ]
  })
  return markdownTable([
    [names.join(' / '), ...figures.map((name) => figureDescriptions[name].title)],
    ...rows,
  ])
}

/** In words: on how many pictures the contestant is better than each rival, and how its median cost compares. */
export function comparison(results: readonly Result[], contestant: string, rival: string): string {
  const counts = (['psnr', 'lpips', 'edge'] as const).flatMap((figure) => {
    const pairs = picturesOf(results).flatMap((picture) => {
      const [ours, theirs] = [contestant, rival].map(
        (name) => find(results, picture, name)?.figures[figure] ?? null,
      )
      return ours == null || theirs == null ? [] : [{ ours, theirs }]
    })
    if (pairs.length === 0) return []
    const better = pairs.filter(({ ours, theirs }) => advantage(figure, ours, theirs) > 0).length
    return [`${figureDescriptions[figure].title} better on ${better} of ${pairs.length}`]
  })
  const [ours, theirs] = [contestant, rival].map((name) => medianFigures(figuresOf(results, name)))
  const costs = (['processorS', 'wholeS', 'peakMB'] as const).flatMap((figure) => {
    const [a, b] = [ours![figure], theirs![figure]]
    return a === null || b === null ? [] : [`${figureDescriptions[figure].title} × ${(a / b).toFixed(2)}`]
  })
  return `${contestant} against ${rival}: ${[...counts, ...costs].join(', ')}`
}

/**
 * What differs from an earlier run of the same contestant: the pictures whose fill moved, and the medians of those in both
 * runs.
 */
export function differencesTable(
  now: readonly Result[],
  before: readonly Result[],
  contestant: string,
): string {
  const pictures = picturesOf(now).filter(
    (picture) => find(now, picture, contestant) && find(before, picture, contestant),
  )
  const figuresIn = (results: readonly Result[]) =>
    pictures.map((picture) => find(results, picture, contestant)!.figures)
  const [all, allBefore] = [figuresIn(now), figuresIn(before)]
  const rows = pictures.flatMap((picture, index) => {
    const hasMoved = qualityNames.some((name) => differenceOf(name, all[index]!, allBefore[index]!) !== '')
    return hasMoved ? [[picture, ...differences(all[index]!, allBefore[index]!)]] : []
  })
  return markdownTable([
    ['now − before', ...comparedNames.map((name) => figureDescriptions[name].title)],
    ...rows,
    ['medians', ...differences(medianFigures(all), medianFigures(allBefore))],
  ])
}

const qualityNames = ['psnr', 'ssim', 'edge', 'lpips', 'seam'] as const
const comparedNames = [...qualityNames, 'processorS'] as const

function differences(now: Figures, before: Figures): string[] {
  return comparedNames.map((name) => differenceOf(name, now, before))
}

/** '' where nothing is to be seen at the figure's own digits. */
function differenceOf(name: FigureName, now: Figures, before: Figures): string {
  const [a, b] = [now[name], before[name]]
  if (a === null || b === null) return ''
  const text = (a - b).toFixed(figureDescriptions[name].digits)
  if (Number(text) === 0) return ''
  return a > b ? `+${text}` : text
}

function contestantsOf(results: readonly Result[]): readonly string[] {
  return [...new Set(results.map(({ contestant }) => contestant))]
}

function picturesOf(results: readonly Result[]): readonly string[] {
  return [...new Set(results.map(({ picture }) => picture))]
}

function figuresOf(results: readonly Result[], contestant: string): readonly Figures[] {
  return results.filter((result) => result.contestant === contestant).map(({ figures }) => figures)
}

function find(results: readonly Result[], picture: string, contestant: string): Result | undefined {
  return results.find((result) => result.picture === picture && result.contestant === contestant)
}

function formatFigure(name: FigureName, value: number | null): string {
  return value === null ? '–' : value.toFixed(figureDescriptions[name].digits)
}
