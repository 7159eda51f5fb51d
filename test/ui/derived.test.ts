import { describe, expect, test } from 'vitest'
import type { Margins, Source } from '../../plugin/messages.ts'
import {
  canUndo,
  canvasToShow,
  expansionOn,
  fillsInForce,
  imagesToShow,
  isHiddenByExpansion,
  layerToFollow,
  outdatedFills,
  placeRequestOf,
} from '../../ui/derived.ts'
import { addMark, emptyHistory } from '../../ui/mask/history.ts'
import type { Mark } from '../../ui/mask/mark.ts'
import { initialState, reduce, type State } from '../../ui/state.ts'
import type { Picture, Result, ShownFill } from '../../ui/work.ts'
import {
  bitmap,
  fillable,
  fillOf,
  hero,
  pictureFor,
  resultOf,
  sourceOf,
  variationOf,
} from './sample-pictures.ts'

const stroke: Mark = { kind: 'stroke', mode: 'paint', radiusPx: 4, points: [{ x: 1, y: 2 }] }

describe('imagesToShow', () => {
  const patch = fillOf('patch')
  const other = fillOf('other')
  const finished: ShownFill = { ...fillOf('finished'), placement: 'finished' }
  const base = bitmap('picture of hero')
  const whole = { x: 0, y: 0, width: 40, height: 30 }
  test.each<[string, Partial<Picture>, Result | null, readonly ImageBitmap[]]>([
    ['the picture', {}, null, [base]],
    ['fills over the picture', { fills: [patch, other] }, null, [base, patch.bitmap, other.bitmap]],
    ['a finished copy instead', { fills: [patch, finished] }, null, [finished.bitmap]],
    ['what lies on a finished copy', { fills: [finished, patch] }, null, [finished.bitmap, patch.bitmap]],
    ['no fill that is being edited', { fills: [patch, other], edits: 'other' }, null, [base, patch.bitmap]],
    ['a result over the picture', {}, resultOf('a'), [base, bitmap('a')]],
    [
      'a result instead of what it replaces',
      { fills: [patch] },
      resultOf('a', { replaces: 'patch' }),
      [base, bitmap('a')],
    ],
  ])('are %s', (_, picture, result, expected) => {
    const shown = imagesToShow({ picture: { ...pictureFor(hero), ...picture }, result }, false)
    expect(shown).toEqual(expected.map((bitmap) => ({ bitmap, rect: whole })))
  })

  test('are the variation that is chosen, which is the one that will be placed', () => {
    const result: Result = {
      ...resultOf('a'),
      variations: [variationOf('a', 4), variationOf('b', 5)],
      chosen: 1,
    }
    const shown = imagesToShow({ picture: pictureFor(hero), result }, false)
    expect(shown.map((image) => image.bitmap)).toEqual([base, bitmap('b')])
    expect(placeRequestOf(result).recipe).toMatchObject({ engine: 'stub', seed: 5 })
  })

  test('are the fill that is edited as well, where it is kept below', () => {
    const picture = { ...pictureFor(hero), fills: [patch], edits: 'patch', keepsEdited: true }
    expect(imagesToShow({ picture, result: null }, false).map((image) => image.bitmap)).toEqual([
      base,
      patch.bitmap,
    ])
  })

  test('are the original alone while it is compared with', () => {
    const picture = { ...pictureFor(hero), fills: [patch, finished] }
    expect(imagesToShow({ picture, result: resultOf('a') }, true)).toEqual([{ bitmap: base, rect: whole }])
  })

  test('are a result alone when its layer is gone', () => {
    expect(imagesToShow({ picture: null, result: resultOf('a') }, false)).toMatchObject([
      { bitmap: bitmap('a') },
    ])
  })
})

describe('a picture that is expanded', () => {
  const margins: Margins = { top: 0, right: 5, bottom: 0, left: 2 }
  const widened: ShownFill = { ...fillOf('widened'), margins }
  const finished: ShownFill = { ...widened, placement: 'finished' }
  const canvas = { x: -4, y: 0, width: 54, height: 30 }
  const picture: Picture = { ...pictureFor(hero), task: 'expand', margins, fills: [fillOf('patch'), widened] }

  test('has a canvas only for that task, and where it is possible', () => {
    expect(canvasToShow(picture)).toEqual(canvas)
    expect(canvasToShow({ ...picture, task: 'remove' })).toBeNull()
    const source: Source = { ...picture.source, expansion: { state: 'impossible', message: '' } }
    expect(canvasToShow({ ...picture, source })).toBeNull()
    expect(canvasToShow(null)).toBeNull()
  })

  test('shows its margins where they lie, until others are set', () => {
    const shown = (change: Partial<Picture>) =>
      imagesToShow({ picture: { ...picture, ...change }, result: null }, false).slice(1)
    const whole = { x: 0, y: 0, width: 40, height: 30 }
    const patch = { bitmap: bitmap('patch'), rect: whole }
    expect(shown({})).toEqual([patch, { bitmap: widened.bitmap, rect: canvas }])
    expect(shown({ margins: { ...margins, top: 1 } })).toEqual([patch])
    expect(shown({ task: 'remove' })).toEqual([patch])
  })

  test('neither shows nor counts what was made for the picture that the layer showed before', () => {
    const exchanged = { ...pictureFor(hero), fills: [fillOf('a')], source: sourceOf(hero, 'exchanged') }
    expect(fillsInForce(exchanged)).toEqual([])
    expect(outdatedFills(exchanged).map(({ layerId }) => layerId)).toEqual(['a'])
    const rendered: Picture = { ...exchanged, source: { ...exchanged.source, kind: 'render' } }
    expect(outdatedFills(rendered)).toEqual([])
  })

  test('does not count its margins among what a removal sees', () => {
    expect(fillsInForce(picture).map(({ layerId }) => layerId)).toEqual(['patch'])
    expect(expansionOn(picture)?.layerId).toBe('widened')
  })

  test('is hidden by a finished copy, which is followed when it is selected', () => {
    expect(isHiddenByExpansion(picture)).toBe(false)
    const hidden = { ...picture, fills: [finished] }
    expect(isHiddenByExpansion(hidden)).toBe(true)
    const selection = fillable({ id: 'widened', name: 'Infill – expanded' })
    const state = (work: Picture): State => ({
      ...initialState,
      selection,
      work: { step: 'paint', picture: work },
    })
    expect(layerToFollow(state(hidden))?.id).toBe('widened')
    expect(layerToFollow(state(picture))).toBeNull()
  })

  test('keeps its marks out of the way of Undo', () => {
    const marked: State = {
      ...initialState,
      work: { step: 'paint', picture: { ...picture, history: addMark(emptyHistory, stroke) } },
    }
    expect(canUndo(marked.work)).toBe(false)
    expect(canUndo(reduce(marked, { type: 'task-chosen', task: 'remove' }).work)).toBe(true)
  })

  test('takes on a task and margins, and what was said before is settled', () => {
    const said: State = {
      ...initialState,
      notice: { tone: 'info', message: 'Too wide.' },
      work: { step: 'paint', picture: pictureFor(hero) },
    }
    const chosen = reduce(said, { type: 'task-chosen', task: 'expand' })
    expect(chosen.notice).toBeNull()
    expect(reduce(chosen, { type: 'margins-changed', margins }).work).toMatchObject({
      picture: { task: 'expand', margins },
    })
  })
})
