import type { Means } from '../engines/engine.ts'
import type { Image, Mask } from '../image/image.ts'
import type { Licence, Rect } from '../protocol.ts'
import type { Run } from '../run.ts'

/** Where the person pointed: at the thing, or (include: false) at what does not belong to it. */
export interface Point {
  readonly x: number
  readonly y: number
  readonly include: boolean
}

/** What is known about the thing to select. A scribble is many points. */
export interface Prompt {
  readonly points: readonly Point[]
  /** Round the thing; null: none was drawn. */
  readonly box: Rect | null
}

/** One answer to "what is meant?". */
export interface Candidate {
  /** The smallest rectangle that holds all that is selected. */
  readonly rect: Rect
  /** Of `rect`'s size, exactly 0 or 255; 255 = selected. */
  readonly mask: Mask
  /** 0…1: how well the outline follows the picture. */
  readonly score: number
}

/** Who waits for a selection, for those who make it in a thread. */
export interface SelectRun {
  /** First with `done` = 0, the last time with `done` = `total`. */
  onStep(done: number, total: number): void
  throwIfCancelled(): void
}

/** A way to select things. To add one: make its folder, then add its line in `index.ts`. */
export interface Selector {
  readonly id: string
  readonly title: string
  readonly takesBox: boolean
  readonly takesPoints: boolean
  /** As an engine's: one of them must be installed before `open`; none: it needs none. */
  readonly models: readonly string[]
  readonly licences: readonly Licence[]
  /** Whether `auto` takes it for this. Cheap. */
  suits(image: Image, prompt: Prompt): boolean
  /** Cheap: what takes time is done by the first `select`. */
  open(means: SelectMeans): OpenSelector
}

/** What a selector with a model works with. The runtime is not the engines': a fill that is cancelled takes nothing from it. */
export type SelectMeans = Pick<Means, 'files' | 'runtime'>

export interface OpenSelector {
  /**
   * A picture has come, so a click may follow: begins to get ready what the first one would wait for. Absent where there is
   * nothing to get ready.
   */
  getReady?(): void
  /**
   * What the prompt means in this picture: at most three candidates, best first, the larger of near-equals first; none
   * where nothing was found. What is costly about a picture is computed once, and forgotten with the picture.
   *
   * @throws the signal's reason when cancelled; `CompanionError` for what the person can act on
   */
  select(image: Image, prompt: Prompt, run: Run): Promise<readonly Candidate[]>
  /** Waits for what is at work. */
  close(): Promise<void>
}
