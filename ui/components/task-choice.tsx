import { SegmentedControl } from '@create-figma-plugin/ui'
import type { Task } from '../../companion/protocol.ts'
import { strings } from '../strings.ts'

export interface TaskChoiceProps {
  readonly task: Task
  /** In this order. */
  readonly tasks: readonly Task[]
  readonly onTask: (task: Task) => void
}

/** What the picture is opened for. */
export function TaskChoice({ task, tasks, onTask }: TaskChoiceProps) {
  return (
    <fieldset class="task-choice">
      <legend class="visually-hidden">{strings.task}</legend>
      <SegmentedControl
        name="task"
        value={task}
        onValueChange={(value: string) => onTask(value as Task)}
        options={tasks.map((each) => ({ value: each, children: strings.tasks[each] }))}
      />
    </fieldset>
  )
}
