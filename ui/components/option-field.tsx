import { Checkbox } from '@create-figma-plugin/ui'
import { useId } from 'preact/hooks'
import type { Option, OptionValue } from '../../companion/protocol.ts'
import { strings } from '../strings.ts'

export interface OptionFieldProps {
  readonly option: Option
  /** What choices are called that have names of their own. */
  readonly names?: Readonly<Record<string, string>>
  /** undefined: as the engine does it by itself. */
  readonly value: OptionValue | undefined
  readonly onValue: (value: OptionValue | undefined) => void
}

/** One setting of an engine, drawn from what the companion says of it. */
export function OptionField({ option, names = {}, value, onValue }: OptionFieldProps) {
  const id = useId()
  const label = strings.options[option.name] ?? option.label
  if (option.kind === 'boolean') {
    return (
      <Checkbox value={(value ?? option.default) === true} onValueChange={onValue}>
        <span>{label}</span>
      </Checkbox>
    )
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {option.kind === 'choice' ? (
        <ChoiceField {...{ id, option, names, value, onValue }} />
      ) : (
        <NumberField {...{ id, option, value, onValue }} />
      )}
    </div>
  )
}

interface ControlProps extends OptionFieldProps {
  readonly id: string
}

/** A list to choose from. Without a default it begins with leaving it to the engine. */
function ChoiceField({ id, option, names = {}, value, onValue }: ControlProps) {
  const chosen = value ?? option.default ?? ''
  return (
    <select
      id={id}
      value={String(chosen)}
      onChange={({ currentTarget }) => onValue(currentTarget.value === '' ? undefined : currentTarget.value)}
    >
      {option.default === null && <option value="">{strings.automatic}</option>}
      {option.choices?.map((choice) => (
        <option key={choice} value={choice}>
          {names[choice] ?? nameOfChoice(choice)}
        </option>
      ))}
    </select>
  )
}

/** Empty leaves it to the engine; a number out of its range is held at the range's end when the field is left. */
function NumberField({ id, option, value, onValue }: ControlProps) {
  const { kind, min, max, default: fallback } = option
  return (
    <input
      id={id}
      type="number"
      {...(min !== undefined && { min })}
      {...(max !== undefined && { max })}
      step={kind === 'integer' ? 1 : 'any'}
      placeholder={fallback === null ? strings.automatic : String(fallback)}
      value={value === undefined ? '' : String(value)}
      onChange={({ currentTarget }) => {
        const { valueAsNumber } = currentTarget
        const kept = Number.isNaN(valueAsNumber) ? undefined : valueWithin(option, valueAsNumber)
        currentTarget.value = kept === undefined ? '' : String(kept)
        onValue(kept)
      }}
    />
  )
}

function valueWithin({ kind, min = -Infinity, max = Infinity }: Option, value: number): number {
  const rounded = kind === 'integer' ? Math.round(value) : value
  return Math.min(max, Math.max(min, rounded))
}

/** Presets are called by their ids where nobody has given them a name: `old-photo` → Old photo. */
function nameOfChoice(choice: string): string {
  const words = choice.replaceAll('-', ' ')
  return strings.choices[choice] ?? words.charAt(0).toUpperCase() + words.slice(1)
}
