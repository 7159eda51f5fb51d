import { imagesToShow, regionToShow, warningOf } from '../derived.ts'
import { enginesOf } from '../readiness.ts'
import type { Session } from '../session/session.ts'
import type { State } from '../state.ts'
import { strings } from '../strings.ts'
import { engineFor, isByWords, tasksOffered } from '../wish.ts'
import type { Result, Work } from '../work.ts'
import { ExpandFooter } from './expand-footer.tsx'
import { PaintFooter } from './paint-footer.tsx'
import { ProgressFooter } from './progress-footer.tsx'
import { ReviewFooter } from './review-footer.tsx'
import type { ToolBarProps } from './tool-bar.tsx'
import { Waiting } from './waiting.tsx'
import { WordsFooter } from './words-footer.tsx'

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

function TaskFooter(props: WorkFooterProps & { readonly work: Extract<Work, { step: 'paint' }> }) {
  const { state, work, session, tools, canFill, areOptionsOpen, onOptions, onModels } = props
  const { task, source, margins } = work.picture
  const { wish } = state
  const engines = enginesOf(state.link)
  const engine = engineFor(task, wish, engines)
  const choice = { task, tasks: tasksOffered(engines), onTask: session.chooseTask }
  if (task === 'expand') {
    return (
      <ExpandFooter
        {...choice}
        expansion={source.expansion}
        margins={margins}
        canExpand={canFill}
        onMargins={session.setMargins}
        onExpand={session.fill}
      />
    )
  }
  if (isByWords(task)) {
    return (
      <WordsFooter
        {...{ ...choice, ...tools, wish, engine, canFill, areOptionsOpen, onOptions, onModels }}
        onWish={session.wish}
        onFill={session.fill}
      />
    )
  }
  return (
    <PaintFooter
      {...{ ...choice, ...tools }}
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
