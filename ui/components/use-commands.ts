import type { Tool } from '../../plugin/messages.ts'
import type { Command } from '../keyboard.ts'
import { steppedBrushSize } from '../mask/brush.ts'
import type { Session } from '../session/session.ts'
import type { State } from '../state.ts'
import type { Work } from '../work.ts'
import { type HeldKeys, useKeyboard } from './use-keyboard.ts'

export interface CommandsOptions {
  readonly state: State
  readonly work: Extract<Work, { step: 'paint' | 'fill' | 'review' | 'place' }>
  readonly session: Session
  /** Something lies over the picture: keys are not for it. */
  readonly isCovered: boolean
  readonly canFill: boolean
  /** Closes what lies nearest over the picture; false: nothing does. */
  readonly onClose: () => boolean
  readonly onKeys: () => void
}

/** What the keys do while a picture is in front of the person. */
export function useCommands(options: CommandsOptions): HeldKeys {
  const { state, work, session, isCovered, canFill, onClose, onKeys } = options
  const { settings } = state
  const { picture } = work
  return useKeyboard(obey)

  function obey(command: Command): boolean {
    if (isCovered) return false
    switch (command) {
      case 'undo':
        session.undo()
        return true
      case 'redo':
        session.redo()
        return true
      case 'confirm':
        if (canFill) session.fill()
        else if (work.step === 'review' && work.problem === null) session.place(false)
        return true
      case 'back':
        goBack()
        return true
      case 'brush-larger':
        changeBrush(1)
        return true
      case 'brush-smaller':
        changeBrush(-1)
        return true
      case 'keys':
        onKeys()
        return true
      case 'next':
        return flip(1)
      case 'previous':
        return flip(-1)
      case 'toggle-eraser':
        changeTool(settings.tool === 'eraser' ? 'brush' : 'eraser')
        return true
      case 'point':
      case 'brush':
      case 'lasso':
      case 'rectangle':
        changeTool(command)
        return true
      case 'next-candidate':
        if (picture?.pointing == null || picture.pointing.candidates.length === 1) return false
        session.nextCandidate()
        return true
      default:
        return false
    }
  }

  /** Out of what is nearest: a panel, a running fill, a result that waits, a notice. A fill that failed to be placed stays. */
  function goBack(): void {
    if (onClose()) return
    if (picture?.isLooking) session.stopLooking()
    else if (work.step === 'fill') session.cancel()
    else if (work.step === 'review' && work.problem === null) session.discard()
    else session.dismissNotice()
  }

  /** To the variation beside the one that is shown; after the last comes the first. */
  function flip(by: number): boolean {
    if (work.step !== 'review' || work.result.variations.length === 1) return false
    const { chosen, variations } = work.result
    session.chooseVariation((chosen + by + variations.length) % variations.length)
    return true
  }

  function changeTool(tool: Tool): void {
    session.changeSettings({ tool })
  }

  function changeBrush(direction: 1 | -1): void {
    session.changeSettings({ brushPx: steppedBrushSize(settings.brushPx, direction) })
  }
}
