import { useEffect, useState } from 'preact/hooks'
import { canRedo, canUndo, fillsInForce, isDrawnOn, isMarked } from '../derived.ts'
import { enginesOf, obstacleToFill } from '../readiness.ts'
import type { Session } from '../session/session.ts'
import type { State } from '../state.ts'
import { engineFor, isByWords } from '../wish.ts'
import type { Picture, Work } from '../work.ts'
import { Header } from './header.tsx'
import { Notices } from './notices.tsx'
import { OpenPanel, type Overlay, type Panel } from './open-panel.tsx'
import { Stage } from './stage.tsx'
import { useCommands } from './use-commands.ts'
import { useShown } from './use-shown.ts'
import { WorkFooter } from './work-footer.tsx'

export interface WorkspaceProps {
  readonly state: State
  readonly work: Extract<Work, { step: 'paint' | 'fill' | 'review' | 'place' }>
  readonly session: Session
  /** Something lies over it: keys are not for it. */
  readonly isCovered: boolean
  readonly onOverlay: (overlay: Overlay) => void
}

/** The picture with its tools above and below: from the first stroke to the placed fill. */
export function Workspace({ state, work, session, isCovered, onOverlay }: WorkspaceProps) {
  const [isCompareButtonHeld, setCompareButtonHeld] = useState(false)
  const [chosenPanel, setPanel] = useState<Panel | null>(null)
  const [split, setSplit] = useState<number | null>(null)
  const { settings, link, wish } = state
  const { picture } = work
  const task = picture?.task ?? 'remove'
  const obstacle = work.step === 'paint' ? obstacleToFill(work.picture, wish, link) : null
  const canFill = work.step === 'paint' && obstacle === null
  const engine = engineFor(task, wish, enginesOf(link))
  const hasOptions = work.step === 'paint' && isByWords(task) && engine !== null
  const panel = chosenPanel === 'options' && !hasOptions ? null : chosenPanel
  const onKeys = () => onOverlay('keys')
  const held = useCommands({ state, work, session, isCovered, canFill, onClose: closeNearest, onKeys })
  const isComparing = isCompareButtonHeld || held.isComparing
  const shown = useShown(work, isComparing)
  useSession(session, state, picture)

  function closeNearest(): boolean {
    if (panel !== null) setPanel(null)
    else if (split !== null) setSplit(null)
    else return false
    return true
  }

  function toggle(toggled: Panel): void {
    setPanel(panel === toggled ? null : toggled)
  }

  return (
    <>
      <Header
        layerName={picture?.source.layer.name ?? ('result' in work ? work.result.layer.name : '')}
        isEditing={picture !== null && picture.edits !== null}
        canUndo={canUndo(work)}
        canRedo={canRedo(work)}
        canClear={work.step === 'paint' && task !== 'expand' && isDrawnOn(work.picture)}
        canCompare={shown.images.length > 1 || isComparing}
        isComparing={isComparing}
        isSplit={split !== null}
        resultCount={picture?.fills.length ?? 0}
        openPanel={panel}
        onUndo={session.undo}
        onRedo={session.redo}
        onClear={() => session.mark({ kind: 'clear' })}
        onCompare={setCompareButtonHeld}
        onSplit={() => setSplit(split === null ? 0.5 : null)}
        onResults={() => toggle('results')}
        onSettings={() => toggle('settings')}
      />
      <Stage {...{ work, shown, settings, held, isComparing, split, session }} onSplit={setSplit}>
        <Notices
          state={state}
          work={work}
          obstacle={obstacle}
          onRefill={session.refillOutdated}
          onSeveral={() =>
            void session.several.look(work.step === 'paint' && isMarked(work.picture) ? 'place' : 'shape')
          }
          onModels={() => onOverlay('models')}
          onDismiss={session.dismissNotice}
        />
        <OpenPanel
          {...{ panel, state, work, session, onOverlay }}
          marks={shown.marks}
          onClose={() => setPanel(null)}
        />
      </Stage>
      <WorkFooter
        {...{ state, work, session, canFill }}
        onModels={() => onOverlay('models')}
        areOptionsOpen={panel === 'options'}
        tools={{
          tool: settings.tool,
          brushPx: settings.brushPx,
          removesAtOnce: task === 'remove' ? settings.removeAtOnce : null,
          onTool: (tool) => session.changeSettings({ tool }),
          onBrushPx: (brushPx) => session.changeSettings({ brushPx }),
          isMaskOpen: panel === 'mask',
          onMask: () => toggle('mask'),
          onRemoveAtOnce: (removeAtOnce) => session.changeSettings({ removeAtOnce }),
        }}
        onOptions={() => toggle('options')}
      />
    </>
  )
}

/** What the session is told by what the person sees: they came back from the document, or are about to point at something. */
function useSession(session: Session, { work, link, settings }: State, picture: Picture | null): void {
  useEffect(() => {
    window.addEventListener('focus', session.lookAgain)
    return () => window.removeEventListener('focus', session.lookAgain)
  }, [session])

  const seenFills = picture === null ? [] : fillsInForce(picture).map(({ hash }) => hash)
  useEffect(() => {
    if (work.step === 'paint' && settings.tool === 'point') session.prepareToPoint()
    // The fills are read anew whenever the window gets the focus; only other ones make another picture.
  }, [work.step, settings.tool, link.state, picture?.source.hash, seenFills.join()])
}
