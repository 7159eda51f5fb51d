import { Button, IconButton, IconCloseSmall24, SegmentedControl } from '@create-figma-plugin/ui'
import { useEffect, useRef } from 'preact/hooks'
import { chosenItems, type Several, type SeveralItem, type Way, ways } from '../several.ts'
import { strings } from '../strings.ts'
import { SeveralRow } from './several-row.tsx'
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
            <SeveralRow key={item.layer.id} item={item} isFixed={isOver} onChoose={onChoose} />
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

function doneOf(items: readonly SeveralItem[]): number {
  return items.filter(({ outcome }) => outcome?.state === 'done').length
}
