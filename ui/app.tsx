import { useState } from 'preact/hooks'
import { Choose } from './components/choose.tsx'
import { Connect } from './components/connect.tsx'
import { Guide } from './components/guide.tsx'
import { KeyList } from './components/key-list.tsx'
import { ModelsPage } from './components/models-page.tsx'
import { NoticeBar } from './components/notice-bar.tsx'
import type { Overlay } from './components/open-panel.tsx'
import { ResizeHandle } from './components/resize-handle.tsx'
import { SeveralPage } from './components/several-page.tsx'
import { Waiting } from './components/waiting.tsx'
import { Workspace } from './components/workspace.tsx'
import { obstacleToFill } from './readiness.ts'
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
  const [chosenOverlay, setOverlay] = useState<Overlay | null>(null)
  const closeOverlay = () => setOverlay(null)
  const isFirstPicture = work.step === 'paint' && state.link.state === 'ready' && !state.settings.hasSeenGuide
  const shown = chosenOverlay ?? (isFirstPicture ? 'guide' : null)
  // While it runs, the pictures themselves are seen.
  const isSeveralShown = state.several !== null && state.several.step !== 'running'
  return (
    <main class="window">
      {screen()}
      {overlay()}
      {host === 'figma' && <ResizeHandle onResize={session.resize} />}
    </main>
  )

  /** Over all else, one at a time. */
  function overlay() {
    if (state.several !== null && isSeveralShown) {
      return (
        <SeveralPage
          several={state.several}
          canRun={canBeginSeveral(state)}
          onWay={(way) => void session.several.look(way)}
          onChoose={session.several.choose}
          onRun={() => void session.several.run()}
          onClose={session.several.close}
        />
      )
    }
    switch (shown) {
      case 'models':
        return (
          <ModelsPage
            models={state.models}
            link={state.link}
            session={session.models}
            onClose={closeOverlay}
          />
        )
      case 'keys':
        return <KeyList onClose={closeOverlay} />
      case 'guide':
        return (
          <Guide
            onClose={() => {
              closeOverlay()
              session.changeSettings({ hasSeenGuide: true })
            }}
          />
        )
      default:
        return null
    }
  }

  function screen() {
    if (work.step === 'start') return <Centred text={strings.starting} />
    if (state.link.state !== 'ready' && (!state.wasReady || needsPerson(state.link.state))) {
      return <Connect link={state.link} session={session} />
    }
    switch (work.step) {
      case 'choose':
        return (
          <>
            <Choose selection={state.selection} onModels={() => setOverlay('models')} />
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
            isCovered={shown !== null || isSeveralShown}
            onOverlay={setOverlay}
          />
        )
    }
  }
}

/** Nothing is in the way but what each layer's own mask may say. */
function canBeginSeveral({ work, wish, link }: State): boolean {
  if (work.step !== 'paint') return false
  const obstacle = obstacleToFill(work.picture, wish, link)
  return obstacle === null || obstacle === 'nothing-marked'
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
