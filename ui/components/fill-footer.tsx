import { Button } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import { ProgressBar, type ProgressBarProps } from './progress-bar.tsx'

export interface FillFooterProps extends ProgressBarProps {
  readonly onCancel: () => void
}

/** How far the fill is, and how to stop it. */
export function FillFooter({ onCancel, ...progress }: FillFooterProps) {
  return (
    <footer class="footer">
      <ProgressBar {...progress} />
      <Button fullWidth secondary onClick={onCancel}>
        {strings.cancel}
      </Button>
    </footer>
  )
}
