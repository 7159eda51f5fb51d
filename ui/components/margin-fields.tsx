import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { Margins } from '../../plugin/messages.ts'
import { strings } from '../strings.ts'

export interface MarginFieldsProps {
  readonly margins: Margins
  readonly isDisabled: boolean
  readonly onMargins: (margins: Margins) => void
}

const sides = ['top', 'right', 'bottom', 'left'] as const

/** How far the picture goes on at each side, in the page's units. */
export function MarginFields({ margins, isDisabled, onMargins }: MarginFieldsProps) {
  return (
    <fieldset class="margins" disabled={isDisabled}>
      <legend class="visually-hidden">{strings.expanding.margins}</legend>
      {sides.map((side) => (
        <MarginField
          key={side}
          label={strings.expanding[side]}
          value={margins[side]}
          onValue={(value) => onMargins({ ...margins, [side]: value })}
        />
      ))}
    </fieldset>
  )
}

interface MarginFieldProps {
  readonly label: string
  readonly value: number
  readonly onValue: (value: number) => void
}

function MarginField({ label, value, onValue }: MarginFieldProps) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)

  // Not a prop: while a number is typed it may have no value yet (“2.”), and must be left as it is.
  useLayoutEffect(() => {
    if (input.current!.valueAsNumber !== value) input.current!.value = String(value)
  }, [value])

  return (
    <div class="margin">
      <label for={id}>{label}</label>
      <input
        ref={input}
        id={id}
        type="number"
        min={0}
        step="any"
        onFocus={({ currentTarget }) => currentTarget.select()}
        onInput={({ currentTarget: { valueAsNumber } }) => {
          if (!Number.isNaN(valueAsNumber)) onValue(Math.max(0, valueAsNumber))
        }}
        onBlur={({ currentTarget }) => {
          currentTarget.value = String(value)
        }}
      />
    </div>
  )
}
