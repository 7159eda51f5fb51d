import {
  canvasOf,
  type FillMasks,
  type Ground,
  type LayerInfo,
  noMargins,
  type PlacedFill,
  type Placement,
  type Rect,
} from '../../plugin/messages.ts'

/** What Infill works on here, as a Figma document is for the plugin. A value: each change gives a new one. */
export interface PlaygroundDocument {
  readonly picture: Picture | null
  /** Lowest first. */
  readonly fills: readonly Fill[]
}

export interface Picture extends LayerInfo {
  /** PNG or JPEG, its pixels the way up they are meant to be seen. */
  readonly bytes: Uint8Array
  readonly hash: string
  readonly widthPx: number
  readonly heightPx: number
  /** No pixel lets through what is beneath. */
  readonly isOpaque: boolean
  readonly isVisible: boolean
}

export interface Fill extends PlacedFill, FillMasks {
  /** Of the picture's size, or of its canvas's with margins. */
  readonly png: Uint8Array
  readonly isVisible: boolean
}

export const emptyDocument: PlaygroundDocument = { picture: null, fills: [] }

/** What shows through the fills. A patch over something transparent would leave it visible beneath. */
export function placementOn(picture: Picture): Placement {
  return picture.isOpaque ? 'patch' : 'finished'
}

/** A unit of the page is a pixel of the picture here. */
export function groundOf({ widthPx, heightPx }: Picture): Ground {
  return { box: { x: 0, y: 0, width: widthPx, height: heightPx }, width: widthPx, height: heightPx }
}

/** A layer to be shown, and where, in pixels of the picture. */
export interface LaidLayer {
  readonly layerId: string
  readonly name: string
  /** An encoded picture, to be stretched over `rect`. */
  readonly bytes: Uint8Array
  readonly rect: Rect
}

/** What is seen, lowest first, and the rectangle around it all. */
export function layOut({ picture, fills }: PlaygroundDocument): {
  readonly layers: readonly LaidLayer[]
  readonly bounds: Rect
} {
  if (picture === null) return { layers: [], bounds: { x: 0, y: 0, width: 0, height: 0 } }
  const rectOf = ({ margins }: Pick<Fill, 'margins'>) => canvasOf(groundOf(picture), margins ?? noMargins)
  const { id, name, bytes, isVisible } = picture
  const whole = rectOf({ margins: null })
  const layers = [
    ...(isVisible ? [{ layerId: id, name, bytes, rect: whole }] : []),
    ...fills
      .filter((fill) => fill.isVisible)
      .map((fill) => ({ layerId: fill.layerId, name: fill.name, bytes: fill.png, rect: rectOf(fill) })),
  ]
  return { layers, bounds: layers.map(({ rect }) => rect).reduce(union, whole) }
}

/** In the place of the layer that has its id, or on top. A finished copy hides the picture beneath it. */
export function withFill(document: PlaygroundDocument, fill: Fill): PlaygroundDocument {
  const replaces = document.fills.some(({ layerId }) => layerId === fill.layerId)
  const fills = replaces
    ? document.fills.map((other) => (other.layerId === fill.layerId ? fill : other))
    : [...document.fills, fill]
  return fill.placement === 'finished'
    ? { ...withPictureShown(document, false), fills }
    : { ...document, fills }
}

/** The picture appears again when its finished copy goes. */
export function withoutFill(document: PlaygroundDocument, layerId: string): PlaygroundDocument {
  const fills = document.fills.filter((fill) => fill.layerId !== layerId)
  const lostCopy = document.fills.some((fill) => fill.layerId === layerId && fill.placement === 'finished')
  return lostCopy ? { ...withPictureShown(document, true), fills } : { ...document, fills }
}

/** Shows a hidden layer, hides a shown one. */
export function withLayerToggled(document: PlaygroundDocument, layerId: string): PlaygroundDocument {
  if (document.picture?.id === layerId) return withPictureShown(document, !document.picture.isVisible)
  const fills = document.fills.map((fill) =>
    fill.layerId === layerId ? { ...fill, isVisible: !fill.isVisible } : fill,
  )
  return { ...document, fills }
}

function union(a: Rect, b: Rect): Rect {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)]
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  }
}

function withPictureShown(document: PlaygroundDocument, isVisible: boolean): PlaygroundDocument {
  return document.picture === null ? document : { ...document, picture: { ...document.picture, isVisible } }
}
