import { SegmentedControl } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'

export interface EditChoiceProps {
  readonly keepsEdited: boolean
  readonly onKeep: (keepsEdited: boolean) => void
}

/** What becomes of the fill that is edited, once there is another. */
export function EditChoice({ keepsEdited, onKeep }: EditChoiceProps) {
  return (
    <fieldset class="task-choice">
      <legend class="visually-hidden">{strings.keepEdited.legend}</legend>
      <SegmentedControl
        name="edit"
        value={keepsEdited ? 'keep' : 'replace'}
        onValueChange={(value: string) => onKeep(value === 'keep')}
        options={[
          { value: 'replace', children: strings.keepEdited.replace },
          { value: 'keep', children: strings.keepEdited.keep },
        ]}
      />
    </fieldset>
  )
}
