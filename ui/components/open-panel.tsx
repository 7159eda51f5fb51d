import { isMarked } from '../derived.ts'
import { featherOf, type Mark } from '../mask/mark.ts'
import { enginesOf } from '../readiness.ts'
import type { Session } from '../session/session.ts'
import type { State } from '../state.ts'
import { engineFor } from '../wish.ts'
import type { Work } from '../work.ts'
import { FurtherOptions } from './further-options.tsx'
import { MaskPanel } from './mask-panel.tsx'
import { ResultsPanel } from './results-panel.tsx'
import { SettingsPanel } from './settings-panel.tsx'

/** What lies over the picture, one at a time. */
export type Panel = 'results' | 'settings' | 'options' | 'mask'

/** What lies over the whole window, one at a time. */
export type Overlay = 'models' | 'keys' | 'guide'

export interface OpenPanelProps {
  readonly panel: Panel | null
  readonly state: State
  readonly work: Extract<Work, { step: 'paint' | 'fill' | 'review' | 'place' }>
  readonly session: Session
  /** In force. */
  readonly marks: readonly Mark[]
  readonly onOverlay: (overlay: Overlay) => void
  readonly onClose: () => void
}

/** The panel that is open, if what it is about is there. */
export function OpenPanel(props: OpenPanelProps) {
  const { panel, state, work, session, marks, onOverlay, onClose } = props
  const { link, settings, wish } = state
  const { picture } = work
  const task = picture?.task ?? 'remove'
  const engines = enginesOf(link)
  switch (panel) {
    case 'options': {
      const engine = engineFor(task, wish, engines)
      return engine === null ? null : (
        <FurtherOptions
          {...{ task, wish, engines, engine }}
          seed={picture?.seed ?? null}
          lastSeed={picture?.placed.at(-1)?.seed ?? null}
          onWish={session.wish}
          onSeed={session.chooseSeed}
        />
      )
    }
    case 'mask':
      return work.step !== 'paint' ? null : (
        <MaskPanel
          isMarked={isMarked(work.picture)}
          hasLastMask={state.lastMask !== null}
          hasShapes={state.host === 'figma'}
          featherPx={featherOf(marks)}
          onReshape={session.reshape}
          onAvoid={() => {
            session.avoidMarked()
            // What is to go is marked next.
            onClose()
          }}
          onFeather={(featherPx) => session.mark({ kind: 'soften', featherPx })}
          onAgain={session.markAgain}
          onShapes={session.markShapes}
          onFile={session.markFile}
        />
      )
    case 'results':
      return picture === null ? null : (
        <ResultsPanel
          {...{ picture, engines }}
          isConnected={link.state === 'ready'}
          canAct={work.step === 'paint'}
          onReveal={session.revealFill}
          onEdit={session.editFill}
          onRefill={session.refill}
          onReuse={session.reuse}
          onDelete={session.deleteFill}
        />
      )
    case 'settings':
      return (
        <SettingsPanel
          settings={settings}
          onChange={session.changeSettings}
          onModels={() => onOverlay('models')}
          onKeys={() => onOverlay('keys')}
          onGuide={() => onOverlay('guide')}
        />
      )
    case null:
      return null
  }
}
