import { useLayoutEffect, useState } from 'preact/hooks'
import { type Command, commandFromKey, heldKeys, isForControl } from '../keyboard.ts'

export interface HeldKeys {
  readonly isErasing: boolean
  readonly isComparing: boolean
}

const none: HeldKeys = { isErasing: false, isComparing: false }

/**
 * Hands each command to `obey`, and tells which keys are held.
 *
 * @param obey Whether the command was one of its own.
 */
export function useKeyboard(obey: (command: Command) => boolean): HeldKeys {
  const [held, setHeld] = useState(none)

  // At once after each render, so that a key pressed right after a stroke finds it.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isForControl(event.key, event.target)) return
      const command = commandFromKey(event)
      const change = heldBy(event.key, true)
      if (change !== null) setHeld((before) => ({ ...before, ...change }))
      else if (command === null || !obey(command)) return
      event.preventDefault()
    }
    const onKeyUp = ({ key }: KeyboardEvent) => {
      const change = heldBy(key, false)
      if (change !== null) setHeld((before) => ({ ...before, ...change }))
    }
    // A key that is let go elsewhere is not heard.
    const onBlur = () => setHeld(none)
    window.addEventListener('keydown', onKeyDown)
    window.addEventListener('keyup', onKeyUp)
    window.addEventListener('blur', onBlur)
    return () => {
      window.removeEventListener('keydown', onKeyDown)
      window.removeEventListener('keyup', onKeyUp)
      window.removeEventListener('blur', onBlur)
    }
  })

  return held
}

function heldBy(key: string, isDown: boolean): Partial<HeldKeys> | null {
  switch (key.toLowerCase()) {
    case heldKeys.erase:
      return { isErasing: isDown }
    case heldKeys.original:
      return { isComparing: isDown }
    default:
      return null
  }
}
