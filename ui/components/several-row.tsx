import { Checkbox } from '@create-figma-plugin/ui'
import { useEffect, useRef } from 'preact/hooks'
import { drawMarks } from '../mask/draw.ts'
import type { SeveralItem } from '../several.ts'
import { strings } from '../strings.ts'

export interface SeveralRowProps {
  readonly item: SeveralItem
  /** It is over: nothing is chosen any more. */
  readonly isFixed: boolean
  readonly onChoose: (layerId: string, isChosen: boolean) => void
}

/** One layer, with what is marked on it. */
export function SeveralRow({ item, isFixed, onChoose }: SeveralRowProps) {
  const { layer, mask, isChosen, outcome } = item
  return (
    <li>
      <MarkedThumbnail item={item} />
      <div class="result-text">
        <Checkbox
          value={isChosen}
          disabled={isFixed || mask === null}
          onValueChange={(value: boolean) => onChoose(layer.id, value)}
        >
          <span>{layer.name}</span>
        </Checkbox>
        {outcome !== null && (
          <p class={outcome.state === 'done' ? 'secondary' : 'problem'}>
            {outcome.state === 'done' ? strings.several.done : outcome.message}
          </p>
        )}
      </div>
    </li>
  )
}

const sidePx = 160

function MarkedThumbnail({ item: { shown, mask } }: { readonly item: SeveralItem }) {
  const canvas = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    const context = canvas.current!.getContext('2d')
    if (context === null || shown === null) return
    const { bitmap, widthPx, heightPx } = shown
    const scale = Math.min(sidePx / widthPx, sidePx / heightPx)
    const marks = document.createElement('canvas')
    marks.width = sidePx
    marks.height = sidePx
    const inks = marks.getContext('2d')!
    for (const each of [context, inks]) {
      each.setTransform(1, 0, 0, 1, 0, 0)
      each.clearRect(0, 0, sidePx, sidePx)
      const [left, top] = [(sidePx - widthPx * scale) / 2, (sidePx - heightPx * scale) / 2]
      each.setTransform(scale, 0, 0, scale, left, top)
    }
    context.drawImage(bitmap, 0, 0, widthPx, heightPx)
    inks.fillStyle = markColour
    if (mask !== null) drawMarks(inks, [mask.mark], widthPx, heightPx)
    context.resetTransform()
    context.globalAlpha = 0.6
    context.drawImage(marks, 0, 0)
    context.globalAlpha = 1
  }, [shown, mask])

  return <canvas ref={canvas} class="thumbnail" width={sidePx} height={sidePx} />
}

/** As on the large picture. */
const markColour = '#ff24bd'
