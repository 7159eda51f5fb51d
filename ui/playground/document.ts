import type { LayerInfo, PlacedFill, Placement, Recipe } from '../../plugin/messages.ts'

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

export interface Fill extends PlacedFill {
  /** Of the picture's size. */
  readonly png: Uint8Array
  readonly recipe: Recipe
  /** 1-bit PNG of the picture's size, white = fill. */
  readonly mask: Uint8Array
  readonly isVisible: boolean
}

export const emptyDocument: PlaygroundDocument = { picture: null, fills: [] }

/** What shows through the fills. A patch over something transparent would leave it visible beneath. */
export function placementOn(picture: Picture): Placement {
  return picture.isOpaque ? 'patch' : 'finished'
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

function withPictureShown(document: PlaygroundDocument, isVisible: boolean): PlaygroundDocument {
  return document.picture === null ? document : { ...document, picture: { ...document.picture, isVisible } }
}
