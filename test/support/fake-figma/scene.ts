import type { ImagePaint } from '@figma/plugin-typings/plugin-api-standalone'
import type { PlaceRequest, Recipe, Source } from '../../../plugin/messages.ts'
import type { FakeFigma } from './figma.ts'
import { inner } from './hidden.ts'
import { decode, encodePng, type Pixels } from './images.ts'
import type { FakeNode } from './node.ts'
import type { FakeRectangle } from './shapes.ts'

/** A picture in which every pixel differs from its neighbours, and every seed from the next. */
export function noise(width: number, height: number, seed = 1): Pixels {
  const data = new Uint8Array(4 * width * height)
  for (let i = 0; i < width * height; i++) {
    const value = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)
    data.set([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, 255], 4 * i)
  }
  return { width, height, data }
}

export async function noisePng(width: number, height: number, seed = 1): Promise<Uint8Array> {
  return encodePng(noise(width, height, seed))
}

export interface PictureOptions {
  readonly widthPx?: number
  readonly heightPx?: number
  readonly seed?: number
  readonly paint?: Partial<ImagePaint>
  readonly name?: string
}

/** A rectangle with an image fill on the current page, of 60 × 40 with an image of 30 × 20 px unless told. */
export async function addPicture(
  figma: FakeFigma,
  { widthPx = 30, heightPx = 20, seed = 1, paint = {}, name = 'Photo' }: PictureOptions = {},
): Promise<FakeRectangle> {
  const layer = figma.createRectangle()
  layer.name = name
  layer.resize(60, 40)
  layer.fills = [await imagePaint(figma, { widthPx, heightPx, seed, paint })]
  return layer
}

export async function imagePaint(
  figma: FakeFigma,
  { widthPx = 30, heightPx = 20, seed = 1, paint = {} }: PictureOptions = {},
): Promise<ImagePaint> {
  const { hash } = figma.createImage(await noisePng(widthPx, heightPx, seed))
  return { type: 'IMAGE', scaleMode: 'FILL', imageHash: hash, ...paint }
}

/** 1 × 1, white: small, and any PNG will do where the plugin only keeps it. */
export const anyMask = new Uint8Array(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
    'base64',
  ),
)

/** A fill that shows the source itself: once placed, nothing may look different. */
export async function identityFill(source: Source): Promise<PlaceRequest> {
  const png = await encodePng(await decode(source.bytes))
  return fillRequest(source, png)
}

/** A fill of a picture of another kind, for telling it from the source. */
export async function noiseFill(source: Source, seed: number): Promise<PlaceRequest> {
  return fillRequest(source, await noisePng(source.widthPx, source.heightPx, seed))
}

export function fillRequest(source: Source, png: Uint8Array): PlaceRequest {
  return {
    layerId: source.layer.id,
    sourceHash: source.hash,
    placement: source.placement,
    png,
    recipe: recipeFor(source),
    mask: anyMask,
    avoid: null,
    replaces: null,
    anyway: false,
  }
}

export function recipeFor({ hash }: Pick<Source, 'hash'>): Recipe {
  return {
    version: 1,
    task: 'remove',
    engine: 'patchmatch',
    seed: 7,
    options: { growPx: 4 },
    sourceHash: hash,
  }
}

/** All that a layer and what it holds are, for comparing before and after. */
export function snapshotOf(node: FakeNode): object {
  const { parent: _, children, ...state } = node[inner].state
  return { id: node.id, type: node.type, ...state, children: children.map(snapshotOf) }
}
