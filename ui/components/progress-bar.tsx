import type { ProgressReply } from '../../companion/protocol.ts'
import { strings } from '../strings.ts'
import { ProgressTrack } from './progress-track.tsx'

export interface ProgressBarProps {
  /** null: nothing heard yet. */
  readonly progress: ProgressReply | null
  /** The connection is gone for the moment; the job is not. */
  readonly isReconnecting: boolean
}

/** How far a job is, as the companion says it: nothing is made up between two of its messages. */
export function ProgressBar({ progress, isReconnecting }: ProgressBarProps) {
  const share =
    progress !== null && progress.stage === 'fill' && progress.total > 0 ? progress.done / progress.total : 0
  const stage = isReconnecting ? strings.progress.reconnecting : stageText(progress)
  return (
    <div class="progress">
      <p>
        {/* Read out when the stage changes; the percentage is the bar's own value. */}
        <span role="status">{stage}</span>
        {!isReconnecting && progress?.etaMs !== undefined && (
          <span class="secondary">
            {' '}
            {strings.progress.left(Math.max(1, Math.ceil(progress.etaMs / 1000)))}
          </span>
        )}
      </p>
      <ProgressTrack label={strings.progress.label} share={share} />
    </div>
  )
}

function stageText(progress: ProgressReply | null): string {
  switch (progress?.stage) {
    case undefined:
      return strings.progress.preparing
    case 'queued':
      return progress.total > progress.done
        ? strings.progress.queued(progress.total - progress.done)
        : strings.progress.preparing
    case 'download':
      return strings.progress.download
    case 'load':
    case 'warm-up':
      return strings.progress.load
    case 'fill':
      return strings.progress.fill
  }
}
