import { describe, expect, test } from 'vitest'
import type { ProgressReply, Used } from '../../companion/protocol.ts'
import { defaultSettings, type LayerInfo, type Selection } from '../../plugin/messages.ts'
import { canRedo, canUndo, isAvoiding, layerToFollow } from '../../ui/derived.ts'
import { emptyHistory, marksOf } from '../../ui/mask/history.ts'
import type { Mark } from '../../ui/mask/mark.ts'
import { type Action, initialState, reduce, type State } from '../../ui/state.ts'
import { noWish } from '../../ui/wish.ts'
import { type FillRecord, onlyTurn, type Picture, type Pointing } from '../../ui/work.ts'
import {
  bitmap,
  expansion,
  fillable,
  fillOf,
  hero,
  logo,
  pictureFor,
  recordOf,
  resultOf,
  sourceOf,
} from './sample-pictures.ts'

const stroke: Mark = { kind: 'stroke', mode: 'paint', radiusPx: 4, points: [{ x: 1, y: 2 }] }
const laterStroke: Mark = { ...stroke, points: [{ x: 8, y: 9 }] }
const avoid: Mark = { kind: 'avoid', image: bitmap('area'), rect: null }
const notFillable: Selection = { state: 'not-fillable', reason: 'nothing', message: 'Nothing.' }
const notice = { tone: 'error', message: 'No.' } as const

describe('opening a layer', () => {
  test('shows it', () => {
    expect(stepsOf({ type: 'opening', layer: hero }, opened(hero))).toEqual(['open', 'paint'])
  })

  test('passes over what was opened before it', () => {
    const state = reached({ type: 'opening', layer: hero }, { type: 'opening', layer: logo }, opened(hero))
    expect(state.work).toEqual({ step: 'open', layer: logo })
  })

  test('that fails says why', () => {
    const state = reached({ type: 'opening', layer: hero }, { type: 'not-opened', layer: hero, notice })
    expect(state).toMatchObject({ work: { step: 'choose' }, notice })
  })

  test('passes over the failure of one before it', () => {
    const state = reached(
      { type: 'opening', layer: hero },
      { type: 'opening', layer: logo },
      { type: 'not-opened', layer: hero, notice },
    )
    expect(state.work.step).toBe('open')
  })

  test('keeps the marks of the layer that is left, and brings them back', () => {
    const left = reached(...opening(hero), marked(stroke), ...opening(logo))
    expect(pictureOf(left).history).toBe(emptyHistory)
    const back = opening(hero).reduce(reduce, left)
    expect(marksOf(pictureOf(back).history)).toEqual([stroke])
  })

  test('keeps an area to be avoided as well, where nothing else is marked', () => {
    const left = reached(...opening(hero), marked(stroke), marked(avoid), ...opening(logo))
    const back = opening(hero).reduce(reduce, left)
    expect(isAvoiding(pictureOf(back))).toBe(true)
  })

  test('brings marks back once: what was removed since does not return', () => {
    const state = reached(
      ...opening(hero),
      marked(stroke),
      ...opening(logo),
      ...opening(hero),
      ...filling('a'),
      ...opening(logo),
      ...opening(hero),
    )
    expect(pictureOf(state).history).toBe(emptyHistory)
  })

  test('brings no marks back onto another picture', () => {
    const state = reached(
      ...opening(hero),
      marked(stroke),
      ...opening(logo),
      { type: 'opening', layer: hero },
      opened(hero, { source: sourceOf(hero, 'exchanged') }),
    )
    expect(pictureOf(state).history).toBe(emptyHistory)
  })
})

describe('following the selection', () => {
  const painted = [...opening(hero), marked(stroke)]
  const running: Action[] = [...painted, { type: 'filling', jobId: 'job', turn: onlyTurn }]
  test.each<[string, Action[], Selection, LayerInfo | null]>([
    ['from nothing', [], fillable(hero), hero],
    ['to another layer', opening(hero), fillable(logo), logo],
    ['to another layer, with marks, which are kept', painted, fillable(logo), logo],
    ['to another layer before the first is open', [{ type: 'opening', layer: hero }], fillable(logo), logo],
    ['not to the layer that is shown', opening(hero), fillable(hero), null],
    ['not away from one of several that are selected', opening(logo), fillable(hero, logo), null],
    ['to the first of several', [], fillable(hero, logo), hero],
    ['not to the fill that lies on it', [...painted, ...filling('a')], fillable({ id: 'a', name: '' }), null],
    ['not to nothing', opening(hero), notFillable, null],
    ['not during a fill', running, fillable(logo), null],
    ['not away from a result', [...running, filled('a')], fillable(logo), null],
  ])('leads %s', (_, actions, selection, expected) => {
    expect(layerToFollow(reached(...actions, { type: 'selected', selection }))).toEqual(expected)
  })

  test('does not lead away after a fill was placed, whatever was selected during it', () => {
    const state = reached(
      ...running,
      { type: 'selected', selection: fillable(logo) },
      filled('a'),
      { type: 'placing' },
      placed('a'),
    )
    expect(layerToFollow(state)).toBeNull()
  })
})

describe('a fill', () => {
  const painted = [...opening(hero), marked(stroke)]

  test('goes from marks to a placed layer', () => {
    const actions: Action[] = [
      { type: 'filling', jobId: 'job', turn: onlyTurn },
      filled('a'),
      { type: 'placing' },
      placed('a'),
    ]
    expect(stepsFrom(reached(...painted), actions)).toEqual(['fill', 'review', 'place', 'paint'])
  })

  test('leaves no marks behind, and its layer on the picture', () => {
    const picture = pictureOf(reached(...painted, ...filling('a')))
    expect(picture.history).toBe(emptyHistory)
    expect(picture.fills.map(({ layerId }) => layerId)).toEqual(['a'])
  })

  test('shows the progress of its own job', () => {
    const state = reached(...painted, { type: 'filling', jobId: 'job', turn: onlyTurn })
    const own = reduce(state, { type: 'progressed', progress: progressOf('job') })
    const other = reduce(state, { type: 'progressed', progress: progressOf('other') })
    expect(own.work).toMatchObject({ job: { progress: { id: 'job' } } })
    expect(other.work).toMatchObject({ job: { progress: null } })
  })

  test.each([notice, null])('that ends without a result keeps the marks (notice: %o)', (said) => {
    const state = reached(
      ...painted,
      { type: 'filling', jobId: 'job', turn: onlyTurn },
      { type: 'not-filled', notice: said },
    )
    expect(marksOf(pictureOf(state).history)).toEqual([stroke])
    expect(state.notice).toEqual(said)
  })

  test('that is discarded keeps the marks', () => {
    const state = reached(...painted, { type: 'filling', jobId: 'job', turn: onlyTurn }, filled('a'), {
      type: 'discarded',
    })
    expect(marksOf(pictureOf(state).history)).toEqual([stroke])
  })

  test('that cannot be placed is kept, with the reason', () => {
    const problem = { message: 'Gone.', mayPlaceAnyway: true }
    const state = reached(
      ...painted,
      { type: 'filling', jobId: 'job', turn: onlyTurn },
      filled('a'),
      { type: 'placing' },
      { type: 'not-placed', problem },
    )
    expect(state.work).toMatchObject({ step: 'review', problem, result: resultOf('a') })
  })

  test('of an earlier window is offered although its layer is gone', () => {
    const state = reached({ type: 'resumed', jobId: 'job', picture: null, wish: noWish }, filled('a'))
    expect(state.work).toMatchObject({ step: 'review', picture: null })
    expect(reduce(state, { type: 'discarded' }).work).toEqual({ step: 'choose' })
  })

  test('says what the companion and Figma did differently', () => {
    const state = reached(
      ...painted,
      { type: 'filling', jobId: 'job', turn: onlyTurn },
      filled('a', { notes: ['Smaller.'] }),
      {
        type: 'placing',
      },
    )
    const action: Action = { type: 'placed', fill: fillOf('a'), notes: ['Above the instance.'] }
    expect(reduce(state, action).notice).toEqual({ tone: 'info', message: 'Smaller. Above the instance.' })
  })
})

describe('pointing', () => {
  const candidates = [1, 2].map((width) => ({
    image: bitmap(`guess ${width}`),
    rect: { x: 0, y: 0, width, height: 3 },
  }))
  const pointing: Pointing = { prompt: { points: [], box: null }, candidates, chosen: 0 }
  const found: Action = { type: 'found', layerId: hero.id, pointing, change: 'new' }

  test('marks what was found, and Tab another guess in its place', () => {
    const state = reached(...opening(hero), found)
    const other = reduce(state, { type: 'candidate-chosen', index: 1 })
    expect(marksOf(pictureOf(state).history)).toMatchObject([{ kind: 'found', rect: { width: 1 } }])
    expect(marksOf(pictureOf(other).history)).toMatchObject([{ kind: 'found', rect: { width: 2 } }])
    expect(marksOf(pictureOf(reduce(other, { type: 'mark-undone' })).history)).toEqual([])
  })

  test('is over with the next mark', () => {
    const state = reached(...opening(hero), found, marked(stroke))
    expect(pictureOf(state).pointing).toBeNull()
    expect(reduce(state, { type: 'candidate-chosen', index: 1 })).toEqual(state)
  })

  test('at a picture that was left marks nothing on the next one', () => {
    const state = reached(...opening(hero), ...opening(logo))
    expect(pictureOf(reduce(state, found)).history).toBe(emptyHistory)
  })
})

describe('undo', () => {
  const painted = [...opening(hero), marked(stroke)]

  test('reaches back over marks and fills', () => {
    const none = reached(...opening(hero))
    const one = reached(...painted)
    const placedOne = reached(...painted, ...filling('a'))
    expect([none, one, placedOne].map(({ work }) => canUndo(work))).toEqual([false, true, true])
    expect(canRedo(reduce(one, { type: 'mark-undone' }).work)).toBe(true)
  })

  test('of a fill brings its marks back', () => {
    const state = reached(...painted, ...filling('a'), { type: 'unplaced', restored: null })
    const picture = pictureOf(state)
    expect(picture.fills).toEqual([])
    expect(picture.placed).toEqual([])
    expect(marksOf(picture.history)).toEqual([stroke])
  })

  test('of a merged fill brings back what it replaced, which can be undone too', () => {
    const state = reached(
      ...painted,
      ...filling('a'),
      marked(laterStroke),
      ...filling('b', { replaces: 'a', before: recordOf('a') }),
      { type: 'unplaced', restored: fillOf('a again') },
    )
    const picture = pictureOf(state)
    expect(picture.fills.map(({ layerId }) => layerId)).toEqual(['a again'])
    expect(marksOf(picture.history)).toEqual([laterStroke])
    expect(picture.placed.map(({ layerId }) => layerId)).toEqual(['a again'])
  })

  test('of a deletion brings the fill back, whose own placing can be undone after it', () => {
    const state = reached(
      ...painted,
      ...filling('a'),
      { type: 'deleted', layerId: 'a', before: recordOf('a') },
      { type: 'unplaced', restored: fillOf('a again') },
    )
    const picture = pictureOf(state)
    expect(picture.fills.map(({ layerId }) => layerId)).toEqual(['a again'])
    expect(picture.placed.map(({ layerId }) => layerId)).toEqual(['a again'])
  })

  test('of an edit goes on editing', () => {
    const state = reached(
      { type: 'opening', layer: hero },
      opened(hero, { fills: [fillOf('a')], edits: 'a' }),
      marked(stroke),
      ...filling('b', { replaces: 'a', before: recordOf('a') }),
      { type: 'unplaced', restored: fillOf('a again') },
    )
    expect(pictureOf(state).edits).toBe('a again')
  })
})

describe('an action that comes too late', () => {
  const late: Action[] = [
    marked(stroke),
    { type: 'mark-undone' },
    { type: 'filling', jobId: 'job', turn: onlyTurn },
    { type: 'progressed', progress: progressOf('job') },
    filled('a'),
    { type: 'not-filled', notice: null },
    { type: 'placing' },
    placed('a'),
    { type: 'not-placed', problem: { message: '', mayPlaceAnyway: false } },
    { type: 'discarded' },
    { type: 'unplaced', restored: null },
    { type: 'looked', fills: [], placement: 'patch', expansion },
  ]
  test.each(late)('changes nothing: $type', (action) => {
    expect(reached(action)).toEqual(reached())
  })
})

describe('the companion', () => {
  const link = { state: 'absent' } as const

  test('that never was there is asked for', () => {
    expect(reached({ type: 'link-changed', link })).toMatchObject({ link, wasReady: false })
  })

  test('that was there is remembered', () => {
    const ready = { state: 'ready', ready: {} as never } as const
    const state = reached({ type: 'link-changed', link: ready }, { type: 'link-changed', link })
    expect(state).toMatchObject({ link, wasReady: true })
  })
})

function reached(...actions: readonly Action[]): State {
  const start: Action = {
    type: 'started',
    start: {
      settings: defaultSettings,
      token: null,
      port: null,
      selection: notFillable,
      pendingJob: null,
      editLayerId: null,
      host: 'figma',
    },
  }
  return [start, ...actions].reduce(reduce, initialState)
}

function stepsOf(...actions: readonly Action[]): string[] {
  return stepsFrom(reached(), actions)
}

function stepsFrom(start: State, actions: readonly Action[]): string[] {
  let state = start
  return actions.map((action) => {
    state = reduce(state, action)
    return state.work.step
  })
}

function opening(layer: LayerInfo): Action[] {
  return [{ type: 'opening', layer }, opened(layer)]
}

function opened(layer: LayerInfo, change: Partial<Picture> = {}): Action {
  return { type: 'opened', picture: { ...pictureFor(layer), ...change } }
}

function marked(mark: Mark): Action {
  return { type: 'marked', mark }
}

/** All of a fill, up to its layer. */
function filling(layerId: string, change: { replaces?: string; before?: FillRecord } = {}): Action[] {
  const { replaces = null, before = null } = change
  const result = { ...resultOf(layerId, { replaces }), before }
  return [
    { type: 'filling', jobId: 'job', turn: onlyTurn },
    { type: 'filled', result },
    { type: 'placing' },
    placed(layerId),
  ]
}

function filled(name: string, change: Partial<Used> = {}): Action {
  const result = resultOf(name)
  const variations = result.variations.map((each) => ({ ...each, used: { ...each.used, ...change } }))
  return { type: 'filled', result: { ...result, variations } }
}

function placed(layerId: string): Action {
  return { type: 'placed', fill: fillOf(layerId), notes: [] }
}

function pictureOf({ work }: State): Picture {
  if (work.step !== 'paint') throw new Error(`Expected the step paint but found ${work.step}.`)
  return work.picture
}

function progressOf(id: string): ProgressReply {
  return { type: 'progress', id, stage: 'fill', done: 1, total: 4, unit: 'levels' }
}
