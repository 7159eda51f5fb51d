import { Button } from '@create-figma-plugin/ui'
import { useId, useRef, useState } from 'preact/hooks'
import type { Reshape } from '../mask/reshape.ts'
import { strings } from '../strings.ts'

export interface MaskPanelProps {
  readonly isMarked: boolean
  readonly hasLastMask: boolean
  /** There are shapes to take: only Figma has any. */
  readonly hasShapes: boolean
  readonly featherPx: number | null
  readonly onReshape: (change: Reshape) => void
  /** Nothing is copied from what is marked. */
  readonly onAvoid: () => void
  readonly onFeather: (featherPx: number | null) => void
  readonly onAgain: () => void
  readonly onShapes: () => void
  readonly onFile: (file: File) => void
}

const mostPx = 256

/** What can be done to all that is marked, and where else a mask may come from. */
export function MaskPanel(props: MaskPanelProps) {
  const { isMarked, hasLastMask, hasShapes, featherPx } = props
  const { onReshape, onAvoid, onFeather, onAgain, onShapes } = props
  const [byPx, setByPx] = useState(4)
  const grow = (direction: 1 | -1) => onReshape({ type: 'grow', byPx: direction * byPx })
  return (
    <section id="mask" class="further" aria-label={strings.mask.title}>
      <PixelField label={strings.mask.by} value={byPx} min={1} onValue={(value) => setByPx(value ?? 1)} />
      <div class="buttons">
        <Button fullWidth secondary disabled={!isMarked} onClick={() => grow(1)}>
          {strings.mask.grow}
        </Button>
        <Button fullWidth secondary disabled={!isMarked} onClick={() => grow(-1)}>
          {strings.mask.shrink}
        </Button>
        <Button fullWidth secondary onClick={() => onReshape({ type: 'invert' })}>
          {strings.mask.invert}
        </Button>
      </div>
      <Button fullWidth secondary disabled={!isMarked} title={strings.mask.avoidHint} onClick={onAvoid}>
        {strings.mask.avoid}
      </Button>
      <PixelField label={strings.mask.feather} value={featherPx} min={0} onValue={onFeather} />
      <Button fullWidth secondary disabled={!hasLastMask} onClick={onAgain}>
        {strings.mask.again}
      </Button>
      {hasShapes && (
        <Button fullWidth secondary onClick={onShapes}>
          {strings.mask.shapes}
        </Button>
      )}
      <FileButton {...props} />
    </section>
  )
}

function FileButton({ onFile }: MaskPanelProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button fullWidth secondary onClick={() => input.current!.click()}>
        {strings.mask.file}
      </Button>
      <input
        ref={input}
        hidden
        type="file"
        accept="image/png"
        aria-label={strings.mask.file}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          if (file !== undefined) onFile(file)
          // The same file may be chosen again.
          currentTarget.value = ''
        }}
      />
    </>
  )
}

interface PixelFieldProps {
  readonly label: string
  /** null: left to the engine. */
  readonly value: number | null
  readonly min: number
  readonly onValue: (value: number | null) => void
}

function PixelField({ label, value, min, onValue }: PixelFieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={min}
        max={mostPx}
        step={1}
        placeholder={strings.automatic}
        value={value === null ? '' : String(value)}
        onChange={({ currentTarget: { valueAsNumber } }) =>
          onValue(
            Number.isNaN(valueAsNumber) ? null : Math.min(mostPx, Math.max(min, Math.round(valueAsNumber))),
          )
        }
      />
    </div>
  )
}
