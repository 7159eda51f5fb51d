import { Button } from '@create-figma-plugin/ui'
import type { Expansion, Margins } from '../../plugin/messages.ts'
import { strings } from '../strings.ts'
import { MarginFields } from './margin-fields.tsx'
import { TaskChoice, type TaskChoiceProps } from './task-choice.tsx'

export interface ExpandFooterProps extends TaskChoiceProps {
  readonly expansion: Expansion
  readonly margins: Margins
  readonly canExpand: boolean
  readonly onMargins: (margins: Margins) => void
  readonly onExpand: () => void
}

/** How far the picture goes on, and one button. */
export function ExpandFooter(props: ExpandFooterProps) {
  const { expansion, margins, canExpand, onMargins, onExpand, ...choice } = props
  const toFrame = expansion.state === 'possible' ? expansion.toFrame : null
  return (
    <footer class="footer">
      <TaskChoice {...choice} />
      <MarginFields margins={margins} isDisabled={expansion.state === 'impossible'} onMargins={onMargins} />
      <div class="buttons">
        {toFrame !== null && (
          <Button fullWidth secondary onClick={() => onMargins(toFrame)}>
            {strings.expanding.toFrame}
          </Button>
        )}
        <Button fullWidth disabled={!canExpand} onClick={onExpand}>
          {strings.expand}
        </Button>
      </div>
    </footer>
  )
}
