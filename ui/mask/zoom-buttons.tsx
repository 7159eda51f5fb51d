import { IconButton, IconMinusSmall24, IconPlusSmall24 } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import type { ViewportControl } from './use-viewport.ts'

/** How large the picture is seen, and larger, smaller, as a whole. */
export function ZoomButtons({ control }: { readonly control: ViewportControl }) {
  const percent = `${Math.round((control.viewport?.scale ?? 1) * 100)}%`
  return (
    <div class="zoom">
      <IconButton aria-label={strings.zoomOut} title={`${strings.zoomOut} (−)`} onClick={control.zoomOut}>
        <IconMinusSmall24 />
      </IconButton>
      <button
        type="button"
        class="zoom-value"
        aria-label={strings.zoomToFitFrom(percent)}
        title={`${strings.zoomToFit} (0)`}
        onClick={control.zoomToFit}
      >
        {percent}
      </button>
      <IconButton aria-label={strings.zoomIn} title={`${strings.zoomIn} (+)`} onClick={control.zoomIn}>
        <IconPlusSmall24 />
      </IconButton>
    </div>
  )
}
