import { IconButton, IconCloseSmall24 } from '@create-figma-plugin/ui'
import { useEffect, useRef } from 'preact/hooks'
import type { Link } from '../link.ts'
import { type Models, stateOfModel } from '../models.ts'
import type { ModelsSession } from '../models-session.ts'
import { strings } from '../strings.ts'
import { ModelCard } from './model-card.tsx'
import { Waiting } from './waiting.tsx'

export interface ModelsPageProps {
  readonly models: Models
  readonly link: Link
  readonly session: ModelsSession
  readonly onClose: () => void
}

/** The models that can be downloaded, over the whole window; what is beneath stays as it is. */
export function ModelsPage({ models, link, session, onClose }: ModelsPageProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const isConnected = link.state === 'ready'
  const { list, failures } = models

  useEffect(() => dialog.current?.showModal(), [])
  // Another window, or a command line, may have changed what is installed.
  useEffect(() => {
    if (!isConnected) return
    session.look()
    window.addEventListener('focus', session.look)
    return () => window.removeEventListener('focus', session.look)
  }, [session, isConnected])

  return (
    <dialog ref={dialog} class="models" aria-labelledby="models-title" onClose={onClose}>
      <header class="header">
        <h1 id="models-title">{strings.models.title}</h1>
        <IconButton aria-label={strings.close} title={strings.close} onClick={onClose}>
          <IconCloseSmall24 />
        </IconButton>
      </header>
      <div class="models-list">
        <p class="secondary">{strings.models.text}</p>
        {!isConnected && <Waiting text={strings.progress.reconnecting} />}
        {list?.length === 0 && <p>{strings.models.none}</p>}
        {list?.map((info) => (
          <ModelCard
            key={info.id}
            info={info}
            state={stateOfModel(info, models)}
            failure={failures[info.id] ?? null}
            engines={enginesOf(info.usedBy, info.title, link)}
            isConnected={isConnected}
            session={session}
          />
        ))}
      </div>
    </dialog>
  )
}

function enginesOf(ids: readonly string[], title: string, link: Link): readonly string[] {
  if (link.state !== 'ready') return []
  const titles = link.ready.engines.filter(({ id }) => ids.includes(id)).map((engine) => engine.title)
  return titles.filter((each) => each !== title)
}
