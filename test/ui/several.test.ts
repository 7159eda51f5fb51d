import { expect, test } from 'vitest'
import type { LayerInfo } from '../../plugin/messages.ts'
import {
  chosenItems,
  reduceSeveral,
  type Several,
  type SeveralAction,
  type SeveralItem,
} from '../../ui/several.ts'

const [home, about]: LayerInfo[] = [
  { id: 'home', name: 'Home' },
  { id: 'about', name: 'About' },
]
const mask: SeveralItem['mask'] = {
  mark: { kind: 'mask', image: {} as ImageBitmap, rect: null, isAlone: false },
  rect: { x: 1, y: 2, width: 3, height: 4 },
}
const shown = { bitmap: {} as ImageBitmap, widthPx: 40, heightPx: 30 }
const began: SeveralAction = { type: 'began', task: 'remove', way: 'look', layers: [home!, about!] }
const looked = (layerId: string, found: SeveralItem['mask']): SeveralAction => ({
  type: 'looked',
  layerId,
  shown,
  mask: found,
  avoided: [],
  problem: null,
})

test('layers are chosen where something was found on them, until someone says otherwise', () => {
  const several = reached(began, looked('home', mask), looked('about', null), { type: 'all-looked' })
  expect(chosenItems(several).map(({ layer }) => layer.id)).toEqual(['home'])
  const none = reduceSeveral(several, { type: 'chosen', layerId: 'home', isChosen: false })!
  expect(chosenItems(none)).toEqual([])
  const forced = reduceSeveral(several, { type: 'chosen', layerId: 'about', isChosen: true })!
  expect(chosenItems(forced).map(({ layer }) => layer.id)).toEqual(['home'])
})

test('a layer that cannot be filled says why from the beginning', () => {
  const action: SeveralAction = {
    type: 'looked',
    layerId: 'about',
    shown: null,
    mask: null,
    avoided: [],
    problem: 'Locked.',
  }
  expect(reached(began, action).items[1]).toMatchObject({
    outcome: { state: 'not-done', message: 'Locked.' },
  })
})

test('what came of each layer stays until it is closed', () => {
  const several = reached(
    began,
    looked('home', mask),
    { type: 'all-looked' },
    { type: 'running' },
    { type: 'came-out', layerId: 'home', outcome: { state: 'done' } },
    { type: 'ended' },
  )
  expect(several).toMatchObject({ step: 'ended', items: [{ outcome: { state: 'done' } }, { outcome: null }] })
  expect(reduceSeveral(several, { type: 'closed' })).toBeNull()
})

test('what is heard after it was closed changes nothing', () => {
  expect(reduceSeveral(null, looked('home', mask))).toBeNull()
})

function reached(...actions: readonly SeveralAction[]): Several {
  return actions.reduce(reduceSeveral, null as Several | null)!
}
