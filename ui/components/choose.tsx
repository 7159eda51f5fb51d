import { Button } from '@create-figma-plugin/ui'
import type { Selection } from '../../plugin/messages.ts'
import { strings } from '../strings.ts'
import { Page } from './page.tsx'

export interface ChooseProps {
  readonly selection: Selection
  readonly onModels: () => void
}

/** Nothing to fill is selected: what to select, or why this is not it. */
export function Choose({ selection, onModels }: ChooseProps) {
  const message = selection.state === 'not-fillable' ? selection.message : ''
  return (
    <Page title={strings.choose.title}>
      <p role="status">{message || strings.choose.text}</p>
      <Button fullWidth secondary onClick={onModels}>
        {strings.models.open}
      </Button>
    </Page>
  )
}
