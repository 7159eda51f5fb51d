import type { Task } from '../companion/protocol.ts'
import type { LayerInfo, Rect } from '../plugin/messages.ts'
import type { AvoidMark, Mark } from './mask/mark.ts'

/** The same on several layers: where, on which, and what came of it. */
export interface Several {
  readonly task: Task
  readonly way: Way
  readonly items: readonly SeveralItem[]
  readonly step: 'looking' | 'choosing' | 'running' | 'ended'
}

/** How the mask comes onto the other layers. */
export const ways = ['place', 'shape', 'look'] as const
/**
 * place: at the same place, as a share of the picture · shape: what is selected over each of them ·
 * look: where each of them looks like what is marked.
 */
export type Way = (typeof ways)[number]

export interface SeveralItem {
  readonly layer: LayerInfo
  /** A small picture of it, and the size that marks refer to; null: not looked at yet. */
  readonly shown: { readonly bitmap: ImageBitmap; readonly widthPx: number; readonly heightPx: number } | null
  /** null: nothing to mark was found on it. */
  readonly mask: { readonly mark: Mark; readonly rect: Rect } | null
  /** What nothing is copied from: at the same place on each, however the mask comes there. */
  readonly avoided: readonly AvoidMark[]
  readonly isChosen: boolean
  readonly outcome: Outcome | null
}

/** `message`: why not, for the person. */
export type Outcome = { readonly state: 'done' } | { readonly state: 'not-done'; readonly message: string }

export type SeveralAction =
  | { readonly type: 'began'; readonly task: Task; readonly way: Way; readonly layers: readonly LayerInfo[] }
  | {
      readonly type: 'looked'
      readonly layerId: string
      readonly shown: SeveralItem['shown']
      readonly mask: SeveralItem['mask']
      readonly avoided: SeveralItem['avoided']
      /** Why it cannot be filled; null: it can. */
      readonly problem: string | null
    }
  | { readonly type: 'all-looked' }
  | { readonly type: 'chosen'; readonly layerId: string; readonly isChosen: boolean }
  | { readonly type: 'running' }
  | { readonly type: 'came-out'; readonly layerId: string; readonly outcome: Outcome }
  | { readonly type: 'ended' }
  | { readonly type: 'closed' }

export function reduceSeveral(several: Several | null, action: SeveralAction): Several | null {
  if (action.type === 'began') {
    const { task, way, layers } = action
    return { task, way, items: layers.map(newItem), step: 'looking' }
  }
  if (several === null || action.type === 'closed') return null
  switch (action.type) {
    case 'looked': {
      const { layerId, shown, mask, avoided, problem } = action
      const outcome: Outcome | null = problem === null ? null : { state: 'not-done', message: problem }
      return changeItem(several, layerId, { shown, mask, avoided, outcome, isChosen: mask !== null })
    }
    case 'all-looked':
      return { ...several, step: 'choosing' }
    case 'chosen':
      return changeItem(several, action.layerId, { isChosen: action.isChosen })
    case 'running':
      return { ...several, step: 'running' }
    case 'came-out':
      return changeItem(several, action.layerId, { outcome: action.outcome })
    case 'ended':
      return { ...several, step: 'ended' }
  }
}

/** Those that the task will be run on. */
export function chosenItems({ items }: Several): readonly SeveralItem[] {
  return items.filter(({ isChosen, mask }) => isChosen && mask !== null)
}

function newItem(layer: LayerInfo): SeveralItem {
  return { layer, shown: null, mask: null, avoided: [], isChosen: false, outcome: null }
}

function changeItem(several: Several, layerId: string, change: Partial<SeveralItem>): Several {
  const items = several.items.map((item) => (item.layer.id === layerId ? { ...item, ...change } : item))
  return { ...several, items }
}
