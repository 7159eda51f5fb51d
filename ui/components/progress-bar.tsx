import type { ProgressReply, Task } from '../../companion/protocol.ts'
import { strings } from '../strings.ts'
import type { Turn } from '../work.ts'
import { Progress } from './progress.tsx'

export interface ProgressBarProps {
  /** null: nothing heard yet. */
  readonly progress: ProgressReply | null
  readonly task: Task
  readonly turn: Turn
  /** The connection is gone for the moment; the job is not. */
  readonly isReconnecting: boolean
}

/** How far a job is, as the companion says it: nothing is made up between two of its messages. */
export function ProgressBar({ progress, task, turn, isReconnecting }: ProgressBarProps) {
  const done =
    progress !== null && progress.stage === 'fill' && progress.total > 0 ? progress.done / progress.total : 0
  const share = (turn.index + done) / turn.count
  return (
    <Progress share={share} etaMs={isReconnecting ? undefined : progress?.etaMs}>
      {/* Read out when the stage changes; the percentage is the bar's own value. */}
      <span role="status">{isReconnecting ? strings.progress.reconnecting : stageText(progress, task)}</span>
      {turn.count > 1 && <span class="secondary"> {strings.progress.turn(turn.index + 1, turn.count)}</span>}
    </Progress>
  )
}

function stageText(progress: ProgressReply | null, task: Task): string {
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
      return strings.progress.fill[task]
  }
}
