import { readFile, writeFile } from 'node:fs/promises'
import type { OpenEngine, Tile } from '../../../companion/engines/engine.ts'
import { createPatchmatch } from '../../../companion/engines/patchmatch/index.ts'
import { blend } from '../../../companion/fill/blend.ts'
import { fillContexts } from '../../../companion/fill/fill-contexts.ts'
import { planFill } from '../../../companion/fill/plan.ts'
import { decodeImage, decodeMask, encodePatch } from '../../../companion/image/codec.ts'
import { createImage, createMask, type Image, type Mask } from '../../../companion/image/image.ts'
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
const run = { signal: new AbortController().signal, onProgress() {} }
const { image } = await decodeImage(await readFile(imageFile), { orientation: 'none' })
const mask = await decodeMask(await readFile(maskFile), image, 'mask', run.signal)

await getReady()
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
await patchmatch.close?.()
await writeFile(output, await encodePatch(filled, null))
console.log(JSON.stringify(cost))

/** As a companion is after its first fill: the peers' libraries are loaded by now, too. */
async function getReady(): Promise<void> {
  patchmatch.getReady?.()
  const [image, mask] = [createImage(300, 200), createMask(300, 200)]
  for (let i = 0; i < image.data.length; i++) image.data[i] = i % 4 === 3 ? 255 : 127 + 127 * Math.sin(i * i)
  for (let y = 60; y < 120; y++) mask.data.fill(255, y * 300 + 100, y * 300 + 180)
  await (await removeFrom(image, mask)).opened.close()
}

async function removeFrom(image: Image, mask: Mask): Promise<{ filled: Image; opened: OpenEngine }> {
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
