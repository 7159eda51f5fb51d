import type { Image, Mask, Size } from '../image/image.ts'
import type { Device, Licence, Option, Options, Task } from '../protocol.ts'
import type { Run } from '../run.ts'
import type { Runtime } from '../runtime/session.ts'

/** How much of the picture an engine wants to see, and how large it works. Read by `fill/plan.ts`. */
export interface Limits {
  /** Known pixels wanted on each side of a hole whose bounding box is `hole`. */
  contextPx(hole: Size, task: Task): number
  /** Most pixels of one tile; a larger context is scaled down, or cut into slices. */
  readonly contextPixels: number
  /** How holes that are too large to be seen at once are cut into slices; absent: all are seen as a whole. */
  readonly slicing?: {
    /**
     * A hole in which a disc of a larger radius fits is scaled down until none does: deeper inside, the engine sees
     * nothing known. In px of the size it works at, and so is the other.
     */
    readonly depthPx: number
    /** What neighbouring slices share. */
    readonly overlapPx: number
  }
  /** A context of fewer pixels is enlarged to about as many. */
  readonly leastPixels?: number
  /** Sides the engine works at are multiples of this: more of the picture is taken in to make them so. */
  readonly sideMultiple: number
  /** Whether the engine pads a tile that the picture is too small for; absent: such a tile is stretched. */
  readonly padsSides?: true
  /** The most that `expand` adds on one side, as a share of the known picture's; absent: any. */
  readonly expandShare?: number
  /**
   * The most that it adds on a side in one pass, as a share of what it begins with; a picture that is expanded farther
   * grows pass by pass. Absent: all at once.
   */
  readonly expandPassShare?: number
  /**
   * How far a picture that it expands is rendered anew at its edges, to fade into what continues it: a share of its shorter
   * side. Absent: hardly at all.
   */
  readonly expandFadeShare?: number
}

/** What the engine is given at once: part of the picture, at the size the engine works at. */
export interface Tile {
  readonly image: Image
  /** Same size. Exactly 0 or 255; 255 = fill. Already grown. */
  readonly mask: Mask
  /** Same size. 255 = do not copy from here. */
  readonly avoid: Mask | null
  /** The image with its hole filled from its surroundings: where `startsFilled` asks for it, and something is known. */
  readonly prefilled?: Image
}

/** What the person asked for. */
export interface FillSettings {
  readonly task: Task
  readonly prompt: string
  readonly negativePrompt: string
  /** 0 … 2^32 − 1. The same tile, settings and seed give the same bytes. */
  readonly seed: number
  /** Every option that the engine describes, defaults filled in; one whose default is null is absent when not asked for. */
  readonly options: Options
}

/** What an engine with models runs on. */
export interface Means {
  /**
   * Absolute paths of a model's files, by the names that its record gives them.
   *
   * @throws CompanionError 'model-missing', 'model-damaged'
   */
  files(modelId: string): Promise<ReadonlyMap<string, string>>
  /** A file or folder that the person named instead of what is installed, absolute: `files` are taken from there. */
  readonly checkpoint?: string
  readonly runtime: Runtime
}

/** A way to fill. To add one: make its folder, then add its line in `index.ts`. */
export interface Engine {
  readonly id: string
  readonly title: string
  readonly tasks: readonly Task[]
  /** Those of its tasks that 'auto' does not give it. */
  readonly tasksByName?: readonly Task[]
  /** Whether 'auto' lets it remove all the same where the hole is large and the best quality is asked for. */
  readonly removesLarge?: true
  readonly takesPrompt: boolean
  readonly seeded: boolean
  /** Ids of `models/index.ts`, the better one first. One of them must be installed before `open`; none: it needs none. */
  readonly models: readonly string[]
  /** Ids of those that it uses for some options only, and that need not be installed. */
  readonly extras?: readonly string[]
  readonly licences: readonly Licence[]
  /** Beyond `commonOptions`, which every engine takes. */
  readonly options: readonly Option[]
  /** Taken by `raw` beyond those: arguments of the reference implementation. */
  readonly rawOptions?: readonly Option[]
  readonly limits: Limits
  /** What they are with options, where options change them. */
  limitsFor?(options: Options): Limits
  /** Whether it wants tiles with `prefilled`. */
  startsFilled?(options: Options, task: Task): boolean
  /** model: runs in ONNX Runtime · embedded: runs in a worker of the companion. One job of each at a time. */
  readonly lane: 'model' | 'embedded'
  /**
   * Whether a fill holds the known pixels as the engine renders them: how they differ from the picture's is how the fill's
   * colours are corrected. Absent: the colours fit as they are.
   */
  readonly rendersKnown?: true
  /**
   * A picture has come, so a fill may follow: begins to get ready what the first one would wait for, and keeps it ready
   * between fills for a while. Absent where there is nothing to get ready.
   */
  getReady?(): void
  /** @param sizes Of the tiles to come, at least one: what the first needs is loaded before its fill begins. */
  open(run: Run, means: Means, sizes: readonly Size[]): Promise<OpenEngine>
  /**
   * Fills only where that takes no guessing; null elsewhere. Absent where the engine has no such case. 'auto' asks this
   * first: what a picture holds already is better than what a network makes up.
   */
  fillExactly?(tile: Tile, run: Run): Promise<Image | null>
  /**
   * Finds in the known part of a tile what looks like its fill, so that detail can be copied from there. Absent where it
   * cannot.
   *
   * @param guide The tile with its hole filled, smaller.
   * @returns [height, width] of the tile: for a masked pixel the place of a known one, y · width + x; elsewhere −1
   */
  followGuide?(tile: Tile, guide: Image, run: Run): Promise<Int32Array>
  /**
   * What the reference implementation makes of a whole picture, with nothing cropped, grown or blended around it.
   * Absent where there is none.
   *
   * @param picture Its mask 0..255 as it was sent; which values are to be filled, the reference says.
   * @param count How many are asked for.
   * @returns so many, or one where they would all be the same
   */
  raw?(
    picture: { readonly image: Image; readonly mask: Mask },
    settings: FillSettings,
    run: Run,
    means: Means,
    count: number,
  ): Promise<RawFill>
  /** Ends what is kept ready. */
  close?(): Promise<void>
}

/** What `raw` gives. */
export interface RawFill {
  readonly images: readonly [Image, ...Image[]]
  readonly device: Device
  /** Of the time it took, what was spent loading, where that is known. */
  readonly loadMs?: number
}

export interface OpenEngine {
  /** What computes; after a fill, what has computed it. */
  readonly device: Device
  /** What was done differently from what was asked, in plain words. Grows. */
  readonly notes?: readonly string[]
  /** Most memory held at a time, as far as it is known. */
  readonly peakBytes?: number
  /** Of the time that fills have taken, what was spent loading. Grows. */
  readonly loadMs?: number
  /** What the last tile was filled in, where the engine does not take tiles as they are. */
  readonly worked?: { readonly steps: number; readonly size: Size } | undefined
  /**
   * Fills the masked pixels of one tile. The result has the tile's own size; what it holds outside the mask is not used.
   *
   * @throws the signal's reason when cancelled; `CompanionError` for what the person can act on.
   */
  fill(tile: Tile, settings: FillSettings, run: Run): Promise<Image>
  close(): Promise<void>
}

/** Taken by every engine. */
export const commonOptions: readonly Option[] = [
  {
    name: 'quality',
    kind: 'choice',
    default: 'balanced',
    choices: ['fast', 'balanced', 'best'],
    label: 'Quality',
  },
  { name: 'growPx', kind: 'integer', default: null, min: 0, max: 256, label: 'Grow the selection by (px)' },
  { name: 'featherPx', kind: 'integer', default: null, min: 0, max: 256, label: 'Soften its edge by (px)' },
  { name: 'preview', kind: 'boolean', default: false, label: 'Show the fill while it is made' },
]
