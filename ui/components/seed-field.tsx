import { IconButton, IconLockOpenSmall24, IconLockSmall24 } from '@create-figma-plugin/ui'
import { useId } from 'preact/hooks'
import { strings } from '../strings.ts'

export interface SeedFieldProps {
  /** The locked one; null: another one for each fill. */
  readonly seed: number | null
  /** Of the last fill, to be locked; null: there was none. */
  readonly last: number | null
  readonly onSeed: (seed: number | null) => void
}

const largestSeed = 2 ** 32 - 1

/** Which seed the next fill is made from: the same seed makes the same picture. */
export function SeedField({ seed, last, onSeed }: SeedFieldProps) {
  const id = useId()
  const isLocked = seed !== null
  const lock = isLocked ? strings.seed.unlock : strings.seed.lock
  return (
    <div class="field">
      <label for={id}>{strings.seed.label}</label>
      <div class="seed">
        <input
          id={id}
          type="number"
          min={0}
          max={largestSeed}
          step={1}
          placeholder={last === null ? strings.seed.random : strings.seed.last(last)}
          value={seed === null ? '' : String(seed)}
          onChange={({ currentTarget: { valueAsNumber } }) =>
            onSeed(
              Number.isNaN(valueAsNumber)
                ? null
                : Math.min(largestSeed, Math.max(0, Math.round(valueAsNumber))),
            )
          }
        />
        <IconButton
          aria-label={lock}
          title={lock}
          aria-pressed={isLocked}
          disabled={!isLocked && last === null}
          onClick={() => onSeed(isLocked ? null : last)}
        >
          {isLocked ? <IconLockSmall24 /> : <IconLockOpenSmall24 />}
        </IconButton>
      </div>
    </div>
  )
}
