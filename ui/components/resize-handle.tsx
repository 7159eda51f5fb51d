import { useRef } from 'preact/hooks'
import { strings } from '../strings.ts'

const keyStepPx = 20

export interface ResizeHandleProps {
  /** Whole pixels; how small and how large the window may be, the sandbox knows. */
  readonly onResize: (width: number, height: number) => void
}

/** The window's lower right corner: Figma's windows have no edge to drag. */
export function ResizeHandle({ onResize }: ResizeHandleProps) {
  /** From the pointer to the window's corner. */
  const grip = useRef<{ x: number; y: number } | null>(null)

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
        grip.current = { x: innerWidth - event.clientX, y: innerHeight - event.clientY }
      }}
      onPointerMove={({ clientX, clientY }) => {
        if (grip.current !== null)
          onResize(Math.round(clientX + grip.current.x), Math.round(clientY + grip.current.y))
      }}
      onPointerUp={() => {
        grip.current = null
      }}
      onPointerCancel={() => {
        grip.current = null
      }}
      onKeyDown={onKeyDown}
    />
  )
}
