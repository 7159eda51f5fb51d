/**
 * What the window (`ui/`) and Figma's sandbox (`plugin/`) say to each other over postMessage. The playground's page
 * stands in for the sandbox and speaks the same. Uses neither `figma` nor the DOM.
 *
 * The window asks (`Requests`), the sandbox answers each request once; what happens in Figma by itself comes as an `Event`.
 * Pictures cross as encoded bytes, never as raw pixels. Positions are whole pixels of the image, as it lies in the file.
 */

export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export const locales = ['en', 'zh-CN'] as const
/** What is said to the person, and in which language. */
export type Locale = (typeof locales)[number]

/** Kept between runs, on this machine. */
export interface Settings {
  readonly brushPx: number
  readonly tool: Tool
  /** A click on a thing removes it, without another. */
  readonly removeAtOnce: boolean
  /** Place the fill at once, without asking. */
  readonly placeAtOnce: boolean
  /** Put each fill on a layer of its own instead of merging them into one. */
  readonly separateLayers: boolean
  /** Always make a finished copy and hide the original. */
  readonly alwaysFinished: boolean
  /** null: as the system prefers. */
  readonly locale: Locale | null
  readonly hasSeenGuide: boolean
  readonly windowWidth: number
  readonly windowHeight: number
}

/** What marks the picture. */
export const tools = ['point', 'brush', 'eraser', 'lasso', 'rectangle'] as const
export type Tool = (typeof tools)[number]

export const defaultSettings: Settings = {
  brushPx: 40,
  tool: 'brush',
  removeAtOnce: false,
  placeAtOnce: true,
  separateLayers: false,
  alwaysFinished: false,
  locale: null,
  hasSeenGuide: false,
  windowWidth: 480,
  windowHeight: 640,
}

/** What Figma's selection is, as far as Infill is concerned. */
export type Selection =
  | { readonly state: 'fillable'; readonly layers: readonly LayerInfo[] }
  /** `message`: one sentence a designer understands: why not, and what to do. */
  | { readonly state: 'not-fillable'; readonly reason: NotFillable; readonly message: string }

export type NotFillable = 'nothing' | 'text' | 'locked' | 'empty' | 'too-large' | 'no-access' | 'unsupported'

export interface LayerInfo {
  readonly id: string
  readonly name: string
}

/** A layer's picture, and what is known of how it lies. It stays bound: placing a fill does not change it. */
export interface Source {
  readonly layer: LayerInfo
  /**
   * image: the original bytes of the layer's one image fill · render: what the layer looks like, exported · surroundings:
   * what lies behind and around a layer without a picture.
   */
  readonly kind: 'image' | 'render' | 'surroundings'
  /** Changes when the picture does; that of surroundings when the layer lies elsewhere in them. */
  readonly hash: string
  /** PNG, JPEG or GIF. */
  readonly bytes: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  /** The part that the layer shows, for a first look; the whole picture may be larger. */
  readonly visible: Rect
  /**
   * What a layer without a picture covers of its surroundings, in pixels, not in whole ones: four corners, from the layer's
   * top left on. It is filled by prompt as a whole. null: the layer has a picture.
   */
  readonly shape: readonly Point[] | null
  /** Fills that lie on the layer already, lowest first. */
  readonly fills: readonly PlacedFill[]
  /** What placing makes here by itself. */
  readonly placement: Placement
  /** Sentences worth saying before anything is done: scaled down, placed above the instance, … */
  readonly notes: readonly string[]
  /** What the person has to agree to before the first fill is placed; null: nothing out of the usual. */
  readonly warning: string | null
  readonly expansion: Expansion
}

/** Whether and how a layer's picture can be continued beyond its edges. */
export type Expansion =
  | ({
      readonly state: 'possible'
      /** That fill the frame around the layer; null: there is none, or it is filled. */
      readonly toFrame: Margins | null
      /** The longest side that the canvas may have, in pixels. */
      readonly maxSidePx: number
      /** What placing makes by itself, as long as the margins show nothing of the picture that the layer cuts off. */
      readonly placement: Placement
    } & Ground)
  /** `message`: one sentence a designer understands: why not, and what to do. */
  | { readonly state: 'impossible'; readonly message: string }

/** What a layer shows of its picture: what its margins are added to. */
export interface Ground {
  /** Its box in pixels of the picture, not in whole ones. Reaches beyond the picture where the layer has empty bars. */
  readonly box: Rect
  /** Its size, in page units. */
  readonly width: number
  readonly height: number
}

/** How much larger than its source a layer is on each side, in page units, along the source's own axes. None is negative. */
export interface Margins {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

export const noMargins: Margins = { top: 0, right: 0, bottom: 0, left: 0 }

/** What a layer with margins shows, in pixels of the picture, not in whole ones. */
export function expandedBox({ box, width, height }: Ground, { top, right, bottom, left }: Margins): Rect {
  const [scaleX, scaleY] = [box.width / width, box.height / height]
  return {
    x: box.x - left * scaleX,
    y: box.y - top * scaleY,
    width: box.width + (left + right) * scaleX,
    height: box.height + (top + bottom) * scaleY,
  }
}

/** The same in whole pixels, rounded outwards: what is sent to be filled, and the size of what comes back. */
export function canvasOf(ground: Ground, margins: Margins): Rect {
  const { x, y, width, height } = expandedBox(ground, margins)
  // A thousandth of a pixel, so that 99.9999 is not rounded out to the next pixel.
  const slack = 1e-3
  const [left, top] = [Math.floor(x + slack), Math.floor(y + slack)]
  return {
    x: left,
    y: top,
    width: Math.ceil(x + width - slack) - left,
    height: Math.ceil(y + height - slack) - top,
  }
}

/** patch: transparent outside the fill, above the original · finished: a whole copy, the original hidden beneath it. */
export type Placement = 'patch' | 'finished'

/** A layer that Infill made, as it lies in the document now. */
export interface PlacedFill {
  readonly layerId: string
  readonly name: string
  /** Of its picture: the same hash is the same picture. */
  readonly hash: string
  readonly placement: Placement
  /** Of an expanded picture; null: as large as its source. */
  readonly margins: Margins | null
  readonly recipe: Recipe
}

/** How a fill was made; kept on its layer. */
export interface Recipe {
  readonly version: 1
  readonly task: 'remove' | 'fill' | 'expand' | 'shape'
  readonly engine: string
  readonly prompt?: string
  readonly negativePrompt?: string
  readonly seed: number
  readonly options: Readonly<Record<string, number | string | boolean>>
  /** `Source.hash` that it was made for. */
  readonly sourceHash: string
  /** With the task `expand`. */
  readonly margins?: Margins
}

/** What a fill is made from: 1-bit PNGs of the source's size. */
export interface FillMasks {
  /** White = fill. */
  readonly mask: Uint8Array
  /** White = nothing is copied from there; null: from everywhere. */
  readonly avoid: Uint8Array | null
}

/** A job whose end the window has not seen yet. */
export interface PendingJob extends FillMasks {
  readonly jobId: string
  readonly layer: LayerInfo
  readonly recipe: Recipe
  /** As it will be asked of `place`. */
  readonly placement: Placement
  readonly replaces: string | null
}

export interface Start {
  readonly settings: Settings
  /** The companion's; null: not paired. */
  readonly token: string | null
  /** Only this port is looked at; null: the ones of the manifest. */
  readonly port: number | null
  readonly selection: Selection
  readonly pendingJob: PendingJob | null
  /** Layer to edit, when the window was opened by its relaunch button. */
  readonly editLayerId: string | null
  /** Where this window runs. */
  readonly host: 'figma' | 'playground'
}

export interface EditableFill extends FillMasks {
  readonly source: Source
  readonly recipe: Recipe
  /** The layer that placing again replaces. */
  readonly replaces: string
}

/** A shape as it looks, and where it lies on a picture. */
export interface PlacedShape {
  /** Its alpha is the shape's. */
  readonly png: Uint8Array
  /** From its pixels to the picture's, rows first. */
  readonly transform: readonly [readonly [number, number, number], readonly [number, number, number]]
}

export interface PlaceRequest extends FillMasks {
  readonly layerId: string
  /** `Source.hash` the fill was made for. */
  readonly sourceHash: string
  readonly placement: Placement
  /** PNG of the source's full size; with margins, of the canvas's. */
  readonly png: Uint8Array
  readonly recipe: Recipe
  /**
   * How it joins what lies there: a merged png contains the earlier fills and takes the place of the layer `replaces`;
   * null: a new layer.
   */
  readonly replaces: string | null
  /** Although the source shows another picture now, or is gone (then in the middle of what is in view). */
  readonly anyway: boolean
}

/** What the window may ask, and what it gets. Every request may fail with a `Failure`. */
export interface Requests {
  /** First of all. `preferred`: what the system speaks, as far as it is spoken here. */
  readonly start: { readonly asks: { readonly preferred: Locale }; readonly gets: Start }
  /** The layer's picture. */
  readonly openSource: { readonly asks: { readonly layerId: string }; readonly gets: Source }
  /** Whether a bound source is still there and unchanged, and what lies on it: asked before each fill. */
  readonly lookAtSource: {
    readonly asks: { readonly layerId: string }
    readonly gets: Pick<Source, 'hash' | 'fills' | 'placement' | 'expansion'>
  }
  /** The picture of a fill's layer. */
  readonly openFill: {
    readonly asks: { readonly layerId: string }
    readonly gets: { readonly png: Uint8Array }
  }
  /** What is selected beside the picture: vectors, texts, shapes. */
  readonly openShapes: {
    /** `except`: layers that are no shapes, but pictures as well. */
    readonly asks: { readonly layerId: string; readonly except: readonly string[] }
    readonly gets: readonly PlacedShape[]
  }
  readonly editFill: { readonly asks: { readonly layerId: string }; readonly gets: EditableFill }
  /** One undo step, and the pending job is forgotten. Fails without leaving anything behind. */
  readonly place: {
    readonly asks: PlaceRequest
    readonly gets: { readonly fill: PlacedFill; readonly notes: readonly string[] }
  }
  /** Takes a placed fill away again, if it is still there. */
  readonly removeFill: { readonly asks: { readonly layerId: string }; readonly gets: null }
  readonly saveSettings: { readonly asks: { readonly settings: Settings }; readonly gets: null }
  readonly saveToken: { readonly asks: { readonly token: string | null }; readonly gets: null }
  readonly savePendingJob: { readonly asks: { readonly job: PendingJob | null }; readonly gets: null }
  readonly resize: { readonly asks: { readonly width: number; readonly height: number }; readonly gets: null }
  /** Selects the layer and brings it into view. */
  readonly reveal: { readonly asks: { readonly layerId: string }; readonly gets: null }
}

export type RequestName = keyof Requests

export type FailureCode =
  /** The layer was deleted, or lies on a page that cannot be reached. */
  | 'source-gone'
  /** The layer shows another picture now. */
  | 'source-changed'
  | 'not-fillable'
  /** The document can be looked at, not changed. */
  | 'read-only'
  | 'picture-too-large'
  | 'fill-gone'
  | 'storage-full'
  | 'internal'

/** One or two sentences for the person at the screen. */
export interface Failure {
  readonly code: FailureCode
  readonly message: string
}

/** Window → sandbox. */
export type RequestMessage = {
  readonly [Name in RequestName]: {
    readonly type: 'request'
    /** Counted by the window; its reply carries it. */
    readonly call: number
    readonly name: Name
    readonly asks: Requests[Name]['asks']
  }
}[RequestName]

/** Sandbox → window. */
export type SandboxMessage =
  | { readonly type: 'reply'; readonly call: number; readonly gets: unknown }
  | { readonly type: 'refusal'; readonly call: number; readonly failure: Failure }
  | Event

export type Event =
  /** The person selected something else; what the plugin selects itself is not reported. */
  | { readonly type: 'selection'; readonly selection: Selection }
  /** Relaunch button pressed, or the command run again, while the window is open. */
  | { readonly type: 'edit'; readonly layerId: string }
