import { encodePatch } from '../image/codec.ts'
import type { Size } from '../image/image.ts'
import type { Run } from '../run.ts'
import type { DenoiseRun } from './denoise.ts'
import { latentSize } from './latents.ts'
import { previewOf } from './preview.ts'

/** One of the passes that a fill is made in. */
export interface Pass {
  /** Of the picture. */
  readonly size: Size
  readonly steps: number
  /** What one of them costs, in evaluations of the network. */
  readonly evaluations: number
}

/** Reports progress over all passes; after each, its decoder is one step more. */
export class Watch {
  readonly #run: Run
  readonly #withPreviews: boolean
  readonly #total: number
  #before = 0

  constructor(passes: readonly Pass[], run: Run, withPreviews: boolean) {
    this.#run = run
    this.#withPreviews = withPreviews
    this.#total = passes.reduce((sum, pass) => sum + costOf(pass), 0)
  }

  /** What the steps of a pass run under. */
  stepsOf({ size, evaluations }: Pass): DenoiseRun {
    return {
      signal: this.#run.signal,
      onStep: async ({ done, total, original }) => {
        const isShown = this.#withPreviews && (done % stepsBetweenPreviews === 0 || done === total)
        const shown = isShown
          ? { preview: await encodePatch(previewOf(original, latentSize(size)), null) }
          : {}
        this.#report(this.#before + done * evaluations, shown)
      },
    }
  }

  /** The pass is decoded. */
  end(pass: Pass): void {
    this.#before += costOf(pass)
    this.#report(this.#before, {})
  }

  #report(done: number, shown: { readonly preview?: Uint8Array }): void {
    this.#run.onProgress({ stage: 'fill', done, total: this.#total, unit: 'steps', ...shown })
  }
}

const stepsBetweenPreviews = 4

function costOf({ steps, evaluations }: Pass): number {
  return steps * evaluations + 1
}
