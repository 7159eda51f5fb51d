import type { ComponentChildren } from 'preact'
import { strings } from '../strings.ts'

export interface ProgressProps {
  /** What is going on. */
  readonly children: ComponentChildren
  /** 0 … 1 */
  readonly share: number
  /** undefined: nobody can know. */
  readonly etaMs: number | undefined
}

/** A line of words, the time that is left, and a bar. */
export function Progress({ children, share, etaMs }: ProgressProps) {
  const percent = Math.round(share * 100)
  return (
    <div class="progress">
      <p>
        {children}
        {etaMs !== undefined && (
          <span class="secondary"> {strings.progress.left(Math.max(1, Math.ceil(etaMs / 1000)))}</span>
        )}
      </p>
      <div
        class="progress-track"
        role="progressbar"
        aria-label={strings.progress.label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <div class="progress-done" style={{ width: `${percent}%` }} />
      </div>
    </div>
  )
}
