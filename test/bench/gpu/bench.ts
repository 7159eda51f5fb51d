import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCard } from '../../../companion/gpu/card.ts'
import type { Size } from '../../../companion/image/image.ts'
import { absence, shippedProviders } from '../../../companion/runtime/device.ts'
import { tryDevice } from '../../../companion/runtime/examine.ts'
import { tinyFolder } from '../../support/diffusion.ts'
import { referencePath } from '../../support/reference.ts'
import type { Work } from '../diffusion/contestant.ts'
import { checkDiffusers } from '../diffusion/diffusers.ts'
import { writeRandomModel } from '../diffusion/random-model.ts'
import { writeRandomLama } from '../models/random-lama.ts'
import type { GpuBenchOptions, Part } from './command.ts'
import { measureDiffusion, measureFirstFill, measureLama, type Row } from './measure.ts'
import { comparePictures, fillMany, type Weights } from './parity.ts'
import { inMarkdown, type Report } from './report.ts'

/** Measures the card beside PyTorch, and compares its fills with the CPU's. Without a card it says so, and does nothing. */
export async function benchGpu(options: GpuBenchOptions): Promise<void> {
  const { device, only, table } = options
  const lack = absence(device, shippedProviders()) ?? (await tryDevice(device))
  if (lack !== null) {
    console.log(`Skipped: ${lack}`)
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  try {
    const scale = device === 'cpu' ? trial : real
    const files = writeModels(folder, scale, only)
    const report = inMarkdown(await measure(options, scale, files))
    console.log(report)
    if (table !== null) await writeFile(table, report)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** One after another. What fails is reported, and the rest goes on: time on a card is dear. */
async function measure(options: GpuBenchOptions, scale: Scale, files: Files): Promise<Report> {
  const { device, only, checkout, inputs, peers } = options
  const peer = peers ? await checkDiffusers() : { problem: '--no-peers' }
  const withoutPeer = 'problem' in peer ? peer.problem : null
  const work = (piece: Work['piece'], rows: 1 | 2): Work => ({
    ...{ lora: null, optimisation: 'extended' },
    ...{ piece, kind: '1.5', model: files.large.path, size: scale.size, steps: scale.steps, device, rows },
  })
  const failures: string[] = []
  const attempt = async <T>(part: Part, what: string, work: () => Promise<T>): Promise<T | null> => {
    if (!only.includes(part)) return null
    try {
      const result = await work()
      console.error(`${what}: done`)
      return result
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : error}`)
      console.error(error)
      return null
    }
  }

  const rows: (Row | null)[] = [
    await attempt('unet', 'UNet, a step with guidance', () =>
      measureDiffusion('UNet, a step with guidance', work('unet', 2), scale.evaluations, withoutPeer),
    ),
    await attempt('fill', 'fill', () =>
      measureDiffusion(`fill, ${scale.steps} steps`, work('fill', 1), scale.fills, withoutPeer),
    ),
  ]
  for (const size of scale.lamaSizes) {
    const what = `LaMa, ${inWords(size)}`
    const measureIt = () =>
      measureLama(what, files.largeLama.path, { size, device }, scale.fills, peers ? checkout : null)
    rows.push(await attempt('lama', what, measureIt))
  }
  const firstFill = await attempt('fill', 'first fill', () => measureFirstFill(work('fill', 1), scale.fills))

  const parity: [string, number][] = []
  for (const [kind, weights, size] of pairsOf(files, scale)) {
    const what = `${kind}, ${inWords(size)}`
    const db = await attempt('parity', what, () => comparePictures(weights, size, device))
    if (db !== null) parity.push([what, db])
  }
  const many = { width: 128, height: 64 }
  const filled = await attempt('parity', 'random pictures', () => fillMany(files.tiny, many, inputs, device))

  return {
    conditions: await conditions('version' in peer ? peer.version : null, scale),
    rows: rows.filter((row) => row !== null),
    ...{ firstFill, parity, failures },
    filled: filled === null ? null : [filled, inputs],
  }
}

interface Scale {
  /** Of the pictures that Stable Diffusion fills. */
  readonly size: Size
  readonly steps: number
  readonly lamaSizes: readonly Size[]
  /** So many runs of a network, and of a whole fill. */
  readonly evaluations: number
  readonly fills: number
  readonly isFullSize: boolean
}

const square = (side: number): Size => ({ width: side, height: side })

const real: Scale = {
  ...{ size: square(512), steps: 20, lamaSizes: [512, 1024, 2048].map(square) },
  ...{ evaluations: 20, fills: 5, isFullSize: true },
}

/** Tiny networks on the CPU: that all of it works where there is no card. */
const trial: Scale = {
  ...{ size: square(128), steps: 2, lamaSizes: [square(128)] },
  ...{ evaluations: 2, fills: 2, isFullSize: false },
}

interface Files {
  readonly tiny: Weights
  readonly tinyLama: Weights
  readonly large: Weights
  readonly largeLama: Weights
}

function writeModels(folder: string, { isFullSize }: Scale, only: readonly Part[]): Files {
  const tiny = { kind: 'Stable Diffusion', path: tinyFolder('sd15-tiny', join(folder, 'tiny')) } as const
  const tinyLama = { kind: 'LaMa', path: referencePath('lama', 'tiny', 'generator.safetensors') } as const
  if (!isFullSize) {
    // What diffusers cannot do without.
    writeFileSync(join(tiny.path, 'tokenizer', 'tokenizer_config.json'), '{"model_max_length":77}')
    return { tiny, tinyLama, large: tiny, largeLama: tinyLama }
  }
  const large = join(folder, 'large')
  const largeLama = join(folder, 'lama.safetensors')
  if (only.some((part) => part !== 'lama')) writeRandomModel(large, '1.5')
  if (only.some((part) => part === 'lama' || part === 'parity')) writeRandomLama(largeLama)
  return { tiny, tinyLama, large: { ...tiny, path: large }, largeLama: { ...tinyLama, path: largeLama } }
}

function pairsOf(files: Files, { size, isFullSize }: Scale): (readonly [string, Weights, Size])[] {
  return [
    ['Stable Diffusion, tiny', files.tiny, { width: 256, height: 192 }],
    ['LaMa, tiny', files.tinyLama, { width: 256, height: 128 }],
    ...(isFullSize
      ? ([
          ['Stable Diffusion, full size', files.large, size],
          ['LaMa, full size', files.largeLama, size],
        ] as const)
      : []),
  ]
}

async function conditions(peer: string | null, { isFullSize, size }: Scale): Promise<string> {
  const card = await findCard()
  const processor = `${cpus()[0]!.model.trim()}, ${cpus().length} threads`
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json')
  return [
    card === null || !isFullSize
      ? 'A trial of the benchmark itself, on the CPU'
      : `${card.name}, driver ${card.driver}`,
    ...[
      processor,
      `Node ${process.versions.node}`,
      `ONNX Runtime ${version}`,
      ...(peer === null ? [] : [peer]),
    ],
    `${new Date().toISOString().slice(0, 10)}. Stable Diffusion 1.5 at ${inWords(size)}; medians`,
  ]
    .join(', ')
    .concat('.')
}

function inWords({ width, height }: Size): string {
  return `${width} × ${height}`
}
