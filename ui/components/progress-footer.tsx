import { Button } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import { ProgressBar, type ProgressBarProps } from './progress-bar.tsx'
import { Thumbnail } from './thumbnail.tsx'

export interface ProgressFooterProps extends ProgressBarProps {
  readonly preview: ImageBitmap | null
  readonly onCancel: () => void
}

/** How far the fill is, and how to stop it. */
export function ProgressFooter({ preview, onCancel, ...progress }: ProgressFooterProps) {
  return (
    <footer class="footer">
      <div class="making">
        {preview !== null && <Preview bitmap={preview} />}
        <ProgressBar {...progress} />
      </div>
      <Button fullWidth secondary onClick={onCancel}>
        {strings.cancel}
      </Button>
    </footer>
  )
}

function Preview({ bitmap }: { readonly bitmap: ImageBitmap }) {
  const { width, height } = bitmap
  const rect = { x: 0, y: 0, width, height }
  return <Thumbnail images={[{ bitmap, rect }]} region={rect} />
}
