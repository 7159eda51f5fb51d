import { Button } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import { TaskChoice, type TaskChoiceProps } from './task-choice.tsx'
import { ToolBar, type ToolBarProps } from './tool-bar.tsx'
import { VariationCount } from './variation-count.tsx'

export interface PaintFooterProps extends ToolBarProps, TaskChoiceProps {
  readonly canRemove: boolean
  /** null: whoever removes makes one picture, and no other. */
  readonly variations: number | null
  readonly onVariations: (count: number) => void
  readonly onRemove: () => void
}

/** One brush, one button. */
export function PaintFooter(props: PaintFooterProps) {
  const { task, tasks, onTask, canRemove, variations, onVariations, onRemove, ...tools } = props
  return (
    <footer class="footer">
      <TaskChoice task={task} tasks={tasks} onTask={onTask} />
      <ToolBar {...tools} />
      <div class="go">
        <Button fullWidth disabled={!canRemove} onClick={onRemove}>
          {strings.tasks.remove}
        </Button>
        {variations !== null && <VariationCount count={variations} onCount={onVariations} />}
      </div>
    </footer>
  )
}
