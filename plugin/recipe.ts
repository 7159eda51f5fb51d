import type { Layer } from './layers.ts'
import type { FillMasks, Placement, Recipe } from './messages.ts'
import { words } from './words.ts'

/** What a fill's layer knows of itself: how it was made, and from what. */
export interface Bond {
  readonly recipe: Recipe
  /** The layer it was made for; a copy of the fill names the same one. */
  readonly sourceId: string
  readonly placement: Placement
}

/** What the hash of a rendered source begins with; that of an image is Figma's own. */
export const renderedHashPrefix = 'render-'

/** Figma keeps at most 100 kB for each entry of plugin data, its key included. */
const chunkCharacters = 90_000

const bondKey = 'recipe'
/** A mask's entry says in how many pieces it is kept; their own entries have its key and their number. */
const maskKeys = ['mask', 'avoid'] as const
type MaskKey = (typeof maskKeys)[number]

/** Also puts *Edit fill* on the layer. */
export function keepRecipe(layer: Layer, bond: Bond, masks: FillMasks): void {
  layer.setPluginData(bondKey, JSON.stringify(bond))
  for (const key of maskKeys) {
    const mask = masks[key]
    keepMaskText(layer, key, mask === null ? '' : figma.base64Encode(mask))
  }
  layer.setRelaunchData({ edit: words.edit })
}

/** null: not a layer that Infill made, or one whose data cannot be read. */
export function readBond(layer: Layer): Bond | null {
  const text = layer.getPluginData(bondKey)
  if (text === '') return null
  try {
    return parseBond(JSON.parse(text))
  } catch {
    return null
  }
}

export function readMasks(layer: Layer): FillMasks {
  const [mask, avoid] = [maskText(layer, 'mask'), maskText(layer, 'avoid')]
  return { mask: figma.base64Decode(mask), avoid: avoid === '' ? null : figma.base64Decode(avoid) }
}

/** All that `keepRecipe` writes, as it is now; put back by calling what is returned. */
export function rememberRecipe(layer: Layer): () => void {
  const bond = layer.getPluginData(bondKey)
  const masks = maskKeys.map((key) => [key, maskText(layer, key)] as const)
  const relaunchData = layer.getRelaunchData()
  return () => {
    layer.setPluginData(bondKey, bond)
    for (const [key, text] of masks) keepMaskText(layer, key, text)
    layer.setRelaunchData(relaunchData)
  }
}

/** A recipe as it came from plugin data or client storage; null when it is none. */
export function parseRecipe(value: unknown): Recipe | null {
  const tasks: readonly unknown[] = ['remove', 'fill', 'expand', 'shape']
  const isRecipe =
    isRecord(value) &&
    value.version === 1 &&
    tasks.includes(value.task) &&
    typeof value.engine === 'string' &&
    isOptionalString(value.prompt) &&
    isOptionalString(value.negativePrompt) &&
    Number.isSafeInteger(value.seed) &&
    typeof value.sourceHash === 'string' &&
    isRecord(value.options) &&
    Object.values(value.options).every((option) => ['number', 'string', 'boolean'].includes(typeof option)) &&
    (value.margins === undefined || areMargins(value.margins))
  return isRecipe ? (value as unknown as Recipe) : null
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseBond(value: unknown): Bond | null {
  if (!isRecord(value) || typeof value.sourceId !== 'string') return null
  if (value.placement !== 'patch' && value.placement !== 'finished') return null
  const recipe = parseRecipe(value.recipe)
  return recipe && { recipe, sourceId: value.sourceId, placement: value.placement }
}

function keepMaskText(layer: Layer, key: MaskKey, text: string): void {
  const chunks = Math.ceil(text.length / chunkCharacters)
  const leftOver = chunkCount(layer, key)
  // An empty string removes an entry.
  layer.setPluginData(key, chunks === 0 ? '' : String(chunks))
  for (let i = 0; i < Math.max(chunks, leftOver); i++) {
    layer.setPluginData(`${key}.${i}`, text.slice(i * chunkCharacters, (i + 1) * chunkCharacters))
  }
}

/** Empty where none is kept. */
function maskText(layer: Layer, key: MaskKey): string {
  let text = ''
  for (let i = 0; i < chunkCount(layer, key); i++) text += layer.getPluginData(`${key}.${i}`)
  return text
}

function chunkCount(layer: Layer, key: MaskKey): number {
  return Number(layer.getPluginData(key)) || 0
}

function areMargins(value: unknown): boolean {
  if (!isRecord(value)) return false
  return [value.top, value.right, value.bottom, value.left].every(
    (margin) => typeof margin === 'number' && Number.isFinite(margin) && margin >= 0,
  )
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}
