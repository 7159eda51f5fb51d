import { describe, expect, test } from 'vitest'
import type { PlacedFill, Placement } from '../../plugin/messages.ts'
import { planFill } from '../../ui/plan.ts'

const fill = (layerId: string, placement: Placement): PlacedFill => ({
  layerId,
  placement,
  name: 'Infill – removed',
  hash: `hash of ${layerId}`,
  margins: null,
})
const [patch, otherPatch, finished] = [fill('p', 'patch'), fill('q', 'patch'), fill('f', 'finished')]
const usual = { separateLayers: false, alwaysFinished: false }
const separate = { ...usual, separateLayers: true }
const always = { ...usual, alwaysFinished: true }

describe('planFill', () => {
  test('begins with a new patch over the source', () => {
    expect(planFill([], null, 'patch', usual)).toEqual({
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
    expect(planFill(fills, edits, 'patch', settings)).toMatchObject({
      ...expected,
      base: null,
      extent: 'image',
      placement: 'patch',
    })
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
    expect(planFill(fills, null, placement, settings)).toEqual({
      ...expected,
      extent: 'finished',
      merge: false,
      placement: 'finished',
    })
  })
})
