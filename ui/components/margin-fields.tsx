import { useId } from 'preact/hooks'
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
  return (
    <div class="margin">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={0}
        step="any"
        value={value}
        onFocus={({ currentTarget }) => currentTarget.select()}
        onInput={({ currentTarget }) => onValue(Math.max(0, currentTarget.valueAsNumber || 0))}
      />
    </div>
  )
}
