import { describe, expect, test } from 'vitest'
import {
  type Expansion,
  noMargins,
  type PlacedFill,
  type Placement,
  type Recipe,
} from '../../plugin/messages.ts'
import { type JoinRequest, marginsToRatio, obstacleToExpand, planExpand, planFill } from '../../ui/plan.ts'

const fill = (layerId: string, placement: Placement, task: Recipe['task'] = 'remove'): PlacedFill => ({
  layerId,
  placement,
  name: 'Infill – removed',
  hash: `hash of ${layerId}`,
  margins: null,
  recipe: { version: 1, task, engine: 'auto', seed: 1, options: {}, sourceHash: 'hash' },
})
const [patch, otherPatch, finished] = [fill('p', 'patch'), fill('q', 'patch'), fill('f', 'finished')]
const vase = fill('v', 'patch', 'fill')
const usual = { separateLayers: false, alwaysFinished: false }
const separate = { ...usual, separateLayers: true }
const always = { ...usual, alwaysFinished: true }

describe('planFill', () => {
  const removal: JoinRequest<PlacedFill> = {
    task: 'remove',
    fills: [],
    edits: null,
    isApart: false,
    sourcePlacement: 'patch',
  }

  test('begins with a new patch over the source', () => {
    expect(planFill(removal, usual)).toEqual({
      base: null,
      patches: [],
      extent: 'image',
      merge: false,
      placement: 'patch',
      replaces: null,
    })
  })

  test.each([
    ['the one patch is taken up', [patch], null, usual, { merge: true, replaces: 'p', patches: [patch] }],
    [
      'by choice each has a layer',
      [patch],
      null,
      separate,
      { merge: false, replaces: null, patches: [patch] },
    ],
    [
      'several stay apart',
      [patch, otherPatch],
      null,
      usual,
      { merge: false, replaces: null, patches: [patch, otherPatch] },
    ],
    ['an edited fill is replaced', [], 'e', usual, { merge: false, replaces: 'e', patches: [] }],
    [
      'an edited fill stays apart from the others',
      [patch],
      'e',
      usual,
      { merge: false, replaces: 'e', patches: [patch] },
    ],
  ])('%s', (_, fills, edits, settings, expected) => {
    expect(planFill({ ...removal, fills, edits }, settings)).toMatchObject({
      ...expected,
      base: null,
      extent: 'image',
      placement: 'patch',
    })
  })

  test.each<[string, Partial<JoinRequest<PlacedFill>>]>([
    ['what is filled by words', { task: 'fill', fills: [patch] }],
    ['a removal after what was filled by words', { fills: [vase] }],
    ['what shall lie apart', { isApart: true, fills: [patch] }],
    ['what is filled by words over a finished copy', { task: 'fill', fills: [finished] }],
  ])('gives a layer of its own to %s', (_, change) => {
    const plan = planFill({ ...removal, ...change }, usual)
    expect(plan).toMatchObject({ merge: false, replaces: null })
    // It is seen all the same.
    expect(plan.base ?? plan.patches[0]).toBe(change.fills![0])
  })

  test.each<[string, PlacedFill[], Placement, typeof usual, object]>([
    ['because the layer needs it', [], 'finished', usual, { base: null, patches: [], replaces: null }],
    ['by choice', [], 'patch', always, { base: null, patches: [], replaces: null }],
    [
      'by choice, taking the patch up',
      [patch],
      'patch',
      always,
      { base: null, patches: [patch], replaces: 'p' },
    ],
    [
      'after a finished one, in its place',
      [finished],
      'patch',
      usual,
      { base: finished, patches: [], replaces: 'f' },
    ],
    [
      'after a finished one, by choice above it',
      [finished],
      'patch',
      separate,
      { base: finished, patches: [], replaces: null },
    ],
    [
      'over what lies on a finished one, and not over what it hides',
      [patch, finished, otherPatch],
      'patch',
      usual,
      { base: finished, patches: [otherPatch], replaces: null },
    ],
  ])('makes a finished copy %s', (_, fills, placement, settings, expected) => {
    expect(planFill({ ...removal, fills, sourcePlacement: placement }, settings)).toEqual({
      ...expected,
      extent: 'finished',
      merge: false,
      placement: 'finished',
    })
  })
})

describe('planExpand', () => {
  /** A page unit shows two pixels of the picture. */
  const expansion: Extract<Expansion, { state: 'possible' }> = {
    state: 'possible',
    box: { x: 0, y: 0, width: 40, height: 30 },
    width: 20,
    height: 15,
    toFrame: null,
    maxSidePx: 100,
    placement: 'patch',
  }
  const cropped = { ...expansion, box: { x: 10, y: 0, width: 30, height: 30 }, width: 15 }
  const image = { widthPx: 40, heightPx: 30 }
  const margins = { ...noMargins, left: 3 }
  const earlier = { ...fill('e', 'patch'), margins }
  const request = { fills: [], earlier: null, expansion, margins, image }

  test('begins with a new patch that sees what was filled', () => {
    expect(planExpand({ ...request, fills: [patch, otherPatch] }, usual)).toEqual({
      base: null,
      patches: [patch, otherPatch],
      extent: 'image',
      merge: false,
      placement: 'patch',
      replaces: null,
    })
  })

  test.each([
    ['takes the place of the last one', { earlier }, usual, { replaces: 'e', placement: 'patch' }],
    [
      'is finished where the layer asks for it',
      { expansion: { ...expansion, placement: 'finished' } },
      usual,
      { extent: 'finished', placement: 'finished' },
    ],
    ['is finished where that is always wanted', {}, always, { extent: 'finished', placement: 'finished' }],
    [
      'is finished over a finished copy, and starts from it',
      { fills: [patch, finished, otherPatch] },
      usual,
      { base: finished, patches: [otherPatch], placement: 'finished' },
    ],
    [
      'is finished where a margin shows what was cut off',
      { expansion: cropped },
      usual,
      { placement: 'finished' },
    ],
    [
      'is a patch where what was cut off stays so',
      { expansion: cropped, margins: { ...noMargins, top: 3 } },
      usual,
      { placement: 'patch' },
    ],
  ] as const)('%s', (_, change, settings, expected) => {
    expect(planExpand({ ...request, ...change }, settings)).toMatchObject(expected)
  })

  const expands = { tasks: ['remove', 'expand'], ready: true } as const
  test.each([
    ['that the layer does not allow it', { state: 'impossible', message: '' }, margins, 'impossible'],
    ['nothing where a margin is open', expansion, margins, null],
    ['that nothing is set', expansion, noMargins, 'nothing-set'],
    [
      'nothing where bars are open and no margin is set',
      { ...expansion, box: { x: -5, y: 0, width: 50, height: 30 } },
      noMargins,
      null,
    ],
    ['that margins show only what was cut off', cropped, margins, 'nothing-open'],
    ['that the canvas is too large', expansion, { ...noMargins, bottom: 36 }, 'too-large'],
    ['nothing for the largest that is allowed', expansion, { ...noMargins, bottom: 35 }, null],
  ] as const)('obstacleToExpand says %s', (_, ground, chosen, expected) => {
    expect(obstacleToExpand({ ...image, expansion: ground }, chosen, [expands])).toBe(expected)
  })

  test.each([
    ['no engine', []],
    ['none for it', [{ tasks: ['remove'], ready: true }]],
    ['none that is ready', [{ ...expands, ready: false }]],
  ] as const)('obstacleToExpand says when there is %s', (_, engines) => {
    expect(obstacleToExpand({ ...image, expansion }, margins, engines)).toBe('no-engine')
  })
})

describe('marginsToRatio', () => {
  test.each([
    ['wider', { width: 20, height: 15 }, 16 / 9, { top: 0, right: 10 / 3, bottom: 0, left: 10 / 3 }],
    ['higher', { width: 20, height: 15 }, 4 / 5, { top: 5, right: 0, bottom: 5, left: 0 }],
    ['no larger where it fits', { width: 20, height: 20 }, 1, noMargins],
  ])('makes a layer %s', (_, size, ratio, expected) => {
    const ground = { box: { x: 0, y: 0, width: 40, height: 30 }, ...size }
    const margins = marginsToRatio(ground, ratio)
    for (const side of ['top', 'right', 'bottom', 'left'] as const) {
      expect(margins[side], side).toBeCloseTo(expected[side])
    }
  })
})
