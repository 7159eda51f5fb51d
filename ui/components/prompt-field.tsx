import { useId } from 'preact/hooks'
import { limits } from '../../companion/protocol.ts'
import { strings } from '../strings.ts'
import { isInOtherScript } from '../wish.ts'

export interface PromptFieldProps {
  readonly label: string
  readonly placeholder: string
  /** At least. */
  readonly rows: number
  readonly value: string
  readonly onValue: (value: string) => void
}

/** Words for a model, and a hint where it will not know them. */
export function PromptField({ label, placeholder, rows, value, onValue }: PromptFieldProps) {
  const id = useId()
  const isForeign = isInOtherScript(value)
  return (
    <div class="prompt">
      <label for={id} class="visually-hidden">
        {label}
      </label>
      <textarea
        id={id}
        rows={rows}
        style={{ '--rows': rows }}
        maxLength={limits.promptCharacters}
        placeholder={placeholder}
        aria-describedby={isForeign ? `${id}-hint` : undefined}
        value={value}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
      {isForeign && (
        <p id={`${id}-hint`} class="secondary" role="status">
          {strings.prompt.inEnglish}
        </p>
      )}
    </div>
  )
}
