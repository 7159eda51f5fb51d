import type { Used } from '../../companion/protocol.ts'
import {
  type Expansion,
  type LayerInfo,
  noMargins,
  type Recipe,
  type Selection,
  type Source,
} from '../../plugin/messages.ts'
import { placeRequestOf } from '../../ui/derived.ts'
import { emptyHistory } from '../../ui/mask/history.ts'
import type { FillRecord, Picture, Result, ShownFill, Variation } from '../../ui/work.ts'

export const hero: LayerInfo = { id: 'hero', name: 'Hero' }
export const logo: LayerInfo = { id: 'logo', name: 'Logo' }
/** A page unit shows two pixels of the picture, which the layer shows all of. */
export const expansion: Extract<Expansion, { state: 'possible' }> = {
  state: 'possible',
  box: { x: 0, y: 0, width: 40, height: 30 },
  width: 20,
  height: 15,
  toFrame: null,
  maxSidePx: 4096,
  placement: 'patch',
}
export const recipe: Recipe = {
  version: 1,
  task: 'remove',
  engine: 'auto',
  seed: 1,
  options: {},
  sourceHash: 'hash of hero',
}

export function pictureFor(layer: LayerInfo): Picture {
  return {
    source: sourceOf(layer),
    bitmap: bitmap(`picture of ${layer.id}`),
    fills: [],
    history: emptyHistory,
    edits: null,
    keepsEdited: false,
    task: 'remove',
    seed: null,
    pointing: null,
    isLooking: false,
    margins: noMargins,
    placed: [],
  }
}

export function sourceOf(layer: LayerInfo, hash = `hash of ${layer.id}`): Source {
  return {
    layer,
    kind: 'image',
    hash,
    bytes: new Uint8Array(0),
    widthPx: 40,
    heightPx: 30,
    visible: { x: 0, y: 0, width: 40, height: 30 },
    shape: null,
    fills: [],
    placement: 'patch',
    notes: [],
    warning: null,
    expansion,
  }
}

export function fillOf(layerId: string): ShownFill {
  return {
    layerId,
    name: 'Infill – removed',
    hash: `hash of ${layerId}`,
    placement: 'patch',
    margins: null,
    recipe,
    png: new Uint8Array(0),
    bitmap: bitmap(layerId),
  }
}

export function recordOf(name: string): FillRecord {
  const { replaces: _, ...record } = placeRequestOf(resultOf(name))
  return record
}

export function resultOf(name: string, { replaces = null }: { replaces?: string | null } = {}): Result {
  return {
    layer: hero,
    before: null,
    region: null,
    variations: [variationOf(name, 1)],
    chosen: 0,
    request: {
      layerId: hero.id,
      sourceHash: 'hash of hero',
      placement: 'patch',
      mask: new Uint8Array(0),
      avoid: null,
      replaces,
      recipe,
    },
  }
}

export function variationOf(name: string, seed: number): Variation {
  const used = { engine: 'stub', notes: [] as readonly string[] } as Used
  return { png: new Uint8Array(0), bitmap: bitmap(name), seed, used }
}

/** Whoever is tested only hands bitmaps on. */
export function bitmap(name: string): ImageBitmap {
  return { name } as unknown as ImageBitmap
}

export function fillable(...layers: readonly LayerInfo[]): Selection {
  return { state: 'fillable', layers }
}
