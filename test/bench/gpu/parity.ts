import type { Tile } from '../../../companion/engines/engine.ts'
import { refuseBlank } from '../../../companion/engines/nonsense.ts'
import { createStableDiffusion } from '../../../companion/engines/stable-diffusion/index.ts'
import { createImage, createMask, type Image, type Size } from '../../../companion/image/image.ts'
import { silentLog } from '../../../companion/log.ts'
import { OnnxRuntime } from '../../../companion/runtime/session.ts'

type BenchDevice = 'cpu' | 'cuda'

const quiet = { signal: new AbortController().signal, onProgress() {} }
const options = { steps: 4, guidance: 7.5, scheduler: 'ddim', quality: 'balanced', strength: 1 }

/** PSNR of one fill on the device against the same one on the CPU, dB over the whole tile. */
export async function comparePictures(model: string, size: Size, device: BenchDevice): Promise<number> {
  const [one, other] = [await fills(model, size, 1, device), await fills(model, size, 1, 'cpu')]
  return psnr(one[0]!, other[0]!)
}

/**
 * Fills so many random pictures.
 *
 * @returns how many; what is no picture ends it
 * @throws NonsenseError
 */
export async function fillMany(
  model: string,
  size: Size,
  count: number,
  device: BenchDevice,
): Promise<number> {
  return (await fills(model, size, count, device)).length
}

async function fills(model: string, size: Size, count: number, device: BenchDevice): Promise<Image[]> {
  const runtime = new OnnxRuntime({ device, log: silentLog })
  try {
    const means = { runtime, files: async () => new Map<string, string>(), checkpoint: model }
    const engine = await createStableDiffusion().open(quiet, means, [size])
    const made: Image[] = []
    for (let seed = 1; seed <= count; seed += 1) {
      const tile = noiseTile(size, seed)
      const settings = { task: 'fill', prompt: 'a red vase', negativePrompt: '', seed } as const
      const side = Math.sqrt(size.width * size.height)
      const image = await engine.fill(tile, { ...settings, options: { ...options, size: side } }, quiet)
      refuseBlank('Stable Diffusion', image, tile)
      made.push(image)
    }
    return made
  } finally {
    await runtime.unload()
  }
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
