import {
  Button,
  IconActionChangeSmall24,
  IconButton,
  IconLockOpenSmall24,
  IconLockSmall24,
} from '@create-figma-plugin/ui'
import type { Rect } from '../../plugin/messages.ts'
import { strings } from '../strings.ts'
import type { LaidImage, PlaceProblem } from '../work.ts'
import { Variations } from './variations.tsx'

export interface ReviewFooterProps {
  /** To be agreed to by placing. */
  readonly warning: string | null
  readonly problem: PlaceProblem | null
  /** What each variation makes of the picture, lowest layer first. */
  readonly pictures: readonly (readonly LaidImage[])[]
  /** Where they differ. */
  readonly region: Rect
  readonly chosen: number
  /** Of the variation that is shown. */
  readonly seed: number
  readonly isSeedLocked: boolean
  readonly canTryAgain: boolean
  readonly onChoose: (index: number) => void
  readonly onSeed: (seed: number | null) => void
  readonly onTryAgain: () => void
  readonly onPlace: (anyway: boolean) => void
  readonly onDownload: () => void
  readonly onDiscard: () => void
}

/** The fill is there: into the document with it, or not. */
export function ReviewFooter(props: ReviewFooterProps) {
  const { warning, problem, pictures, region, chosen, canTryAgain } = props
  const { onChoose, onTryAgain, onPlace, onDownload, onDiscard } = props
  return (
    <footer class="footer">
      {pictures.length > 1 && (
        <Variations pictures={pictures} region={region} chosen={chosen} onChoose={onChoose} />
      )}
      {warning !== null && problem === null && <p role="status">{warning}</p>}
      {problem === null ? (
        <div class="made">
          <p class="secondary" role="status">
            {strings.review}
          </p>
          <SeedLine {...props} />
          {canTryAgain && (
            <IconButton aria-label={strings.another} title={strings.another} onClick={onTryAgain}>
              <IconActionChangeSmall24 />
            </IconButton>
          )}
        </div>
      ) : (
        <p class="problem" role="alert">
          {problem.message} {strings.notPlaced}
        </p>
      )}
      <div class="buttons">
        <Button fullWidth secondary onClick={onDiscard}>
          {strings.discard}
        </Button>
        {problem !== null && (
          <Button fullWidth secondary onClick={onDownload}>
            {strings.download}
          </Button>
        )}
        <Button fullWidth onClick={() => onPlace(problem?.mayPlaceAnyway ?? false)}>
          {placeText(problem)}
        </Button>
      </div>
    </footer>
  )
}

/** The seed that was drawn, to be kept for the next fill. */
function SeedLine({ seed, isSeedLocked, onSeed }: ReviewFooterProps) {
  const lock = isSeedLocked ? strings.seed.unlock : strings.seed.lock
  return (
    <>
      <span class="made-seed">{strings.seed.shown(seed)}</span>
      <IconButton
        aria-label={lock}
        title={lock}
        aria-pressed={isSeedLocked}
        onClick={() => onSeed(isSeedLocked ? null : seed)}
      >
        {isSeedLocked ? <IconLockSmall24 /> : <IconLockOpenSmall24 />}
      </IconButton>
    </>
  )
}

function placeText(problem: PlaceProblem | null): string {
  if (problem === null) return strings.place
  return problem.mayPlaceAnyway ? strings.placeAnyway : strings.tryAgain
}
