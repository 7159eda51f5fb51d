import { Checkbox } from '@create-figma-plugin/ui'
import { useEffect, useRef } from 'preact/hooks'
import { drawAvoided, drawMarks } from '../mask/draw.ts'
import { avoidedBy } from '../mask/mark.ts'
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
/** Of them to one of the screen. */
const scale = 2

function MarkedThumbnail({ item: { shown, mask, avoided } }: { readonly item: SeveralItem }) {
  const canvas = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    const context = canvas.current!.getContext('2d')
    if (context === null || shown === null) return
    const { bitmap, widthPx, heightPx } = shown
    context.clearRect(0, 0, sidePx, sidePx)
    const layOver = (opacity: number, draw: (inks: CanvasRenderingContext2D) => void) => {
      const layer = document.createElement('canvas')
      layer.width = sidePx
      layer.height = sidePx
      const inks = layer.getContext('2d')!
      const fit = Math.min(sidePx / widthPx, sidePx / heightPx)
      inks.setTransform(fit, 0, 0, fit, (sidePx - widthPx * fit) / 2, (sidePx - heightPx * fit) / 2)
      draw(inks)
      context.globalAlpha = opacity
      context.drawImage(layer, 0, 0)
    }
    layOver(1, (inks) => {
      inks.drawImage(bitmap, 0, 0, widthPx, heightPx)
    })
    layOver(1, (inks) => drawAvoided(inks, avoidedBy(avoided), { widthPx, heightPx, scale }))
    layOver(0.6, (inks) => {
      inks.fillStyle = markColour
      if (mask !== null) drawMarks(inks, [mask.mark], widthPx, heightPx)
    })
  }, [shown, mask, avoided])

  return <canvas ref={canvas} class="thumbnail" width={sidePx} height={sidePx} />
}

/** As on the large picture. */
const markColour = '#ff24bd'
