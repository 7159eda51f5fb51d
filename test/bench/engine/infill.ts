import { readFile, writeFile } from 'node:fs/promises'
import type { OpenEngine, Tile } from '../../../companion/engines/engine.ts'
import { createPatchmatch } from '../../../companion/engines/patchmatch/index.ts'
import { blend } from '../../../companion/fill/blend.ts'
import { fillContexts } from '../../../companion/fill/fill-contexts.ts'
import { planFill } from '../../../companion/fill/plan.ts'
import { decodeImage, decodeMask, encodePatch } from '../../../companion/image/codec.ts'
import type { Image, Mask } from '../../../companion/image/image.ts'
import { withDefaults } from '../../../companion/options.ts'
import { peakBytes } from '../../../companion/runtime/memory.ts'
import { noMeans } from '../../support/means.ts'
import type { Cost } from './contestants.ts'

/**
 * Infill as a contestant, a process of its own: OPTIONS IMAGE MASK OUTPUT SEED. Does what the companion does between
 * decoding and encoding, and prints what that cost, as the adapters in ../peers do.
 */
const [options, imageFile, maskFile, output, seed] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]

const patchmatch = createPatchmatch(1)
const { image } = await decodeImage(await readFile(imageFile), { orientation: 'none' })
const mask = await decodeMask(await readFile(maskFile), image, 'mask')

const startMs = performance.now()
const before = process.cpuUsage()
const { filled, opened } = await removeFrom(image, mask)
const wallMs = performance.now() - startMs
const after = process.cpuUsage()
const cost: Cost = {
  wallMs,
  processorMs: millisecondsOf(after) - millisecondsOf(before),
  wholeProcessorMs: millisecondsOf(after),
  peakBytes: peakBytes(),
}

await opened.close()
await writeFile(output, await encodePatch(filled, null))
console.log(JSON.stringify(cost))

async function removeFrom(image: Image, mask: Mask): Promise<{ filled: Image; opened: OpenEngine }> {
  const run = { signal: new AbortController().signal, onProgress() {} }
  const settings = {
    task: 'remove',
    prompt: '',
    negativePrompt: '',
    seed: Number(seed),
    options: withDefaults(patchmatch, JSON.parse(options)),
  } as const
  const plan = await planFill(image, { mask, avoid: null }, patchmatch.limits, settings, run)
  const opened = await patchmatch.open(run, noMeans, [])
  const fillTile = (tile: Tile) => opened.fill(tile, settings, run)
  const completed = await fillContexts(image, plan, { fillTile }, run)
  const { alpha } = plan
  const blended = await blend(
    { filled: completed, original: image, alpha, earlier: null, extent: 'finished' },
    run.signal,
  )
  return { filled: blended.image, opened }
}

function millisecondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000
}
