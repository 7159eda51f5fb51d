import { describe, expect, test } from 'vitest'
import { chooseSelector } from '../../../companion/select/choose.ts'
import type { Selector } from '../../../companion/select/selector.ts'
import { plainImage } from '../../support/images.ts'

const image = plainImage(8, 5, [1, 2, 3, 255])
const click = { points: [{ x: 1, y: 1, include: true }], box: null }
const drawn = { points: [], box: { x: 1, y: 1, width: 2, height: 2 } }

function selector(id: string, changed: Partial<Selector> = {}): Selector {
  return {
    ...{ id, title: id, takesBox: true, takesPoints: true, models: [], licences: [] },
    suits: () => true,
    open: () => ({ select: async () => [], close: async () => {} }),
    ...changed,
  }
}

describe('chooseSelector', () => {
  const installed = new Set<string>()
  const fussy = selector('fussy', { suits: () => false })
  const missing = selector('missing', { models: ['sam'] })
  const boxes = selector('boxes', { takesPoints: false })
  const all = [fussy, missing, boxes, selector('any')]

  test('takes for auto the first that is ready, takes what was drawn and suits', () => {
    expect(chooseSelector(all, installed, 'auto', image, click)?.id).toBe('any')
    expect(chooseSelector(all, installed, 'auto', image, drawn)?.id).toBe('boxes')
  })

  test('takes for auto one whose models are installed', () => {
    expect(chooseSelector(all, new Set(['sam']), 'auto', image, click)?.id).toBe('missing')
  })

  test('takes the one asked for, whether it suits or not', () => {
    for (const { id } of all) expect(chooseSelector(all, installed, id, image, click)?.id).toBe(id)
  })

  test('finds none where there is none', () => {
    expect(chooseSelector([fussy, missing], installed, 'auto', image, click)).toBeUndefined()
    expect(chooseSelector(all, installed, 'nobody', image, click)).toBeUndefined()
  })
})
