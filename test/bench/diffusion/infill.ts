import { openModel, openNetwork } from '../../../companion/diffusion/found-model.ts'
import { latentSize } from '../../../companion/diffusion/latents.ts'
import { Computed, Networks } from '../../../companion/diffusion/networks.ts'
import type { Engine, FillSettings, OpenEngine, Tile } from '../../../companion/engines/engine.ts'
import { createPowerPaint } from '../../../companion/engines/powerpaint/index.ts'
import { createStableDiffusion } from '../../../companion/engines/stable-diffusion/index.ts'
import { createImage, createMask, type Size } from '../../../companion/image/image.ts'
import { areaOf } from '../../../companion/image/rect.ts'
import { silentLog } from '../../../companion/log.ts'
import type { Progress } from '../../../companion/run.ts'
import { OnnxRuntime, type Runtime } from '../../../companion/runtime/session.ts'
import { stopwatch } from '../cost.ts'
import { timed } from '../timed-runtime.ts'
import { type Contestant, prompt, sampleOf, type Work, wave } from './contestant.ts'

/** While the peer works nothing is unloaded. A timer takes no longer time. */
const longestTimerMs = 2 ** 31 - 1

const quiet = { signal: new AbortController().signal, onProgress() {} }

/** Infill as a contestant. */
export async function openInfill(work: Work): Promise<Contestant> {
  const onnx = new OnnxRuntime({ device: work.device, log: silentLog, idleMs: longestTimerMs })
  const { runtime, spent } = timed(onnx)
  const compute = work.piece === 'fill' ? filling(work, runtime) : await evaluating(work, runtime)
  // Sessions are loaded by the first run, and then kept.
  const startedAt = performance.now()
  await compute()
  const firstMs = performance.now() - startedAt - spent.loadMs
  return {
    ...{ ...spent, firstMs },
    async run() {
      const spent = stopwatch()
      const values = await compute()
      return { ...spent(), values: values === null ? [] : sampleOf(values) }
    },
    async close() {
      const { peakBytes } = onnx
      await onnx.unload()
      return peakBytes
    },
  }
}

/** One network, each time as if for the first time. */
async function evaluating(
  { piece, model: path, size, rows, lora: loraPath, optimisation }: Work,
  runtime: Runtime,
): Promise<() => Promise<Float32Array>> {
  const model = await openModel(path)
  const lora = loraPath === null ? null : await openNetwork(loraPath)
  const way = {
    on: 'best',
    precision: 'usual',
    rowsAtOnce: rows,
    tileSide: undefined,
    pictureByPicture: true,
    queriesAtOnce: undefined,
    optimisation,
  } as const
  const latents = areaOf(latentSize(size))
  const [picture, small, sample] = [wave(3 * areaOf(size)), wave(4 * latents), wave(rows * 9 * latents)]
  const words = wave(rows * 77 * model.config.unet.contextWidth)
  return () => {
    const networks = new Networks(model, runtime, new Computed())
    if (piece === 'text-encoder') return networks.embed(prompt, way, quiet)
    const { encode, decode, predict } = networks.inpaintModel(size, lora, way, quiet)
    if (piece === 'encoder') return encode(picture)
    if (piece === 'decoder') return decode(small)
    return predict(sample, 500, words)
  }
}

/** A whole fill as the companion does it, with nothing known of words and picture. */
function filling(work: Work, runtime: Runtime): () => Promise<null> {
  const [tile, settings] = [tileOf(work.size), settingsOf(work, 7)]
  return async () => {
    const engine = await openEngine(createEngine(work), work, runtime)
    await engine.fill(tile, settings, quiet)
    return null
  }
}

/** A fill as the companion does it, time and again: another picture each, by the same words. */
export async function* fillAgain(work: Work, runs: number): AsyncGenerator<{ ms: number; loadMs: number }> {
  const runtime = new OnnxRuntime({ device: work.device, log: silentLog })
  const engine = createEngine(work)
  try {
    for (let run = 0; run < runs; run += 1) {
      const opened = await openEngine(engine, work, runtime)
      const startedAt = performance.now()
      await opened.fill(tileOf(work.size, run), settingsOf(work, run), quiet)
      const loadMs = opened.loadMs ?? 0
      yield { ms: performance.now() - startedAt - loadMs, loadMs }
    }
  } finally {
    await runtime.unload()
  }
}

/**
 * Cancels a fill in the middle of a step.
 *
 * @returns how long it then took until the fill was given up, and until its memory was free again
 */
export async function cancelInStep(work: Work): Promise<{ givenUpMs: number; freeMs: number }> {
  const runtime = new OnnxRuntime({ device: work.device, log: silentLog })
  const opened = await openEngine(createEngine(work), work, runtime)
  const cancelling = new AbortController()
  const stepsAt: number[] = []
  let cancelledAt = Number.NaN
  const cancel = () => {
    cancelledAt = performance.now()
    cancelling.abort()
  }
  const onProgress = ({ stage }: Progress) => {
    if (stage !== 'fill') return
    stepsAt.push(performance.now())
    const [first, second] = stepsAt
    if (stepsAt.length === 2) setTimeout(cancel, (second! - first!) / 2)
  }
  await opened
    .fill(tileOf(work.size), settingsOf(work, 7), { signal: cancelling.signal, onProgress })
    .catch((error: unknown) => {
      if (error !== cancelling.signal.reason) throw error
    })
  const givenUpMs = performance.now() - cancelledAt
  await runtime.unload()
  return { givenUpMs, freeMs: performance.now() - cancelledAt }
}

function createEngine({ kind }: Work): Engine {
  return kind === 'powerpaint' ? createPowerPaint() : createStableDiffusion()
}

function openEngine(engine: Engine, { model, size }: Work, runtime: Runtime): Promise<OpenEngine> {
  const files = async () => new Map<string, string>()
  return engine.open(quiet, { runtime, files, checkpoint: model }, [size])
}

function settingsOf({ kind, size: { width, height }, steps }: Work, seed: number): FillSettings {
  // The one takes a side of as many pixels, the other its shorter side.
  const size = kind === 'powerpaint' ? Math.min(width, height) : Math.sqrt(width * height)
  const options = {
    steps,
    guidance: 7.5,
    scheduler: 'dpmpp-2m',
    quality: 'balanced',
    size,
    fitting: 1,
    rescale: 0,
  }
  return { task: 'fill', prompt, negativePrompt: '', seed, options }
}

/** A picture of a slope, a quarter of it to be filled. */
function tileOf({ width, height }: Size, darker = 0): Tile {
  const image = createImage(width, height)
  for (let i = 0; i < image.data.length; i += 1) {
    image.data[i] = i % 4 === 3 ? 255 : Math.max(0, Math.floor((255 * ((i >> 2) % width)) / width) - darker)
  }
  const mask = createMask(width, height)
  for (let y = height / 4; y < (3 * height) / 4; y += 1) {
    mask.data.fill(255, y * width + width / 4, y * width + (3 * width) / 4)
  }
  return { image, mask, avoid: null }
}
