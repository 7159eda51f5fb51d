import { cpus, totalmem } from 'node:os'
import type { EngineBenchOptions } from './command.ts'
import type { Contestant } from './contestants.ts'
import { type FigureName, figureDescriptions, type Result } from './figures.ts'
import { comparison, duelTable, mediansTable, picturesTable } from './tables.ts'

/** Short, for the terminal: medians, each picture beside the strongest peer, and who wins. */
export function summary(results: readonly Result[], [ours, ...rivals]: readonly Contestant[]): string {
  return [
    duelTable(results, ours!.name, rivals[0]?.name ?? null, shownFigures),
    mediansTable(results),
    ...rivals.map(({ name }) => comparison(results, ours!.name, name)),
  ].join('\n\n')
}

/** The whole, as Markdown. */
export function picturesReport(
  results: readonly Result[],
  contestants: readonly Contestant[],
  options: EngineBenchOptions,
): string {
  const [ours, ...rivals] = contestants
  return `# The embedded engine beside its peers

Written by \`npm run bench -- engine\`; what the figures mean and how they are measured stands in [README.md](README.md).

${conditions(contestants, options)}

## Medians

${mediansTable(results)}

${rivals.map(({ name }) => `- ${comparison(results, ours!.name, name)}`).join('\n')}

## Picture by picture

${shownFigures.map((figure) => `### ${figureDescriptions[figure].title}\n\n${picturesTable(results, figure)}`).join('\n\n')}
`
}

const shownFigures: readonly FigureName[] = ['psnr', 'ssim', 'edge', 'lpips', 'seam', 'processorS', 'peakMB']

export function largeReport(
  results: readonly Result[],
  contestants: readonly Contestant[],
  options: EngineBenchOptions,
): string {
  const costs: readonly FigureName[] = ['processorS', 'wallS', 'peakMB']
  return `# The embedded engine on large pictures

Written by \`npm run bench -- engine --large\`; see [README.md](README.md).

${conditions(contestants, options)}

${contestants.map(({ name }) => `- ${growth(results, name)}`).join('\n')}

${costs.map((figure) => `## ${figureDescriptions[figure].title}\n\n${picturesTable(results, figure)}`).join('\n\n')}
`
}

/** The first two large pictures differ in nothing but their size. */
function growth(results: readonly Result[], contestant: string): string {
  const costs = results.filter((result) => result.contestant === contestant)
  const [small, large] = costs.map(({ figures }) => figures.processorS!)
  return `${contestant}: the same hole in 12 MP costs × ${(large! / small!).toFixed(2)} of that in 1 MP`
}

function conditions(
  contestants: readonly Contestant[],
  { quality, seeds, repeat, grow, fresh }: EngineBenchOptions,
): string {
  const [processor] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return [
    `- ${new Date().toISOString().slice(0, 10)}, ${processor?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${memory}, Node ${process.versions.node}`,
    `- ${contestants.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
    `- Infill: quality ${quality}, ${grow ? 'mask grown' : 'mask not grown'}, ${seeds === 1 ? 'seed 1' : `mean over the seeds 1 … ${seeds}`}`,
    `- times: ${repeat === 1 ? 'one run' : `median of ${repeat} runs`}, ${fresh ? 'all measured in this run' : 'those of peers perhaps kept from an earlier run'}`,
  ].join('\n')
}
