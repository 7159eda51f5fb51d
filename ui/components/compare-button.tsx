import { IconButton, IconEyeSmall24 } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'

export interface CompareButtonProps {
  readonly isDisabled: boolean
  readonly isHeld: boolean
  readonly onChange: (isHeld: boolean) => void
}

/** Shows the original as long as it is held, by pointer or by key. */
export function CompareButton({ isDisabled, isHeld, onChange }: CompareButtonProps) {
  return (
    <IconButton
      aria-label={strings.compare}
      aria-pressed={isHeld}
      title={`${strings.compare} (B)`}
      disabled={isDisabled}
      onPointerDown={() => onChange(true)}
      onPointerUp={() => onChange(false)}
      onPointerLeave={() => onChange(false)}
      onKeyDown={({ key }: KeyboardEvent) => {
        if (key === ' ' || key === 'Enter') onChange(true)
      }}
      onKeyUp={() => onChange(false)}
      onBlur={() => onChange(false)}
    >
      <IconEyeSmall24 />
    </IconButton>
  )
}
