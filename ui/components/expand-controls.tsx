import { Button } from '@create-figma-plugin/ui'
import type { Expansion, Margins } from '../../plugin/messages.ts'
import { marginsToRatio } from '../plan.ts'
import { strings } from '../strings.ts'
import { MarginFields } from './margin-fields.tsx'

export interface ExpandControlsProps {
  readonly expansion: Expansion
  readonly margins: Margins
  readonly canExpand: boolean
  readonly onMargins: (margins: Margins) => void
  readonly onExpand: () => void
}

/** Width to height. */
const ratios = [
  [16, 9],
  [1, 1],
  [4, 5],
  [9, 16],
] as const

/** How far the picture goes on, and one button. */
export function ExpandControls(props: ExpandControlsProps) {
  const { expansion, margins, canExpand, onMargins, onExpand } = props
  const toFrame = expansion.state === 'possible' ? expansion.toFrame : null
  return (
    <>
      <MarginFields margins={margins} isDisabled={expansion.state === 'impossible'} onMargins={onMargins} />
      <div class="go">
        {toFrame !== null && (
          <Button secondary onClick={() => onMargins(toFrame)}>
            {strings.expanding.toFrame}
          </Button>
        )}
        {expansion.state === 'possible' && <Ratios expansion={expansion} onMargins={onMargins} />}
        <Button fullWidth disabled={!canExpand} onClick={onExpand}>
          {strings.tasks.expand}
        </Button>
      </div>
    </>
  )
}

interface RatiosProps {
  readonly expansion: Extract<Expansion, { state: 'possible' }>
  readonly onMargins: (margins: Margins) => void
}

/** Margins by what the picture is for. A menu, not a state: once one is chosen, the margins say it. */
function Ratios({ expansion, onMargins }: RatiosProps) {
  return (
    <select
      aria-label={strings.expanding.ratio}
      value=""
      onChange={({ currentTarget }) => {
        const [width, height] = ratios[Number(currentTarget.value)]!
        onMargins(marginsToRatio(expansion, width / height))
        currentTarget.value = ''
      }}
    >
      <option value="" disabled>
        {strings.expanding.ratio}
      </option>
      {ratios.map(([width, height], index) => (
        <option key={index} value={index}>
          {width}:{height}
        </option>
      ))}
    </select>
  )
}
