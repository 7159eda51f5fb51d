import { Button } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import { TaskChoice, type TaskChoiceProps } from './task-choice.tsx'
import { ToolBar, type ToolBarProps } from './tool-bar.tsx'

export interface PaintFooterProps extends Omit<ToolBarProps, 'isDisabled'>, TaskChoiceProps {
  readonly canRemove: boolean
  readonly onRemove: () => void
}

/** One brush, one button. */
export function PaintFooter({ task, onTask, canRemove, onRemove, ...tools }: PaintFooterProps) {
  return (
    <footer class="footer">
      <TaskChoice task={task} onTask={onTask} />
      <ToolBar {...tools} isDisabled={false} />
      <Button fullWidth disabled={!canRemove} onClick={onRemove}>
        {strings.remove}
      </Button>
    </footer>
  )
}
