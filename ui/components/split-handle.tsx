import { useRef } from 'preact/hooks'
import { strings } from '../strings.ts'

export interface SplitHandleProps {
  /** How much of the view the original takes from the left, 0 … 1. */
  readonly share: number
  readonly onShare: (share: number) => void
}

const keyStep = 0.05

/** The line between the original and what became of it, to be dragged. */
export function SplitHandle({ share, onShare }: SplitHandleProps) {
  const handle = useRef<HTMLDivElement>(null)
  const before = useRef<number | null>(null)

  function follow({ clientX }: PointerEvent): void {
    if (before.current === null) return
    const { left, width } = handle.current!.parentElement!.getBoundingClientRect()
    onShare(within((clientX - left) / width))
  }

  function cancel(): void {
    if (before.current !== null) onShare(before.current)
    before.current = null
  }

  return (
    <div
      ref={handle}
      class="split"
      role="slider"
      tabIndex={0}
      aria-label={strings.splitAt}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * share)}
      style={{ left: `${100 * share}%` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        before.current = share
      }}
      onPointerMove={follow}
      onPointerUp={() => {
        before.current = null
      }}
      onPointerCancel={cancel}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -keyStep, ArrowRight: keyStep }[event.key]
        if (step !== undefined) onShare(within(share + step))
        else if (event.key === 'Escape' && before.current !== null) cancel()
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    >
      <span class="split-side">{strings.splitSide}</span>
    </div>
  )
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share))
}
