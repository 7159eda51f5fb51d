import { useRef } from 'preact/hooks'
import { strings } from '../strings.ts'

const keyStepPx = 20

export interface ResizeHandleProps {
  /** Whole pixels; how small and how large the window may be, the sandbox knows. */
  readonly onResize: (width: number, height: number) => void
}

/** The window's lower right corner: Figma's windows have no edge to drag. */
export function ResizeHandle({ onResize }: ResizeHandleProps) {
  /** While it is dragged: from the pointer to the window's corner, and the size before. */
  const grip = useRef<Grip | null>(null)

  function onKeyDown(event: KeyboardEvent): void {
    const dx = { ArrowLeft: -keyStepPx, ArrowRight: keyStepPx }[event.key] ?? 0
    const dy = { ArrowUp: -keyStepPx, ArrowDown: keyStepPx }[event.key] ?? 0
    if (dx === 0 && dy === 0) return
    event.preventDefault()
    onResize(innerWidth + dx, innerHeight + dy)
  }

  return (
    <button
      type="button"
      class="resize-handle"
      aria-label={strings.resize}
      title={strings.resize}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        grip.current = {
          ...{ x: innerWidth - event.clientX, y: innerHeight - event.clientY },
          ...{ widthBefore: innerWidth, heightBefore: innerHeight },
        }
      }}
      onPointerMove={({ clientX, clientY }) => {
        if (grip.current !== null)
          onResize(Math.round(clientX + grip.current.x), Math.round(clientY + grip.current.y))
      }}
      onPointerUp={() => {
        grip.current = null
      }}
      onPointerCancel={() => {
        if (grip.current !== null) onResize(grip.current.widthBefore, grip.current.heightBefore)
        grip.current = null
      }}
      onKeyDown={onKeyDown}
    />
  )
}

interface Grip {
  readonly x: number
  readonly y: number
  readonly widthBefore: number
  readonly heightBefore: number
}
