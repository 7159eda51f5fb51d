/**
 * What a client (the plugin's window, the playground, a script) and the companion say to each other, version 1.
 * Uses neither Node nor DOM, so that both sides import this one file.
 *
 * One binary WebSocket message is: u32 little-endian length of the header, the header (JSON, UTF-8), then the blobs
 * one after another, whose names and sizes the header lists under `blobs`.
 *
 * Sizes and positions are whole pixels of the image that was sent.
 */

export const protocolVersion = 1
export const subprotocol = 'infill.v1'
export const path = '/v1'

/** The companion takes the first free one; the manifest lists all three. */
export const ports = [17871, 17872, 17873] as const

export const limits = {
  headerBytes: 1024 * 1024,
  blobs: 64,
  messageBytes: 128 * 1024 * 1024,
  /** What may be sent before a token was shown. */
  unpairedMessageBytes: 64 * 1024,
  imagePixels: 67_108_864,
  promptCharacters: 2000,
  variations: 8,
} as const

/** Ids are chosen by the client. */
export const idPattern = /^[A-Za-z0-9_-]{1,64}$/

export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const tasks = ['remove', 'fill', 'expand', 'shape'] as const
/** remove: from the surroundings · fill: by prompt · expand: continue the picture · shape: by prompt, along the mask's outline. */
export type Task = (typeof tasks)[number]

export const extents = ['rect', 'image', 'finished'] as const
/**
 * rect: the patch is the smallest rectangle · image: as large as the image, transparent elsewhere ·
 * finished: the whole picture with the fill in it.
 */
export type Extent = (typeof extents)[number]

export const locales = ['en', 'zh-CN'] as const
export type Locale = (typeof locales)[number]

export interface Device {
  readonly kind: 'cpu' | 'cuda' | 'directml' | 'coreml' | 'webgpu'
  readonly name: string
  readonly precision: 'fp32' | 'fp16'
}

export interface Licence {
  readonly name: string
  readonly url: string
  readonly restrictions?: string
}

/** One setting of an engine, with all that a window needs to draw a control for it. */
export interface Option {
  readonly name: string
  readonly kind: 'integer' | 'number' | 'choice' | 'boolean'
  /** null: chosen for each picture. */
  readonly default: OptionValue | null
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly string[]
  readonly label: string
}

export type OptionValue = number | string | boolean

/** By the names of `Option.name`. */
export type Options = Readonly<Record<string, OptionValue>>

export interface EngineInfo {
  readonly id: string
  readonly title: string
  readonly tasks: readonly Task[]
  readonly takesPrompt: boolean
  readonly seeded: boolean
  /** Ids of the models it needs. */
  readonly models: readonly string[]
  readonly ready: boolean
  readonly downloadBytes: number
  readonly licences: readonly Licence[]
  readonly options: readonly Option[]
}

export interface SelectorInfo {
  readonly id: string
  readonly title: string
  readonly takesBox: boolean
  readonly takesPoints: boolean
  readonly models: readonly string[]
  readonly ready: boolean
  readonly downloadBytes: number
  readonly licences: readonly Licence[]
}

export interface ModelInfo {
  readonly id: string
  readonly title: string
  /** What it is good for, in a sentence. */
  readonly purpose: string
  readonly licence: Licence
  readonly bytes: number
  readonly installed: boolean
  /** What of `bytes` is here and sound, the beginning of a download that was broken off included. */
  readonly installedBytes: number
  /** Installing again repairs it. */
  readonly damaged: boolean
  /** Engines and selectors. */
  readonly usedBy: readonly string[]
}

/** How a patch was made. */
export interface Used {
  readonly engine: string
  readonly device: Device
  readonly workWidth: number
  readonly workHeight: number
  readonly tiles: number
  readonly steps?: number
  readonly growPx: number
  readonly featherPx: number
  readonly ms: {
    readonly queue: number
    readonly decode: number
    readonly load: number
    readonly fill: number
    readonly blend: number
    readonly encode: number
  }
  readonly peakBytes?: number
  /** In plain words, what was done differently from what was asked. */
  readonly notes: readonly string[]
}

export interface Blob {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Client → companion. The blobs of each are named beside it. */
export type Request =
  | {
      readonly type: 'hello'
      readonly protocol: number
      readonly client: { readonly name: string; readonly version: string }
      readonly token?: string
      readonly locale?: Locale
    }
  | { readonly type: 'pair'; readonly code: string }
  | ImageRequest
  | FillRequest
  | {
      readonly type: 'select'
      readonly id: string
      readonly imageId: string
      readonly points: readonly { readonly x: number; readonly y: number; readonly include: boolean }[]
      readonly box?: Rect
      readonly selector: string
    }
  | { readonly type: 'cancel'; readonly id: string }
  | { readonly type: 'attach'; readonly id: string }
  | { readonly type: 'models' }
  | {
      readonly type: 'install'
      readonly id: string
      readonly modelId: string
      readonly acceptLicence: boolean
    }
  | { readonly type: 'uninstall'; readonly id: string; readonly modelId: string }

/** Blobs: `image` (absent with `from`), then one `patch` for each of `patches`. */
export interface ImageRequest {
  readonly type: 'image'
  readonly id: string
  /** Id of an image sent before, which this one starts from. */
  readonly from?: string
  /** Where earlier fills lie; they are laid over the image in order. */
  readonly patches?: readonly Rect[]
  /** The part of the image, with its patches, that is taken; where it reaches beyond the image it is transparent. */
  readonly canvas?: Rect
  /** none: take the stored pixels as they lie, as Figma does. */
  readonly orientation?: 'exif' | 'none'
}

/** Blobs: `mask` (for `expand` optional), `avoid`? */
export interface FillRequest {
  readonly type: 'fill'
  readonly id: string
  readonly imageId: string
  readonly task: Task
  /** 'auto' or an engine's id. */
  readonly engine: string
  readonly prompt?: string
  readonly negativePrompt?: string
  /** 0 … 2^32 − 1 */
  readonly seed?: number
  /** 1 … 8 */
  readonly variations?: number
  readonly extent?: Extent
  /** The patch also contains the image's earlier `patches`. */
  readonly merge?: boolean
  readonly options?: Options
}

export type Stage = 'queued' | 'download' | 'load' | 'warm-up' | 'fill'
export type ProgressUnit = 'steps' | 'bytes' | 'levels' | 'jobs'

/** Companion → client. */
export type Reply =
  | {
      readonly type: 'ready'
      readonly protocol: number
      readonly version: string
      readonly instance: string
      readonly device: Device
      readonly engines: readonly EngineInfo[]
      readonly selectors: readonly SelectorInfo[]
      readonly limits: { readonly messageBytes: number; readonly imagePixels: number }
    }
  | { readonly type: 'pair-needed'; readonly attemptsLeft: number }
  | { readonly type: 'paired'; readonly token: string }
  | { readonly type: 'image-ready'; readonly id: string; readonly width: number; readonly height: number }
  | ProgressReply
  | PatchReply
  | {
      readonly type: 'selection'
      readonly id: string
      /** Best first, at most 3; one blob `mask` for each. */
      readonly candidates: readonly { readonly rect: Rect; readonly score: number }[]
    }
  | { readonly type: 'done'; readonly id: string }
  | { readonly type: 'cancelled'; readonly id: string }
  | { readonly type: 'models'; readonly models: readonly ModelInfo[] }
  | FailedReply
  | { readonly type: 'closing'; readonly reason: string }

/** Blob: `preview`? */
export interface ProgressReply {
  readonly type: 'progress'
  readonly id: string
  readonly stage: Stage
  readonly done: number
  readonly total: number
  readonly unit: ProgressUnit
  readonly etaMs?: number
  /** Absent: of the whole job. */
  readonly variation?: number
}

/** Blob: `patch`, an RGBA PNG of `rect`'s size. */
export interface PatchReply {
  readonly type: 'patch'
  readonly id: string
  readonly variation: number
  readonly seed: number
  readonly rect: Rect
  readonly used: Used
}

export interface FailedReply {
  readonly type: 'failed'
  /** The job or image it is about; absent when it is about the message itself. */
  readonly id?: string
  readonly code: ErrorCode
  /** One or two sentences for the person at the screen: what happened, and what to do. */
  readonly message: string
  readonly hint?: string
  readonly attemptsLeft?: number
  readonly retryAfterMs?: number
  readonly supported?: readonly number[]
}

export const errorCodes = [
  'message-malformed',
  'message-unknown',
  'protocol-unsupported',
  'not-paired',
  'pair-wrong',
  'pair-locked',
  'option-invalid',
  'prompt-missing',
  'task-unsupported',
  'image-unreadable',
  'image-too-large',
  'image-unknown',
  'mask-unreadable',
  'mask-size',
  'mask-empty',
  'mask-covers-all',
  'engine-unknown',
  'model-missing',
  'model-damaged',
  'model-unknown',
  'licence-not-accepted',
  'download-failed',
  'disk-full',
  'out-of-memory',
  'device-lost',
  'engine-stopped',
  'queue-full',
  'job-unknown',
  'shutting-down',
  'internal',
] as const
export type ErrorCode = (typeof errorCodes)[number]

/** `GET /health` */
export interface Health {
  readonly name: 'infill'
  readonly version: string
  readonly protocol: number
  /** Random at each start. */
  readonly instance: string
}

/** A message that does not follow the format above. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
}

/** A header as it came, before its fields were checked. */
export interface Frame {
  readonly header: { readonly type: string } & Readonly<Record<string, unknown>>
  readonly blobs: readonly Blob[]
}

/** Header and blobs → one message. `blobs` in the header is written here. */
export function encodeMessage(header: Request | Reply, blobs: readonly Blob[] = []): Uint8Array {
  const listed = blobs.map(({ name, bytes }) => ({ name, bytes: bytes.byteLength }))
  const json = new TextEncoder().encode(
    JSON.stringify(blobs.length > 0 ? { ...header, blobs: listed } : header),
  )
  const size = blobs.reduce((sum, { bytes }) => sum + bytes.byteLength, 4 + json.byteLength)
  const message = new Uint8Array(size)
  new DataView(message.buffer).setUint32(0, json.byteLength, true)
  message.set(json, 4)
  let offset = 4 + json.byteLength
  for (const { bytes } of blobs) {
    message.set(bytes, offset)
    offset += bytes.byteLength
  }
  return message
}

/**
 * One message → header and blobs. The blobs are views into `message`, not copies.
 *
 * @throws MalformedMessage when lengths do not fit or the header is not a JSON object with a `type`.
 */
export function decodeMessage(message: Uint8Array): Frame {
  if (message.byteLength < 4) {
    throw new MalformedMessage(`Expected at least 4 bytes but received ${message.byteLength}.`)
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const headerBytes = view.getUint32(0, true)
  if (headerBytes > limits.headerBytes || 4 + headerBytes > message.byteLength) {
    throw new MalformedMessage(
      `Expected a header of at most ${Math.min(limits.headerBytes, message.byteLength - 4)} bytes but its length is given as ${headerBytes}.`,
    )
  }
  const header = parseHeader(message.subarray(4, 4 + headerBytes))
  const sizes = parseBlobList(header.blobs)
  const blobs: Blob[] = []
  let offset = 4 + headerBytes
  for (const { name, bytes } of sizes) {
    // Checked before slicing: subarray would clamp silently.
    if (offset + bytes > message.byteLength) break
    blobs.push({ name, bytes: message.subarray(offset, offset + bytes) })
    offset += bytes
  }
  if (blobs.length !== sizes.length || offset !== message.byteLength) {
    const announced = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
    throw new MalformedMessage(
      `Expected ${announced} bytes of blobs after the header but received ${message.byteLength - 4 - headerBytes}.`,
    )
  }
  return { header, blobs }
}

function parseHeader(bytes: Uint8Array): Frame['header'] {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new MalformedMessage('Expected a header of JSON in UTF-8.', { cause })
  }
  if (!isObject(header) || typeof header.type !== 'string') {
    throw new MalformedMessage('Expected the header to be an object with a type.')
  }
  return header as Frame['header']
}

function parseBlobList(list: unknown): { name: string; bytes: number }[] {
  if (list === undefined) return []
  if (!Array.isArray(list) || list.length > limits.blobs) {
    throw new MalformedMessage(`Expected blobs to be a list of at most ${limits.blobs}.`)
  }
  return list.map((entry: unknown) => {
    if (!isObject(entry) || typeof entry.name !== 'string' || !isByteCount(entry.bytes)) {
      throw new MalformedMessage('Expected each of blobs to have a name and a number of bytes.')
    }
    return { name: entry.name, bytes: entry.bytes }
  })
}

function isByteCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
