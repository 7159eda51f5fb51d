import { useState } from 'preact/hooks'
import { Choose } from './components/choose.tsx'
import { Connect } from './components/connect.tsx'
import { ModelsPage } from './components/models-page.tsx'
import { NoticeBar } from './components/notice-bar.tsx'
import { ResizeHandle } from './components/resize-handle.tsx'
import { Waiting } from './components/waiting.tsx'
import { Workspace } from './components/workspace.tsx'
import type { Session } from './session/session.ts'
import type { State } from './state.ts'
import { strings } from './strings.ts'

export interface AppProps {
  readonly state: State
  readonly session: Session
}

/** The window, as its state says. */
export function App({ state, session }: AppProps) {
  const { work, host } = state
  const [areModelsOpen, setModelsOpen] = useState(false)
  const openModels = () => setModelsOpen(true)
  return (
    <main class="window">
      {screen()}
      {areModelsOpen && (
        <ModelsPage
          models={state.models}
          link={state.link}
          session={session.models}
          onClose={() => setModelsOpen(false)}
        />
      )}
      {host === 'figma' && <ResizeHandle onResize={session.resize} />}
    </main>
  )

  function screen() {
    if (work.step === 'start') return <Centred text={strings.starting} />
    if (state.link.state !== 'ready' && (!state.wasReady || needsPerson(state.link.state))) {
      return <Connect link={state.link} session={session} />
    }
    switch (work.step) {
      case 'choose':
        return (
          <>
            <Choose selection={state.selection} onModels={openModels} />
            {state.notice !== null && (
              <div class="notices">
                <NoticeBar notice={state.notice} onDismiss={session.dismissNotice} />
              </div>
            )}
          </>
        )
      case 'open':
        return <Centred text={strings.opening(work.layer.name)} />
      default:
        return (
          <Workspace
            state={state}
            work={work}
            session={session}
            isCovered={areModelsOpen}
            onModels={openModels}
          />
        )
    }
  }
}

function Centred({ text }: { readonly text: string }) {
  return (
    <div class="page">
      <Waiting text={text} />
    </div>
  )
}

/** Nothing goes on by itself, so this comes before the picture; the marks are kept. */
function needsPerson(state: State['link']['state']): boolean {
  return state !== 'ready' && state !== 'searching' && state !== 'absent'
}
