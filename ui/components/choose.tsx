import type { Selection } from '../../plugin/messages.ts'
import { strings } from '../strings.ts'
import { Page } from './page.tsx'

/** Nothing to fill is selected: what to select, or why this is not it. */
export function Choose({ selection }: { readonly selection: Selection }) {
  const message = selection.state === 'not-fillable' ? selection.message : ''
  return (
    <Page title={strings.choose.title}>
      <p role="status">{message || strings.choose.text}</p>
    </Page>
  )
}
