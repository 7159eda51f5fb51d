import type { Layer } from './layers.ts'
import type { Placement, Recipe } from './messages.ts'
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
const maskLengthKey = 'mask'

/** `mask`: 1-bit PNG of the source's size. Also puts *Edit fill* on the layer. */
export function keepRecipe(layer: Layer, bond: Bond, mask: Uint8Array): void {
  const text = figma.base64Encode(mask)
  const chunks = Math.ceil(text.length / chunkCharacters)
  const leftOver = chunkCount(layer)
  layer.setPluginData(bondKey, JSON.stringify(bond))
  layer.setPluginData(maskLengthKey, String(chunks))
  for (let i = 0; i < Math.max(chunks, leftOver); i++) {
    // An empty string removes the entry.
    layer.setPluginData(chunkKey(i), text.slice(i * chunkCharacters, (i + 1) * chunkCharacters))
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

export function readMask(layer: Layer): Uint8Array {
  let text = ''
  for (let i = 0; i < chunkCount(layer); i++) text += layer.getPluginData(chunkKey(i))
  return figma.base64Decode(text)
}

/** All that `keepRecipe` writes, as it is now; put back by calling what is returned. */
export function rememberRecipe(layer: Layer): () => void {
  const chunks = Array.from({ length: chunkCount(layer) }, (_, i) => chunkKey(i))
  const entries = [bondKey, maskLengthKey, ...chunks].map((key) => [key, layer.getPluginData(key)] as const)
  const relaunchData = layer.getRelaunchData()
  return () => {
    for (let i = chunks.length; i < chunkCount(layer); i++) layer.setPluginData(chunkKey(i), '')
    for (const [key, value] of entries) layer.setPluginData(key, value)
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

function chunkCount(layer: Layer): number {
  return Number(layer.getPluginData(maskLengthKey)) || 0
}

function chunkKey(index: number): string {
  return `mask.${index}`
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
