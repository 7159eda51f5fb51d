import { Button } from '@create-figma-plugin/ui'
import type { ModelInfo, ProgressReply } from '../../companion/protocol.ts'
import type { Failure, ModelState } from '../models.ts'
import type { ModelsSession } from '../models-session.ts'
import { strings } from '../strings.ts'
import { Progress } from './progress.tsx'

export interface ModelCardProps {
  readonly info: ModelInfo
  readonly state: ModelState
  readonly failure: Failure | null
  /** Titles of the engines that need it, where they are called otherwise. */
  readonly engines: readonly string[]
  /** The companion is there. */
  readonly isConnected: boolean
  readonly session: ModelsSession
}

/** One model: what it is good for, what it costs to have it, and how to get it or be rid of it. */
export function ModelCard({ info, state, failure, engines, isConnected, session }: ModelCardProps) {
  const { id, title, purpose } = info
  const heading = `model-${id}`
  return (
    <article class="model" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}</h2>
        <span class="secondary" role="status">
          {stateText(info, state)}
        </span>
      </header>
      <p>{purpose}</p>
      {engines.length > 0 && <p class="secondary">{strings.models.usedBy(engines)}</p>}
      {state.state !== 'downloading' && <LicenceLine info={info} />}
      {state.state === 'damaged' && <p class="problem">{strings.models.damagedText}</p>}
      {failure !== null && (
        <p class="problem" role="alert">
          {failure.message} {failure.hint}
        </p>
      )}
      {state.state === 'downloading' && <DownloadProgress progress={state.progress} />}
      {action()}
    </article>
  )

  function action() {
    const { text, act } = actionOf()
    return (
      <Button fullWidth secondary disabled={!isConnected} aria-label={`${text}: ${title}`} onClick={act}>
        {text}
      </Button>
    )
  }

  function actionOf(): { readonly text: string; readonly act: () => void } {
    const { accept, download, resume, repair, remove } = strings.models
    switch (state.state) {
      case 'absent':
        return {
          text: info.licence.restrictions === undefined ? download : accept,
          act: () => session.install(id),
        }
      case 'begun':
        return { text: resume, act: () => session.install(id) }
      case 'downloading':
        return { text: strings.cancel, act: () => session.cancel(id) }
      case 'installed':
        return { text: remove, act: () => session.remove(id) }
      case 'damaged':
        return { text: repair, act: () => session.install(id) }
    }
  }
}

/** Of what is read in place; the rest is scrolled to. */
const mostLines = 8

/** Before the button: whoever presses it accepts this. */
function LicenceLine({ info: { licence } }: { readonly info: ModelInfo }) {
  return (
    <>
      <p class="secondary">
        {strings.models.licence}{' '}
        <a href={licence.url} target="_blank" rel="noreferrer">
          {licence.name}
        </a>
      </p>
      {licence.restrictions !== undefined && (
        <textarea
          class="model-restrictions"
          aria-label={strings.models.restrictions(licence.name)}
          rows={Math.min(mostLines, licence.restrictions.split('\n').length)}
          readOnly
          value={licence.restrictions}
        />
      )}
    </>
  )
}

function DownloadProgress({ progress }: { readonly progress: ProgressReply | null }) {
  const share = progress === null || progress.total === 0 ? 0 : progress.done / progress.total
  return (
    <Progress share={share} etaMs={progress?.etaMs}>
      {progressText(progress)}
    </Progress>
  )
}

function progressText(progress: ProgressReply | null): string {
  if (progress === null) return strings.progress.preparing
  const { stage, done, total } = progress
  return stage === 'load' ? strings.models.checking : strings.models.amount(done, total)
}

function stateText({ bytes }: ModelInfo, state: ModelState): string {
  switch (state.state) {
    case 'absent':
      return strings.models.size(bytes)
    case 'begun':
      return strings.models.amount(state.doneBytes, bytes)
    case 'downloading':
      return strings.progress.download
    case 'installed':
      return strings.models.installed
    case 'damaged':
      return strings.models.damaged
  }
}
