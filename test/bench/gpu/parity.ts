import type { Engine, FillSettings, Tile } from '../../../companion/engines/engine.ts'
import { lama } from '../../../companion/engines/lama/index.ts'
import { refuseBlank } from '../../../companion/engines/nonsense.ts'
import { createStableDiffusion } from '../../../companion/engines/stable-diffusion/index.ts'
import { createImage, createMask, type Image, type Size } from '../../../companion/image/image.ts'
import { silentLog } from '../../../companion/log.ts'
import { OnnxRuntime } from '../../../companion/runtime/session.ts'
import type { BenchDevice } from '../diffusion/contestant.ts'

/** Weights that something is filled with. */
export interface Weights {
  readonly kind: 'Stable Diffusion' | 'LaMa'
  /** What `infill fill --weights` would name. */
  readonly path: string
}

const quiet = { signal: new AbortController().signal, onProgress() {} }

/** PSNR of one fill on the device, no node of it elsewhere, against the same one on the CPU, dB over the whole tile. */
export async function comparePictures(weights: Weights, size: Size, device: BenchDevice): Promise<number> {
  const [one, other] = [await fills(weights, size, 1, device), await fills(weights, size, 1, 'cpu')]
  return psnr(one[0]!, other[0]!)
}

/**
 * Fills so many random pictures.
 *
 * @returns how many; what is no picture ends it
 * @throws NonsenseError
 */
export async function fillMany(
  weights: Weights,
  size: Size,
  count: number,
  device: BenchDevice,
): Promise<number> {
  return (await fills(weights, size, count, device)).length
}

async function fills(
  { kind, path }: Weights,
  size: Size,
  count: number,
  device: BenchDevice,
): Promise<Image[]> {
  const runtime = new OnnxRuntime({ device, log: silentLog, strict: true })
  try {
    const files = async () => new Map(kind === 'LaMa' ? [['big-lama.pt', path]] : [])
    const engine: Engine = kind === 'LaMa' ? lama : createStableDiffusion()
    const means = { runtime, files, ...(kind === 'LaMa' ? {} : { checkpoint: path }) }
    const opened = await engine.open(quiet, means, [size])
    const made: Image[] = []
    for (let seed = 1; seed <= count; seed += 1) {
      const tile = noiseTile(size, seed)
      const image = await opened.fill(tile, settingsFor(kind, size, seed), quiet)
      const notes = opened.notes ?? []
      if (notes.length > 0) throw new Error(notes.join(' '))
      refuseBlank(kind, image, tile)
      made.push(image)
    }
    return made
  } finally {
    await runtime.unload()
  }
}

function settingsFor(kind: Weights['kind'], { width, height }: Size, seed: number): FillSettings {
  if (kind === 'LaMa') return { task: 'remove', prompt: '', negativePrompt: '', seed, options: {} }
  const side = Math.sqrt(width * height)
  const options = {
    ...{ steps: 4, guidance: 7.5, scheduler: 'ddim', quality: 'balanced', strength: 1, size: side },
  }
  return { task: 'fill', prompt: 'a red vase', negativePrompt: '', seed, options }
}

/** Random colours, the middle of them to be filled. */
function noiseTile({ width, height }: Size, seed: number): Tile {
  const image = createImage(width, height)
  let state = seed
  for (let i = 0; i < image.data.length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    image.data[i] = i % 4 === 3 ? 255 : state >>> 24
  }
  const mask = createMask(width, height)
  for (let y = height / 4; y < (3 * height) / 4; y += 1) {
    mask.data.fill(255, y * width + width / 4, y * width + (3 * width) / 4)
  }
  return { image, mask, avoid: null }
}

function psnr(a: Image, b: Image): number {
  const squared = a.data.reduce((sum, value, i) => sum + (i % 4 === 3 ? 0 : (value - b.data[i]!) ** 2), 0)
  return 10 * Math.log10(255 ** 2 / (squared / ((3 * a.data.length) / 4)))
}
