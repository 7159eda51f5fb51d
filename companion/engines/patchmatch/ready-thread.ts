import { createImage, createMask } from '../../image/image.ts'
import type { CompletionTask } from './complete.ts'
import { CompletionThread } from './thread.ts'

interface Keeping {
  /** After so long without a fill it is not kept any more. */
  readonly idleMs: number
  /** A thread's memory never shrinks: one that was given more pixels at once is not kept. */
  readonly mostPixels: number
}

const usually: Keeping = { idleMs: 5 * 60_000, mostPixels: 2 ** 21 }

/**
 * Lends threads to fills. One is kept between them from `getReady` on, until it is not used for a while or `close` is
 * called: starting one and compiling its code takes about a fifth of a small fill.
 */
export class ReadyThread {
  readonly #threads: number
  readonly #keeping: Keeping
  #keeps = false
  #ready: CompletionThread | null = null
  #idle: NodeJS.Timeout | undefined
  #warmingUp = new AbortController()

  /** @param threads how many share the work of one fill */
  constructor(threads: number, keeping: Partial<Keeping> = {}) {
    this.#threads = threads
    this.#keeping = { ...usually, ...keeping }
  }

  getReady(): void {
    if (this.#keeps) return
    this.#keeps = true
    const thread = this.#start()
    this.#warmingUp = new AbortController()
    // What is wrong with it, the first fill will say.
    warmUp(thread, this.#warmingUp.signal).catch(() => {})
    this.#keep(thread)
  }

  /** The one that is ready, else a new one: there may be several fills at a time. */
  take(): CompletionThread {
    const thread = this.#ready ?? this.#start()
    this.#ready = null
    clearTimeout(this.#idle)
    // A fill does not wait for it.
    this.#warmingUp.abort()
    return thread
  }

  /** Waits for its end where it is not kept. */
  async giveBack(thread: CompletionThread): Promise<void> {
    const isWanted = this.#keeps && this.#ready === null
    const isLarge = thread.mostPixels > this.#keeping.mostPixels
    if (isWanted && !isLarge) {
      this.#keep(thread)
      return
    }
    // The next `getReady` starts another one.
    if (isWanted) this.#keeps = false
    await thread.close()
  }

  /** Keeps none any more, until it is to get one ready again. */
  async close(): Promise<void> {
    this.#keeps = false
    clearTimeout(this.#idle)
    // Its next task would start the thread again.
    this.#warmingUp.abort()
    const thread = this.#ready
    this.#ready = null
    await thread?.close()
  }

  #start(): CompletionThread {
    return new CompletionThread(this.#threads)
  }

  #keep(thread: CompletionThread): void {
    this.#ready = thread
    this.#idle = setTimeout(() => void this.close(), this.#keeping.idleMs)
    this.#idle.unref()
  }
}

/** Fills a small picture, so that what every fill runs is compiled. */
async function warmUp(thread: CompletionThread, signal: AbortSignal): Promise<void> {
  const task = stripes()
  const run = { signal, onProgress: () => {} }
  await thread.copyExactly(task, run)
  await thread.complete(task, run)
}

/** Bent so that nothing continues them exactly: the hole has to be guessed. */
function stripes(): CompletionTask {
  const image = createImage(96, 72)
  const mask = createMask(96, 72)
  for (let y = 0; y < 72; y += 1) {
    for (let x = 0; x < 96; x += 1) {
      const shade = 128 + 100 * Math.sin((x * x + 3 * x * y) / 40)
      image.data.set([shade, shade, 255 - shade, 255], (y * 96 + x) * 4)
      if (x >= 38 && x < 58 && y >= 28 && y < 44) mask.data[y * 96 + x] = 255
    }
  }
  return { image, mask, avoid: null, seed: 0, starts: 8 }
}
