import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Tool } from '../../plugin/messages.ts'
import { canRedo, canUndo, canvasToShow, chosenOf, fillsInForce, imagesToShow, isMarked } from '../derived.ts'
import type { Command } from '../keyboard.ts'
import { steppedBrushSize } from '../mask/brush.ts'
import { marksOf } from '../mask/history.ts'
import { featherOf } from '../mask/mark.ts'
import { MaskCanvas } from '../mask/mask-canvas.tsx'
import { enginesOf, obstacleToFill } from '../readiness.ts'
import type { Session } from '../session/session.ts'
import type { State } from '../state.ts'
import { strings } from '../strings.ts'
import { engineFor, isByWords } from '../wish.ts'
import type { Work } from '../work.ts'
import { Header } from './header.tsx'
import { Notices } from './notices.tsx'
import { OpenPanel, type Overlay, type Panel } from './open-panel.tsx'
import { SplitHandle } from './split-handle.tsx'
import { useKeyboard } from './use-keyboard.ts'
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
  /** How much of the view shows the original, from the left; null: none of it. */
  const [split, setSplit] = useState<number | null>(null)
  const { settings, link, wish } = state
  const { picture } = work
  const result = 'result' in work ? work.result : null
  const held = useKeyboard(obey)
  const { tool } = settings
  const isComparing = isCompareButtonHeld || held.isComparing
  const task = picture?.task ?? 'remove'
  const obstacle = work.step === 'paint' ? obstacleToFill(work.picture, wish, link) : null
  const canFill = work.step === 'paint' && obstacle === null
  const engine = engineFor(task, wish, enginesOf(link))
  const hasOptions = work.step === 'paint' && isByWords(task) && engine !== null
  const panel = chosenPanel === 'options' && !hasOptions ? null : chosenPanel

  // Drawn anew only when one of these changes, not at each mark.
  const images = useMemo(
    () => imagesToShow({ picture, result }, isComparing),
    [
      ...[picture?.bitmap, picture?.fills, picture?.edits, picture?.keepsEdited],
      ...[task, picture?.margins, result, isComparing],
    ],
  )
  const isSplit = split !== null && images.length > 1 && !isComparing
  const original = useMemo(() => imagesToShow({ picture, result: null }, true), [picture?.bitmap])
  const canvas = useMemo(() => canvasToShow(picture), [picture?.source.expansion, task, picture?.margins])
  const history = result === null && !isComparing && task !== 'expand' ? picture?.history : undefined
  const marks = useMemo(() => (history === undefined ? [] : marksOf(history)), [history])
  const shownBitmap = result === null ? null : chosenOf(result).bitmap
  const widthPx = picture?.source.widthPx ?? shownBitmap?.width ?? 1
  const heightPx = picture?.source.heightPx ?? shownBitmap?.height ?? 1

  useEffect(() => {
    window.addEventListener('focus', session.lookAgain)
    return () => window.removeEventListener('focus', session.lookAgain)
  }, [session])

  const seenFills =
    picture === null
      ? ''
      : fillsInForce(picture)
          .map(({ hash }) => hash)
          .join()
  useEffect(() => {
    if (work.step === 'paint' && tool === 'point') session.prepareToPoint()
    // The fills are read anew whenever the window gets the focus; only other ones make another picture.
  }, [work.step, tool, link.state, picture?.source.hash, seenFills])

  function obey(command: Command): boolean {
    if (isCovered) return false
    switch (command) {
      case 'undo':
        session.undo()
        return true
      case 'redo':
        session.redo()
        return true
      case 'confirm':
        if (canFill) session.fill()
        else if (work.step === 'review' && work.problem === null) session.place(false)
        return true
      case 'back':
        goBack()
        return true
      case 'brush-larger':
        changeBrush(steppedBrushSize(settings.brushPx, 1))
        return true
      case 'brush-smaller':
        changeBrush(steppedBrushSize(settings.brushPx, -1))
        return true
      case 'keys':
        onOverlay('keys')
        return true
      case 'next':
        return flip(1)
      case 'previous':
        return flip(-1)
      case 'toggle-eraser':
        changeTool(tool === 'eraser' ? 'brush' : 'eraser')
        return true
      case 'point':
      case 'brush':
      case 'lasso':
      case 'rectangle':
        changeTool(command)
        return true
      case 'next-candidate':
        if (picture?.pointing == null || picture.pointing.candidates.length === 1) return false
        session.nextCandidate()
        return true
      default:
        return false
    }
  }

  /** Out of what is nearest: a panel, a running fill, a result that waits, a notice. A fill that failed to be placed stays. */
  function goBack(): void {
    if (panel !== null) setPanel(null)
    else if (split !== null) setSplit(null)
    else if (picture?.isLooking) session.stopLooking()
    else if (work.step === 'fill') session.cancel()
    else if (work.step === 'review' && work.problem === null) session.discard()
    else session.dismissNotice()
  }

  /** To the variation beside the one that is shown; after the last comes the first. */
  function flip(by: number): boolean {
    if (work.step !== 'review' || work.result.variations.length === 1) return false
    const { chosen, variations } = work.result
    session.chooseVariation((chosen + by + variations.length) % variations.length)
    return true
  }

  function toggle(toggled: Panel): void {
    setPanel(panel === toggled ? null : toggled)
  }

  function changeTool(changed: Tool): void {
    session.changeSettings({ tool: changed })
  }

  function changeBrush(brushPx: number): void {
    session.changeSettings({ brushPx })
  }

  return (
    <>
      <Header
        layerName={picture?.source.layer.name ?? result?.layer.name ?? ''}
        isEditing={picture !== null && picture.edits !== null}
        canUndo={canUndo(work)}
        canRedo={canRedo(work)}
        canClear={work.step === 'paint' && task !== 'expand' && isMarked(work.picture)}
        canCompare={images.length > 1 || isComparing}
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
      <div class="stage">
        <MaskCanvas
          key={picture === null ? '' : `${picture.source.layer.id} ${picture.source.hash}`}
          label={(task === 'expand' ? strings.expanding : strings).picture(picture?.source.layer.name ?? '')}
          scene={{
            images,
            original: isSplit ? { images: original, share: split } : null,
            marks,
            widthPx,
            heightPx,
            canvas: isComparing ? null : canvas,
          }}
          visible={canvas ?? picture?.source.visible ?? { x: 0, y: 0, width: widthPx, height: heightPx }}
          tool={tool}
          isTaking={held.isErasing}
          brushPx={settings.brushPx}
          featherPx={featherOf(marks) ?? 0}
          canMark={work.step === 'paint' && task !== 'expand' && !isComparing}
          isBusy={work.step === 'fill'}
          onMark={session.mark}
          onPoint={session.point}
        />
        {isSplit && <SplitHandle share={split} onShare={setSplit} />}
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
        <OpenPanel {...{ panel, state, work, session, marks, onOverlay }} />
      </div>
      <WorkFooter
        {...{ state, work, session, canFill }}
        onModels={() => onOverlay('models')}
        areOptionsOpen={panel === 'options'}
        tools={{
          tool,
          brushPx: settings.brushPx,
          removesAtOnce: task === 'remove' ? settings.removeAtOnce : null,
          onTool: changeTool,
          onBrushPx: changeBrush,
          isMaskOpen: panel === 'mask',
          onMask: () => toggle('mask'),
          onRemoveAtOnce: (removeAtOnce) => session.changeSettings({ removeAtOnce }),
        }}
        onOptions={() => toggle('options')}
      />
    </>
  )
}
