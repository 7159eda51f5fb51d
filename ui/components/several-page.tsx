import { Button, Checkbox, IconButton, IconCloseSmall24, SegmentedControl } from '@create-figma-plugin/ui'
import { useEffect, useRef } from 'preact/hooks'
import { drawMarks } from '../mask/draw.ts'
import { chosenItems, type Several, type SeveralItem, type Way, ways } from '../several.ts'
import { strings } from '../strings.ts'
import { Waiting } from './waiting.tsx'

export interface SeveralPageProps {
  readonly several: Several
  /** The companion is there, and all that the task needs. */
  readonly canRun: boolean
  readonly onWay: (way: Way) => void
  readonly onChoose: (layerId: string, isChosen: boolean) => void
  readonly onRun: () => void
  readonly onClose: () => void
}

/** The same on several layers: where it will be done, and afterwards what came of each. */
export function SeveralPage({ several, canRun, onWay, onChoose, onRun, onClose }: SeveralPageProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const { task, items, way, step } = several
  const count = chosenItems(several).length
  const isOver = step === 'ended'

  useEffect(() => dialog.current?.showModal(), [])

  return (
    <dialog ref={dialog} class="models" aria-labelledby="several-title" onClose={onClose}>
      <header class="header">
        <h1 id="several-title">
          {isOver ? strings.several.ended(doneOf(items), items.length) : strings.several.title}
        </h1>
        <IconButton aria-label={strings.close} title={strings.close} onClick={onClose}>
          <IconCloseSmall24 />
        </IconButton>
      </header>
      <div class="models-list">
        {!isOver && (
          <fieldset class="task-choice">
            <legend class="visually-hidden">{strings.several.way}</legend>
            <SegmentedControl
              name="way"
              value={way}
              onValueChange={(value: string) => onWay(value as Way)}
              options={ways.map((each) => ({ value: each, children: strings.several.ways[each] }))}
            />
          </fieldset>
        )}
        <ul class="several">
          {items.map((item) => (
            <Item key={item.layer.id} item={item} isFixed={isOver} onChoose={onChoose} />
          ))}
        </ul>
        {step === 'looking' && <Waiting text={strings.several.looking} />}
      </div>
      <footer class="footer">
        {isOver ? (
          <Button fullWidth onClick={onClose}>
            {strings.close}
          </Button>
        ) : (
          <Button fullWidth disabled={!canRun || step !== 'choosing' || count === 0} onClick={onRun}>
            {strings.several.run(strings.tasks[task], count)}
          </Button>
        )}
      </footer>
    </dialog>
  )
}

interface ItemProps {
  readonly item: SeveralItem
  readonly isFixed: boolean
  readonly onChoose: (layerId: string, isChosen: boolean) => void
}

/** One layer, with what is marked on it. */
function Item({ item, isFixed, onChoose }: ItemProps) {
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

function doneOf(items: readonly SeveralItem[]): number {
  return items.filter(({ outcome }) => outcome?.state === 'done').length
}
