import type { Locale, Task } from '../../companion/protocol.ts'
import type { Event, Margins, Recipe, Settings, Start } from '../../plugin/messages.ts'
import type { Companion } from '../companion.ts'
import { chosenOf } from '../derived.ts'
import { saveAsFile } from '../download.ts'
import type { Link } from '../link.ts'
import type { Mark } from '../mask/mark.ts'
import type { Pointed } from '../mask/pointing.ts'
import { createModelsSession, type ModelsSession } from '../models-session.ts'
import type { FillCache } from '../picture.ts'
import type { Sandbox } from '../sandbox.ts'
import { openSentImages, type SentImages } from '../sent-images.ts'
import { type Action, initialState, reduce, type State } from '../state.ts'
import { preferredLocale, speak, strings } from '../strings.ts'
import { type Wish, wishOf } from '../wish.ts'
import { type Effects, noticeFrom } from './effects.ts'
import { createFilling } from './filling.ts'
import { createMasking, type Masking } from './masking.ts'
import { createOpening } from './opening.ts'
import { createPlacing } from './placing.ts'
import { createPointing } from './pointing.ts'
import { createSeveral, type SeveralSession } from './several.ts'

/** Everything a person can do in the window. What comes of it shows in the state. */
export interface Session {
  readonly start: () => Promise<void>
  readonly receiveEvent: (event: Event) => void
  readonly receiveLink: (link: Link) => void
  readonly search: () => void
  readonly pair: (code: string) => void
  readonly saveToken: (token: string) => void
  readonly mark: (mark: Mark) => void
  /** The next click on the picture does not wait for the picture to travel. */
  readonly prepareToPoint: () => void
  readonly point: (pointed: Pointed) => void
  /** Marks the next of what may be meant by the last click. */
  readonly nextCandidate: () => void
  readonly stopLooking: () => void
  readonly reshape: Masking['reshape']
  readonly avoidMarked: () => void
  readonly markAgain: () => void
  readonly markShapes: () => void
  readonly markFile: (file: Blob) => void
  /** The last mark; where there is none, the last fill. */
  readonly undo: () => void
  readonly redo: () => void
  readonly chooseTask: (task: Task) => void
  readonly wish: (change: Partial<Wish>) => void
  /** null: another one for each fill. */
  readonly chooseSeed: (seed: number | null) => void
  /** Whether the fill that is edited stays, under the next one. */
  readonly keepEdited: (keepsEdited: boolean) => void
  readonly setMargins: (margins: Margins) => void
  /** What the task says, from marks or margins to a layer. */
  readonly fill: () => void
  readonly cancel: () => void
  readonly chooseVariation: (index: number) => void
  /** Another result instead of the one that waits. */
  readonly tryAgain: () => void
  /** Reopens a placed fill with its mask, words and seed. */
  readonly editFill: (layerId: string) => void
  /** Once more from another seed, in its place. */
  readonly refill: (layerId: string) => void
  /** Takes over a fill's words and numbers for what is marked next. */
  readonly reuse: (recipe: Recipe) => void
  /** Selects a fill's layer and brings it into view. */
  readonly revealFill: (layerId: string) => void
  readonly deleteFill: (layerId: string) => void
  /** Once more what was made for the picture that the layer showed before. */
  readonly refillOutdated: () => void
  readonly place: (anyway: boolean) => void
  readonly discard: () => void
  readonly download: () => void
  readonly dismissNotice: () => void
  readonly changeSettings: (change: Partial<Settings>) => void
  readonly resize: (width: number, height: number) => void
  /** The document may have changed while the person was away from the window. */
  readonly lookAgain: () => void
  readonly several: SeveralSession
  readonly models: ModelsSession
}

export interface SessionOptions {
  readonly sandbox: Sandbox
  /** Called once, with what the sandbox keeps. */
  readonly connect: (start: Start) => Companion
  readonly onState: (state: State) => void
}

const settingsDelayMs = 400

/** All effects of the window: it asks Figma's sandbox and the companion, and tells the state what came of it. */
export function createSession({ sandbox, connect, onState }: SessionOptions): Session {
  let state = initialState
  let companion: Companion | null = null
  let sentImages: SentImages | null = null
  let settingsTimer: ReturnType<typeof setTimeout> | undefined
  const effects: Effects = {
    sandbox,
    get companion() {
      return companion!
    },
    get sentImages() {
      return sentImages!
    },
    get state() {
      return state
    },
    dispatch,
    owned,
  }
  const fillCache: FillCache = new Map()
  const opening = createOpening(effects, fillCache)
  const placing = createPlacing(effects, opening, fillCache)
  const filling = createFilling(effects, opening, placing)
  const pointing = createPointing(effects, filling)
  const masking = createMasking(effects)
  const several = createSeveral(effects, opening, filling, placing)
  const models = createModelsSession({
    companion: () => companion,
    dispatch: (change) => dispatch({ type: 'models-changed', change }),
    failureFrom: noticeFrom,
  })

  return {
    start: () => owned(start()),
    receiveEvent,
    receiveLink(link) {
      if (link.state !== 'ready') sentImages?.forget()
      dispatch({ type: 'link-changed', link })
    },
    search: () => companion?.search(),
    pair: (code) => companion?.pair(code),
    saveToken: (token) => void owned(sandbox.ask('saveToken', { token })),
    mark: (mark) => dispatch({ type: 'marked', mark }),
    prepareToPoint: () => void owned(pointing.prepare()),
    point: (pointed) => void owned(pointing.point(pointed)),
    nextCandidate: pointing.nextCandidate,
    stopLooking: pointing.cancel,
    reshape: masking.reshape,
    avoidMarked: masking.avoidMarked,
    markAgain: () => void owned(masking.markAgain()),
    markShapes: () => void owned(masking.markShapes()),
    markFile: (file) => void owned(masking.markFile(file)),
    undo: placing.undo,
    redo: () => dispatch({ type: 'mark-redone' }),
    chooseTask: (task) => dispatch({ type: 'task-chosen', task }),
    wish: (change) => dispatch({ type: 'wished', change }),
    chooseSeed: (seed) => dispatch({ type: 'seed-chosen', seed }),
    keepEdited: (keepsEdited) => dispatch({ type: 'edit-kept', keepsEdited }),
    setMargins: (margins) => dispatch({ type: 'margins-changed', margins }),
    fill: () => void owned(filling.fill()),
    cancel: filling.cancel,
    chooseVariation: (index) => dispatch({ type: 'variation-chosen', index }),
    tryAgain: () => void owned(filling.tryAgain()),
    editFill: (layerId) => void owned(opening.edit(layerId)),
    refill: (layerId) => void owned(filling.refill(layerId)),
    reuse(recipe) {
      dispatch({ type: 'task-chosen', task: recipe.task })
      dispatch({ type: 'wished', change: wishOf(recipe, state.wish) })
      if (recipe.margins !== undefined) dispatch({ type: 'margins-changed', margins: recipe.margins })
      else dispatch({ type: 'noticed', notice: { tone: 'info', message: strings.results.markNext } })
    },
    revealFill: (layerId) => void owned(sandbox.ask('reveal', { layerId })),
    deleteFill: (layerId) => void owned(placing.remove(layerId)),
    refillOutdated: () => void owned(filling.refillOutdated()),
    place: (anyway) => void owned(placing.place(anyway)),
    discard: () => void owned(placing.discard()),
    download() {
      if (state.work.step !== 'review') return
      const { layer, request } = state.work.result
      const { png } = chosenOf(state.work.result)
      saveAsFile(png, `${layer.name} – ${strings.made[request.recipe.task]}.png`, 'image/png')
    },
    dismissNotice: () => dispatch({ type: 'dismissed' }),
    changeSettings,
    resize(width, height) {
      void owned(sandbox.ask('resize', { width, height }))
      changeSettings({ windowWidth: width, windowHeight: height })
    },
    lookAgain: () => void owned(opening.lookAgain()),
    several: {
      ...several,
      look: (way) => owned(several.look(way)),
      run: () => owned(several.run()),
    },
    models,
  }

  function dispatch(action: Action): void {
    state = reduce(state, action)
    speakAsSet()
    onState(state)
  }

  /** What is said from here on, by the window and by the companion. */
  function speakAsSet(): void {
    const locale = state.settings.locale ?? preferredLocale(navigator.languages)
    if (document.documentElement.lang === locale) return
    document.documentElement.lang = locale
    speak(locale)
    companion?.speak(locale)
  }

  async function owned(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      dispatch({ type: 'noticed', notice: noticeFrom(error) })
    }
  }

  async function start(): Promise<void> {
    const started = await sandbox.ask('start', { preferred: preferredLocale(navigator.languages) })
    dispatch({ type: 'started', start: started })
    companion = connect(started)
    companion.speak(document.documentElement.lang as Locale)
    sentImages = openSentImages(companion)
    if (started.pendingJob !== null) await filling.resume(started.pendingJob)
    if (started.editLayerId !== null) await opening.edit(started.editLayerId)
    else await opening.followSelection()
  }

  function receiveEvent(event: Event): void {
    if (event.type === 'edit') {
      void owned(opening.edit(event.layerId))
    } else {
      dispatch({ type: 'selected', selection: event.selection })
      void owned(opening.followSelection())
    }
  }

  function changeSettings(change: Partial<Settings>): void {
    dispatch({ type: 'settings-changed', settings: { ...state.settings, ...change } })
    clearTimeout(settingsTimer)
    settingsTimer = setTimeout(
      () => void owned(sandbox.ask('saveSettings', { settings: state.settings })),
      settingsDelayMs,
    )
  }
}
