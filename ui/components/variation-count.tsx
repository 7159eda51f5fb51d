import { strings } from '../strings.ts'
import { mostVariations } from '../wish.ts'

export interface VariationCountProps {
  readonly count: number
  readonly onCount: (count: number) => void
}

/** How many results there will be to choose from. */
export function VariationCount({ count, onCount }: VariationCountProps) {
  return (
    <select
      class="variation-count"
      aria-label={strings.variations.count}
      title={strings.variations.count}
      value={String(count)}
      onChange={({ currentTarget }) => onCount(Number(currentTarget.value))}
    >
      {Array.from({ length: mostVariations }, (_, index) => index + 1).map((each) => (
        <option key={each} value={each}>
          {strings.variations.times(each)}
        </option>
      ))}
    </select>
  )
}
