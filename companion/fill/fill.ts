import type { Engine, Run } from '../engines/engine.ts'
import type { Image } from '../image/image.ts'
import type { Extent, Options, PatchReply, Task } from '../protocol.ts'

/** A picture that a client sent, decoded, with the fills that lie on it. */
export interface Picture {
  /** What the next fill sees: the picture as sent, earlier fills laid over it. */
  readonly image: Image
  /** The earlier fills alone, of the picture's size, transparent elsewhere; null: none yet. */
  readonly fills: Image | null
  /** Copied to every patch; null: none, or one that could not be read. */
  readonly iccProfile: Uint8Array | null
}

/** All that one fill needs. A job reads no other state. */
export interface FillJob {
  readonly picture: Picture
  /** PNG as it was sent; null only for `expand`. */
  readonly mask: Uint8Array | null
  /** PNG as it was sent: where not to copy from. */
  readonly avoid: Uint8Array | null
  readonly engine: Engine
  readonly task: Task
  readonly prompt: string
  readonly negativePrompt: string
  readonly seed: number
  readonly variations: number
  readonly extent: Extent
  readonly merge: boolean
  /** As asked for; checked. */
  readonly options: Options
  /** How long the job waited for its turn. */
  readonly queueMs: number
}

export interface Patch extends Omit<PatchReply, 'type' | 'id'> {
  /** RGBA, of `rect`'s size. */
  readonly png: Uint8Array
}

/** Picture and mask → patches, one for each variation, handed to `onPatch` as they come. */
export declare function fill(job: FillJob, run: Run, onPatch: (patch: Patch) => void): Promise<void>
