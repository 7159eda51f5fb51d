import type { Settings } from '../../plugin/messages.ts'
import { isAvoiding, isMarked, outdatedFills } from '../derived.ts'
import type { Obstacle } from '../readiness.ts'
import type { State } from '../state.ts'
import { strings } from '../strings.ts'
import { isByWords } from '../wish.ts'
import type { Picture, Work } from '../work.ts'
import { CopyCommand } from './copy-command.tsx'
import { NoticeBar } from './notice-bar.tsx'

export interface NoticesProps {
  readonly state: State
  readonly work: Extract<Work, { step: 'paint' | 'fill' | 'review' | 'place' }>
  /** What keeps the task from being done; null: nothing, or nothing is asked for. */
  readonly obstacle: Obstacle | null
  /** Once more what was made for the picture that was here before. */
  readonly onRefill: () => void
  readonly onSeveral: () => void
  readonly onModels: () => void
  readonly onDismiss: () => void
}

/** What there is to say, over the picture's lower edge. */
export function Notices({ state, work, obstacle, onRefill, onSeveral, onModels, onDismiss }: NoticesProps) {
  const { link, selection, notice } = state
  const reason = work.step === 'paint' ? reasonFor(obstacle, work.picture) : null
  const isOfSeveral =
    work.step === 'paint' &&
    work.picture.task !== 'expand' &&
    selection.state === 'fillable' &&
    selection.layers.length > 1
  const outdatedCount = work.step === 'paint' ? outdatedFills(work.picture).length : 0
  return (
    <div class="notices">
      {work.step === 'paint' &&
        notice === null &&
        !work.picture.isLooking &&
        isInviting(work.picture, obstacle) && (
          <p class="invitation">{invitationTo(work.picture, state.settings)}</p>
        )}
      {work.step === 'paint' && <PointingLine picture={work.picture} />}
      {outdatedCount > 0 && (
        <NoticeBar
          notice={{ tone: 'info', message: strings.results.outdatedNotice(outdatedCount) }}
          action={{ name: strings.results.refill, act: onRefill, isDisabled: link.state !== 'ready' }}
        />
      )}
      {reason !== null && <NoticeBar notice={{ tone: 'info', message: reason }} />}
      {isOfSeveral && (
        <NoticeBar
          notice={{ tone: 'info', message: strings.several.selected(selection.layers.length) }}
          action={{ name: strings.several.open, act: onSeveral, isDisabled: link.state !== 'ready' }}
        />
      )}
      {link.state !== 'ready' && (
        <NoticeBar notice={{ tone: 'info', message: strings.lost(link.state === 'absent') }}>
          {link.state === 'absent' && <CopyCommand command={strings.absent.command} />}
        </NoticeBar>
      )}
      {selection.state === 'not-fillable' && selection.reason !== 'nothing' && (
        <NoticeBar notice={{ tone: 'info', message: selection.message }} />
      )}
      {notice !== null && (
        <NoticeBar
          notice={notice}
          onDismiss={onDismiss}
          {...(notice.leadsTo === 'models' && {
            action: { name: strings.models.open, act: onModels, isDisabled: false },
          })}
        />
      )}
    </div>
  )
}

/** While something is looked for, and what to do with what was found. */
function PointingLine({ picture: { isLooking, pointing } }: { readonly picture: Picture }) {
  const count = pointing?.candidates.length ?? 0
  if (!isLooking && count === 0) return null
  return (
    <p class="invitation" role="status">
      {isLooking ? strings.pointing.looking : strings.pointing.found(count)}
    </p>
  )
}

/** Nothing has been done here yet, or the next thing to do is what the invitation says. */
function isInviting(picture: Picture, obstacle: Obstacle | null): boolean {
  const { task, fills } = picture
  if (task === 'expand') return obstacle === 'nothing-set' && fills.length === 0
  return !isMarked(picture) && (fills.length === 0 || isAvoiding(picture))
}

function invitationTo({ task }: Picture, { tool }: Settings): string {
  if (task === 'expand') return strings.expanding.invitation
  if (tool === 'point') return strings.pointing.invitation
  return isByWords(task) ? strings.prompt.invitation : strings.invitation
}

/** null: there is nothing to say, because nothing is in the way or nothing has been asked for yet. */
function reasonFor(obstacle: Obstacle | null, { task, source }: Picture): string | null {
  const { expansion } = source
  switch (obstacle) {
    case 'impossible':
      return expansion.state === 'impossible' ? expansion.message : null
    case 'too-large':
      return expansion.state === 'possible' ? strings.expanding.tooLarge(expansion.maxSidePx) : null
    case 'nothing-open':
      return strings.expanding.nothingOpen
    case 'no-engine':
      return task === 'expand' || task === 'remove' ? strings.noEngine[task] : null
    case 'hidden':
      return strings.expandedCopy
    default:
      return null
  }
}
