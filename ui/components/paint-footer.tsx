import { Button } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import { ToolBar, type ToolBarProps } from './tool-bar.tsx'

export interface PaintFooterProps extends Omit<ToolBarProps, 'isDisabled'> {
  readonly canRemove: boolean
  readonly onRemove: () => void
}

/** One brush, one button. */
export function PaintFooter({ canRemove, onRemove, ...tools }: PaintFooterProps) {
  return (
    <footer class="footer">
      <ToolBar {...tools} isDisabled={false} />
      <Button fullWidth disabled={!canRemove} onClick={onRemove}>
        {strings.remove}
      </Button>
    </footer>
  )
}
