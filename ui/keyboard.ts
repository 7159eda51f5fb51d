/** What a key asks for. Some hold only as long as the key does; these are in `heldKeys`. */
export type Command =
  | 'undo'
  | 'redo'
  | 'confirm'
  | 'back'
  | 'brush-larger'
  | 'brush-smaller'
  | 'toggle-eraser'
  | 'point'
  | 'brush'
  | 'lasso'
  | 'rectangle'
  | 'next-candidate'
  | 'next'
  | 'keys'
  | 'previous'
  | 'zoom-in'
  | 'zoom-out'
  | 'zoom-to-fit'

/** By the name of the key in small letters, while it is down. */
export const heldKeys = { pan: ' ', erase: 'alt', original: 'b' } as const

export interface Key {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
}

export function commandFromKey({ key, ctrlKey, metaKey, shiftKey }: Key): Command | null {
  if (ctrlKey || metaKey) {
    switch (key.toLowerCase()) {
      case 'z':
        return shiftKey ? 'redo' : 'undo'
      case 'y':
        return 'redo'
      default:
        return null
    }
  }
  switch (key) {
    case 'Enter':
      return shiftKey ? null : 'confirm'
    case 'Escape':
      return 'back'
    case ']':
      return 'brush-larger'
    case '[':
      return 'brush-smaller'
    case 'ArrowRight':
      return 'next'
    case 'ArrowLeft':
      return 'previous'
    case '?':
      return 'keys'
    case 'Tab':
      return shiftKey ? null : 'next-candidate'
    case '+':
    case '=':
      return 'zoom-in'
    case '-':
      return 'zoom-out'
    case '0':
      return 'zoom-to-fit'
    default:
      return commandOfLetter(key.toLowerCase())
  }
}

function commandOfLetter(letter: string): Command | null {
  switch (letter) {
    case 'v':
      return 'point'
    case 'p':
      return 'brush'
    case 'e':
      return 'toggle-eraser'
    case 'l':
      return 'lasso'
    case 'r':
      return 'rectangle'
    default:
      return null
  }
}

/** Whether the key belongs to the control that has the focus: typing, or pressing a button. */
export function isForControl(key: string, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement && target.type === 'text') return true
  // Whoever goes from control to control goes on doing so; after a click on the picture nothing has the focus.
  if (key === 'Tab' && target !== document.body) return true
  // Words and numbers are typed; Enter and Escape are the window's.
  if (target.matches('textarea, select, input[type=number]')) return key !== 'Enter' && key !== 'Escape'
  if (target.matches('input[type=radio], input[type=range]') && key.startsWith('Arrow')) return true
  return target.matches('button, input, summary, a') && (key === 'Enter' || key === ' ')
}
