import { lookAtSource, openFill, openSource } from './export.ts'
import { failureOf, Refusal } from './failure.ts'
import { type Fill, fillOf, findFill, sourceOf } from './fills.ts'
import { isLayer, type Layer, pageOf } from './layers.ts'
import type {
  EditableFill,
  Locale,
  RequestMessage,
  RequestName,
  Requests,
  SandboxMessage,
} from './messages.ts'
import { place, removeFill } from './place.ts'
import { readMasks } from './recipe.ts'
import { followSelection, readSelection, selectOwn } from './selection.ts'
import {
  clampWindow,
  readPendingJob,
  readSettings,
  readToken,
  savePendingJob,
  saveSettings,
  saveToken,
} from './settings.ts'
import { openShapes } from './shapes.ts'
import { speak, words } from './words.ts'

type Answers = {
  readonly [Name in RequestName]: (asks: Requests[Name]['asks']) => Promise<Requests[Name]['gets']>
}

const answers: Answers = {
  async start(asks) {
    preferred = asks.preferred
    const settings = await readSettings()
    speak(settings.locale ?? preferred)
    const [token, selection, pendingJob] = await Promise.all([readToken(), readSelection(), readPendingJob()])
    hasStarted = true
    const editLayerId = figma.command === 'edit' ? selectedFillId() : null
    return { settings, token, port: null, selection, pendingJob, editLayerId, host: 'figma' }
  },
  openSource: async ({ layerId }) => openSource(await sourceWithId(layerId)),
  lookAtSource: async ({ layerId }) => lookAtSource(await sourceWithId(layerId)),
  openFill: async ({ layerId }) => openFill(await fillWithId(layerId)),
  openShapes: async ({ layerId, except }) => openShapes(await sourceWithId(layerId), except),
  editFill: async ({ layerId }) => editFill(await fillWithId(layerId)),
  async place(request) {
    const placed = await place(request)
    // In the same breath, or a window that closes now would place the same fill again when it opens. If it fails, the fill
    // is placed all the same, and the window asks for it once more.
    await savePendingJob(null).catch(() => {})
    return placed
  },
  removeFill: ({ layerId }) => nothing(removeFill(layerId)),
  async saveSettings({ settings }) {
    speak(settings.locale ?? preferred)
    await saveSettings(settings)
    return null
  },
  saveToken: ({ token }) => nothing(saveToken(token)),
  savePendingJob: ({ job }) => nothing(savePendingJob(job)),
  async resize({ width, height }) {
    const size = clampWindow(width, height)
    figma.ui.resize(size.width, size.height)
    return null
  },
  async reveal({ layerId }) {
    const layer = await sourceWithId(layerId)
    const page = pageOf(layer)
    if (page.id !== figma.currentPage.id) await figma.setCurrentPageAsync(page)
    selectOwn(page, [layer])
    figma.viewport.scrollAndZoomIntoView([layer])
    return null
  },
}

let hasStarted = false
/** What the system speaks. */
let preferred: Locale = 'en'

run()

async function run(): Promise<void> {
  // Registered at once: Figma fires it for the first run too, which `start` answers.
  figma.on('run', ({ command }) => {
    const layerId = command === 'edit' && hasStarted ? selectedFillId() : null
    if (layerId !== null) post({ type: 'edit', layerId })
  })
  const { windowWidth, windowHeight } = await readSettings()
  figma.showUI(__html__, { width: windowWidth, height: windowHeight, themeColors: true })
  figma.ui.onmessage = answer
  followSelection((selection) => post({ type: 'selection', selection }))
}

async function answer(message: RequestMessage): Promise<void> {
  try {
    post({ type: 'reply', call: message.call, gets: await ask(message) })
  } catch (error) {
    post({ type: 'refusal', call: message.call, failure: failureOf(error) })
  }
}

/** `RequestMessage` says which `asks` goes with which `name`; the compiler cannot follow it through the table. */
function ask({ name, asks }: RequestMessage): Promise<unknown> {
  const answerTo = answers[name] as (asks: RequestMessage['asks']) => Promise<unknown>
  return answerTo(asks)
}

function post(message: SandboxMessage): void {
  figma.ui.postMessage(message)
}

async function editFill(fill: Fill): Promise<EditableFill> {
  const source = await sourceOf(fill)
  if (!source) {
    throw new Refusal('source-gone', words.gone.source)
  }
  return {
    source: await openSource(source),
    recipe: fill.bond.recipe,
    ...readMasks(fill.layer),
    replaces: fill.layer.id,
  }
}

async function sourceWithId(id: string): Promise<Layer> {
  const node = await figma.getNodeByIdAsync(id)
  if (node && !node.removed && isLayer(node)) return node
  throw new Refusal('source-gone', words.gone.layer)
}

async function fillWithId(id: string): Promise<Fill> {
  const fill = await findFill(id)
  if (!fill) throw new Refusal('fill-gone', words.gone.fill)
  return fill
}

/** The relaunch button selects the layer that it stands on. */
function selectedFillId(): string | null {
  const [node] = figma.currentPage.selection
  return node && fillOf(node) ? node.id : null
}

async function nothing(done: Promise<void>): Promise<null> {
  await done
  return null
}
