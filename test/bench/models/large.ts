import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { lama } from '../../../companion/engines/lama/index.ts'
import { createPatchmatch } from '../../../companion/engines/patchmatch/index.ts'
import { type FillJob, fill } from '../../../companion/fill/fill.ts'
import { openPicture } from '../../../companion/fill/picture.ts'
import { silentLog } from '../../../companion/log.ts'
import { peakBytes } from '../../../companion/runtime/memory.ts'
import { OnnxRuntime } from '../../../companion/runtime/session.ts'
import { writeRandomLama } from './random-lama.ts'

const size = { width: 6000, height: 4000 }

/** A wire across the picture, a disc of 800 px and a box of 500 × 380 px, all far from each other. */
const holes = `
  <path d="M100 300 L5900 3700" stroke="white" stroke-width="14"/>
  <circle cx="5200" cy="700" r="400" fill="white"/>
  <rect x="400" y="3200" width="500" height="380" fill="white"/>`

/** Fills three holes of a picture of 24 megapixels, and prints what it took of time and memory. */
export async function benchLarge(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  const runtime = new OnnxRuntime({ device: 'cpu', log: silentLog })
  try {
    const weights = join(folder, 'random-lama.safetensors')
    writeRandomLama(weights)
    const startedAt = performance.now()
    const job: FillJob = {
      picture: await openPicture(await paintPicture(), 'exif'),
      mask: await paintMask(),
      means: { runtime, files: async () => new Map([['big-lama.pt', weights]]) },
      ...{ avoid: null, engine: lama, exactEngine: null, largeHoleEngine: null, prefillEngine: null },
      ...{ detailEngine: createPatchmatch(1), task: 'remove', prompt: '', negativePrompt: '', seed: 1 },
      ...{ variations: 1, extent: 'rect', merge: false, options: {}, queueMs: 0 },
    }
    const run = { signal: new AbortController().signal, onProgress() {} }
    await fill(job, run, ({ used }) => {
      const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`
      const [own, other] = [peakBytes(), used.peakBytes!]
      const seconds = (performance.now() - startedAt) / 1000
      console.log(`${used.notes.join(' ')}\n${used.tiles} runs in ${seconds.toFixed(0)} s.`)
      console.log(
        `At most ${gigabytes(own)} here and ${gigabytes(other)} in the process that computes: ${gigabytes(own + other)}.`,
      )
    })
  } finally {
    await runtime.unload()
    await rm(folder, { recursive: true })
  }
}

/** Smooth shapes with grain, as a JPEG file. */
async function paintPicture(): Promise<Buffer> {
  const small = Uint8Array.from({ length: 60 * 40 * 3 }, (_, i) => (i * 7919 + (i >> 5) * 104_729) % 256)
  const shapes = await sharp(small, { raw: { width: 60, height: 40, channels: 3 } })
    .resize({ ...size, kernel: 'cubic' })
    .raw()
    .toBuffer()
  for (let i = 0; i < shapes.length; i += 1)
    shapes[i] = (shapes[i]! * 7) / 8 + (Math.imul(i, 0x9e3779b1) >>> 27)
  return await sharp(shapes, { raw: { ...size, channels: 3 } })
    .jpeg({ quality: 92 })
    .toBuffer()
}

async function paintMask(): Promise<Buffer> {
  const { width, height } = size
  const svg = `<svg width="${width}" height="${height}"><rect width="100%" height="100%"/>${holes}</svg>`
  return await sharp(Buffer.from(svg)).removeAlpha().greyscale().png().toBuffer()
}
