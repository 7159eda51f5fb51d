import { SegmentedControl } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import type { PictureTask } from '../work.ts'

export interface TaskChoiceProps {
  readonly task: PictureTask
  readonly onTask: (task: PictureTask) => void
}

/** What the picture is opened for. */
export function TaskChoice({ task, onTask }: TaskChoiceProps) {
  return (
    <fieldset class="task-choice">
      <legend class="visually-hidden">{strings.task}</legend>
      <SegmentedControl
        name="task"
        value={task}
        onValueChange={(value: string) => onTask(value as PictureTask)}
        options={[
          { value: 'remove', children: strings.remove },
          { value: 'expand', children: strings.expand },
        ]}
      />
    </fieldset>
  )
}
