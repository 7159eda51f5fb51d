import { describe, expect, test } from 'vitest'
import {
  type Fill,
  type Picture,
  type PlaygroundDocument,
  placementOn,
  withFill,
  withLayerToggled,
  withoutFill,
} from '../../../ui/playground/document.ts'

const bytes = new Uint8Array([1])
const picture: Picture = {
  ...{ id: 'picture', name: 'Beach', hash: 'a', bytes, widthPx: 30, heightPx: 20 },
  ...{ isOpaque: true, isVisible: true },
}
const empty: PlaygroundDocument = { picture, fills: [] }

function fill(layerId: string, change: Partial<Fill> = {}): Fill {
  const recipe = {
    version: 1,
    task: 'remove',
    engine: 'stub',
    seed: 1,
    options: {},
    sourceHash: 'a',
  } as const
  return {
    ...{
      layerId,
      name: 'Infill – removed',
      hash: layerId,
      placement: 'patch',
      png: bytes,
      mask: bytes,
      avoid: null,
    },
    ...{ recipe, margins: null, isVisible: true, ...change },
  }
}

describe('the playground’s document', () => {
  test('puts a new fill on top, and a replaced one where it was', () => {
    const document = [fill('one'), fill('two'), fill('one', { hash: 'new' })].reduce(withFill, empty)
    expect(document.fills.map(({ layerId, hash }) => [layerId, hash])).toEqual([
      ['one', 'new'],
      ['two', 'two'],
    ])
  })

  test('hides the picture beneath a finished copy, and shows it again when that goes', () => {
    const finished = withFill(empty, fill('one', { placement: 'finished' }))
    expect(finished.picture?.isVisible).toBe(false)
    expect(withoutFill(finished, 'one')).toEqual(empty)
  })

  test('takes a patch away without touching the picture', () => {
    const hidden = withLayerToggled(withFill(empty, fill('one')), 'picture')
    expect(withoutFill(hidden, 'one').picture?.isVisible).toBe(false)
  })

  test('shows and hides one layer at a time', () => {
    const document = withLayerToggled([fill('one'), fill('two')].reduce(withFill, empty), 'two')
    expect(document.fills.map(({ isVisible }) => isVisible)).toEqual([true, false])
    expect(withLayerToggled(document, 'two').fills.map(({ isVisible }) => isVisible)).toEqual([true, true])
  })

  test('asks for a finished copy where a patch would leave what is beneath visible', () => {
    expect(placementOn(picture)).toBe('patch')
    expect(placementOn({ ...picture, isOpaque: false })).toBe('finished')
  })
})
