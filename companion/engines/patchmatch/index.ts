import { cpus } from 'node:os'
import type { Engine, OpenEngine } from '../engine.ts'
import type { CompletionTask } from './complete.ts'
import { ReadyThread } from './ready-thread.ts'
import type { CompletionThread } from './thread.ts'

/**
 * Fills from the picture itself, without a model: see README.md.
 *
 * @param threads at least 1; the bytes that a seed gives depend on it
 */
export function createPatchmatch(threads: number): Engine {
  const ready = new ReadyThread(threads)

  return {
    id: 'patchmatch',
    title: 'Quick fill',
    tasks: ['remove', 'expand'],
    takesPrompt: false,
    seeded: true,
    models: [],
    licences: [],
    options: [],
    limits: {
      contextPx: (hole) => Math.max(384, hole.width, hole.height),
      // The largest picture Figma holds. Takes about 1 GB for a wire across it, 2.3 GB where half of it is to be filled.
      contextPixels: 4096 * 4096,
      sideMultiple: 1,
      // What lies farther out would be made of copies of copies.
      expandShare: 0.25,
    },
    lane: 'embedded',

    getReady: () => ready.getReady(),

    async open({ signal }): Promise<OpenEngine> {
      signal.throwIfAborted()
      const thread = ready.take()
      return {
        device: { kind: 'cpu', name: cpus()[0]?.model.trim() ?? 'CPU', precision: 'fp32' },
        fill: ({ image, mask, avoid }, { seed, options }, run) =>
          thread.complete({ image, mask, avoid, seed, ...effortFor(options.quality) }, run),
        close: () => ready.giveBack(thread),
      }
    },

    fillExactly: ({ image, mask, avoid }, run) =>
      borrow((thread) => thread.copyExactly({ image, mask, avoid, seed: 0, starts: 1 }, run)),

    followGuide: ({ image, mask, avoid }, guide, run) =>
      borrow((thread) => thread.follow({ image, mask, avoid, guide }, run)),

    close: () => ready.close(),
  }

  async function borrow<T>(use: (thread: CompletionThread) => Promise<T>): Promise<T> {
    const thread = ready.take()
    try {
      return await use(thread)
    } finally {
      // Where it ends it does so by itself, and nobody needs to wait for that.
      void ready.giveBack(thread)
    }
  }
}

function effortFor(quality: unknown): Pick<CompletionTask, 'starts' | 'isThorough'> {
  if (quality === 'fast') return { starts: 1 }
  return quality === 'best' ? { starts: 16, isThorough: true } : { starts: 8 }
}
