import { readFile, writeFile } from 'node:fs/promises'
import { findPictures } from '../pictures.ts'
import type { EngineBenchOptions } from './command.ts'
import { availablePeers, infill } from './contestants.ts'
import type { Result } from './figures.ts'
import { judgePictures } from './judge.ts'
import { measureLarge } from './large.ts'
import { largeReport, picturesReport, summary } from './report.ts'
import { differencesTable } from './tables.ts'
import { variationsReport } from './variations.ts'

/** Fills every picture with every contestant, one after another, and prints how they did. */
export async function benchEngine(options: EngineBenchOptions): Promise<void> {
  const { quality, grow, baseline, json, table } = options
  if (options.variations) {
    console.log(await variationsReport(await findPictures(options.pictures, options.only), options))
    return
  }
  const edge = grow ? {} : { growPx: 0, featherPx: 0 }
  const contestants = [infill({ quality, ...edge }), ...(await availablePeers(options.peers, console.error))]
  const pictures = await findPictures(options.pictures, options.only)
  const results = await (options.large ? measureLarge : judgePictures)(pictures, contestants, options)

  const report = (options.large ? largeReport : picturesReport)(results, contestants, options)
  console.log(options.large ? report : summary(results, contestants))
  if (baseline !== null) {
    const before: readonly Result[] = JSON.parse(await readFile(baseline, 'utf8'))
    console.log(`\n${differencesTable(results, before, contestants[0]!.name)}`)
  }
  if (json !== null) await writeFile(json, JSON.stringify(results, null, 1))
  if (table !== null) await writeFile(table, report)
}
