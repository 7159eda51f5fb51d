import { Button } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import type { PlaceProblem } from '../work.ts'

export interface ReviewFooterProps {
  /** To be agreed to by placing. */
  readonly warning: string | null
  readonly problem: PlaceProblem | null
  readonly onPlace: (anyway: boolean) => void
  readonly onDownload: () => void
  readonly onDiscard: () => void
}

/** The fill is there: into the document with it, or not. */
export function ReviewFooter({ warning, problem, onPlace, onDownload, onDiscard }: ReviewFooterProps) {
  return (
    <footer class="footer">
      {problem === null ? (
        <p class="secondary" role="status">
          {warning ?? strings.review}
        </p>
      ) : (
        <p class="problem" role="alert">
          {problem.message} {strings.notPlaced}
        </p>
      )}
      <div class="buttons">
        <Button fullWidth onClick={() => onPlace(problem?.mayPlaceAnyway ?? false)}>
          {placeText(problem)}
        </Button>
        {problem !== null && (
          <Button fullWidth secondary onClick={onDownload}>
            {strings.download}
          </Button>
        )}
        <Button fullWidth secondary onClick={onDiscard}>
          {strings.discard}
        </Button>
      </div>
    </footer>
  )
}

function placeText(problem: PlaceProblem | null): string {
  if (problem === null) return strings.place
  return problem.mayPlaceAnyway ? strings.placeAnyway : strings.tryAgain
}
