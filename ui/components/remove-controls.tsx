import { Button } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import { ToolBar, type ToolBarProps } from './tool-bar.tsx'
import { VariationCount } from './variation-count.tsx'

export interface RemoveControlsProps {
  readonly tools: ToolBarProps
  readonly canRemove: boolean
  /** null: whoever removes makes one picture, and no other. */
  readonly variations: number | null
  readonly onVariations: (count: number) => void
  readonly onRemove: () => void
}

/** One brush, one button. */
export function RemoveControls(props: RemoveControlsProps) {
  const { tools, canRemove, variations, onVariations, onRemove } = props
  return (
    <>
      <ToolBar {...tools} />
      <div class="go">
        {variations !== null && <VariationCount count={variations} onCount={onVariations} />}
        <Button fullWidth disabled={!canRemove} onClick={onRemove}>
          {strings.tasks.remove}
        </Button>
      </div>
    </>
  )
}
