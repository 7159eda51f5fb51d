import { imagesToShow, regionToShow, warningOf } from '../derived.ts'
import { enginesOf } from '../readiness.ts'
import type { Session } from '../session/session.ts'
import type { State } from '../state.ts'
import { strings } from '../strings.ts'
import { engineFor, isByWords, tasksOffered } from '../wish.ts'
import type { Result, Work } from '../work.ts'
import { EditChoice } from './edit-choice.tsx'
import { ExpandControls } from './expand-controls.tsx'
import { ProgressFooter } from './progress-footer.tsx'
import { RemoveControls } from './remove-controls.tsx'
import { ReviewFooter } from './review-footer.tsx'
import { TaskChoice } from './task-choice.tsx'
import type { ToolBarProps } from './tool-bar.tsx'
import { Waiting } from './waiting.tsx'
import { WordsControls } from './words-controls.tsx'

export interface WorkFooterProps {
  readonly state: State
  readonly work: Extract<Work, { step: 'paint' | 'fill' | 'review' | 'place' }>
  readonly session: Session
  readonly tools: ToolBarProps
  readonly canFill: boolean
  readonly areOptionsOpen: boolean
  readonly onOptions: () => void
  readonly onModels: () => void
}

type TaskProps = WorkFooterProps & { readonly work: Extract<Work, { step: 'paint' }> }

/** Below the picture: what comes next. */
export function WorkFooter(props: WorkFooterProps) {
  const { work } = props
  switch (work.step) {
    case 'paint':
      return <TaskFooter {...props} work={work} />
    case 'fill':
      return (
        <ProgressFooter
          progress={work.job.progress}
          preview={work.job.preview}
          turn={work.job.turn}
          task={work.picture?.task ?? 'remove'}
          isReconnecting={props.state.link.state !== 'ready'}
          onCancel={props.session.cancel}
        />
      )
    case 'review':
      return <ResultFooter {...props} work={work} />
    case 'place':
      return (
        <footer class="footer">
          <Waiting text={strings.progress.placing} />
        </footer>
      )
  }
}

function TaskFooter(props: TaskProps) {
  const { state, work, session } = props
  const { source, task, edits, keepsEdited } = work.picture
  return (
    <footer class="footer">
      {source.shape === null && (
        <TaskChoice task={task} tasks={tasksOffered(enginesOf(state.link))} onTask={session.chooseTask} />
      )}
      {edits !== null && task !== 'expand' && (
        <EditChoice keepsEdited={keepsEdited} onKeep={session.keepEdited} />
      )}
      <Controls {...props} />
    </footer>
  )
}

/** What the task needs to be told, and its button. */
function Controls({ state, work, session, tools, canFill, ...props }: TaskProps) {
  const { task, source, margins } = work.picture
  const { wish } = state
  const engine = engineFor(task, wish, enginesOf(state.link))
  if (task === 'expand') {
    return (
      <ExpandControls
        expansion={source.expansion}
        margins={margins}
        canExpand={canFill}
        onMargins={session.setMargins}
        onExpand={session.fill}
      />
    )
  }
  if (isByWords(task)) {
    const { areOptionsOpen, onOptions, onModels } = props
    return (
      <WordsControls
        {...{ tools, task, wish, engine, canFill, areOptionsOpen, onOptions, onModels }}
        onWish={session.wish}
        onFill={session.fill}
      />
    )
  }
  return (
    <RemoveControls
      tools={tools}
      canRemove={canFill}
      variations={engine?.seeded ? wish.variations[task] : null}
      onVariations={(count) => session.wish({ variations: { ...wish.variations, [task]: count } })}
      onRemove={session.fill}
    />
  )
}

function ResultFooter(props: WorkFooterProps & { readonly work: Extract<Work, { step: 'review' }> }) {
  const { state, work, session } = props
  const { picture, result, problem } = work
  const { seed } = result.variations[result.chosen]!
  const pictureOf = (chosen: number): Result => ({ ...result, chosen })
  return (
    <ReviewFooter
      warning={warningOf(work)}
      problem={problem}
      pictures={result.variations.map((_, index) =>
        imagesToShow({ picture, result: pictureOf(index) }, false),
      )}
      region={regionToShow(work)}
      chosen={result.chosen}
      seed={seed}
      isSeedLocked={picture?.seed === seed}
      canTryAgain={picture !== null && state.link.state === 'ready'}
      onChoose={session.chooseVariation}
      onSeed={session.chooseSeed}
      onTryAgain={session.tryAgain}
      onPlace={session.place}
      onDownload={session.download}
      onDiscard={session.discard}
    />
  )
}
