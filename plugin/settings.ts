import { Refusal } from './failure.ts'
import { defaultSettings, locales, type PendingJob, type Settings, tools } from './messages.ts'
import { isRecord, parseRecipe } from './recipe.ts'
import { words } from './words.ts'

/** Smallest and largest window, in screen pixels; Figma's own minimum is smaller than the window's controls. */
const windowLimits = { width: [320, 1600], height: [360, 1400] } as const

const keys = { settings: 'settings', token: 'token', pendingJob: 'pendingJob' } as const

/** Of what is kept with each value; another version is not read. */
const version = 1

/** Unknown or broken values give way to the defaults, each for itself. */
export async function readSettings(): Promise<Settings> {
  return parseSettings(await read(keys.settings))
}

export async function saveSettings(settings: Settings): Promise<void> {
  await write(keys.settings, parseSettings(settings))
}

/** The companion's; null: not paired. */
export async function readToken(): Promise<string | null> {
  const token = await read(keys.token)
  return typeof token === 'string' && token !== '' ? token : null
}

export async function saveToken(token: string | null): Promise<void> {
  await write(keys.token, token)
}

export async function readPendingJob(): Promise<PendingJob | null> {
  return parsePendingJob(await read(keys.pendingJob))
}

/** @throws Refusal `storage-full`; the job kept before is forgotten then, so that no wrong one is taken up later. */
export async function savePendingJob(job: PendingJob | null): Promise<void> {
  await figma.clientStorage.deleteAsync(keys.pendingJob)
  if (job) await write(keys.pendingJob, job)
}

export function clampWindow(width: unknown, height: unknown): { width: number; height: number } {
  return {
    width: clamp(width, windowLimits.width, defaultSettings.windowWidth),
    height: clamp(height, windowLimits.height, defaultSettings.windowHeight),
  }
}

function parseSettings(value: unknown): Settings {
  if (!isRecord(value)) return defaultSettings
  const size = clampWindow(value.windowWidth, value.windowHeight)
  return {
    brushPx: clamp(value.brushPx, [1, 2000], defaultSettings.brushPx),
    tool: tools.find((tool) => tool === value.tool) ?? defaultSettings.tool,
    removeAtOnce: booleanOr(value.removeAtOnce, defaultSettings.removeAtOnce),
    placeAtOnce: booleanOr(value.placeAtOnce, defaultSettings.placeAtOnce),
    separateLayers: booleanOr(value.separateLayers, defaultSettings.separateLayers),
    alwaysFinished: booleanOr(value.alwaysFinished, defaultSettings.alwaysFinished),
    locale: locales.find((locale) => locale === value.locale) ?? null,
    hasSeenGuide: booleanOr(value.hasSeenGuide, defaultSettings.hasSeenGuide),
    windowWidth: size.width,
    windowHeight: size.height,
  }
}

function parsePendingJob(value: unknown): PendingJob | null {
  if (!isRecord(value) || !isRecord(value.layer)) return null
  const { jobId, layer, mask, avoid, placement, replaces } = value
  const recipe = parseRecipe(value.recipe)
  if (recipe === null || typeof jobId !== 'string' || !(mask instanceof Uint8Array)) return null
  if (typeof layer.id !== 'string' || typeof layer.name !== 'string') return null
  if (placement !== 'patch' && placement !== 'finished') return null
  if (replaces !== null && typeof replaces !== 'string') return null
  return {
    ...{ jobId, layer: { id: layer.id, name: layer.name }, recipe, placement, replaces, mask },
    avoid: avoid instanceof Uint8Array ? avoid : null,
  }
}

async function read(key: string): Promise<unknown> {
  const kept: unknown = await figma.clientStorage.getAsync(key)
  return isRecord(kept) && kept.version === version ? kept.value : undefined
}

async function write(key: string, value: unknown): Promise<void> {
  try {
    await figma.clientStorage.setAsync(key, { version, value })
  } catch (error) {
    // The only reason that Figma documents: a plugin may keep 5 MB.
    const reason = error instanceof Error ? error.message : String(error)
    throw new Refusal('storage-full', words.storageFull(reason))
  }
}

function clamp(value: unknown, [least, most]: readonly [number, number], otherwise: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return otherwise
  return Math.min(most, Math.max(least, Math.round(value)))
}

function booleanOr(value: unknown, otherwise: boolean): boolean {
  return typeof value === 'boolean' ? value : otherwise
}
