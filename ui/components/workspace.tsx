import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Source } from '../../plugin/messages.ts'
import {
  canRedo,
  canUndo,
  canvasToShow,
  imagesToShow,
  isHiddenByExpansion,
  isMarked,
  warningOf,
} from '../derived.ts'
import type { Command } from '../keyboard.ts'
import { steppedBrushSize } from '../mask/brush.ts'
import { marksOf } from '../mask/history.ts'
import { MaskCanvas } from '../mask/mask-canvas.tsx'
import type { StrokeMode } from '../mask/stroke.ts'
import { type ExpandObstacle, obstacleToExpand } from '../plan.ts'
import type { Session } from '../session/session.ts'
import type { State } from '../state.ts'
import { strings } from '../strings.ts'
import type { Work } from '../work.ts'
import { ExpandFooter } from './expand-footer.tsx'
import { FillFooter } from './fill-footer.tsx'
import { Header } from './header.tsx'
import { NoticeBar } from './notice-bar.tsx'
import { PaintFooter } from './paint-footer.tsx'
import { ReviewFooter } from './review-footer.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { useKeyboard } from './use-keyboard.ts'
import { Waiting } from './waiting.tsx'

export interface WorkspaceProps {
  readonly state: State
  readonly work: Extract<Work, { step: 'paint' | 'fill' | 'review' | 'place' }>
  readonly session: Session
  /** Something lies over it: keys are not for it. */
  readonly isCovered: boolean
  readonly onModels: () => void
}

/** The picture with its tools above and below: from the first stroke to the placed fill. */
export function Workspace({ state, work, session, isCovered, onModels }: WorkspaceProps) {
  const [chosenMode, setChosenMode] = useState<StrokeMode>('paint')
  const [isCompareButtonHeld, setCompareButtonHeld] = useState(false)
  const [areSettingsOpen, setSettingsOpen] = useState(false)
  const { settings, link, selection } = state
  const { picture } = work
  const result = 'result' in work ? work.result : null
  const held = useKeyboard(obey)
  const mode = held.isErasing ? 'erase' : chosenMode
  const isComparing = isCompareButtonHeld || held.isComparing
  const isReady = work.step === 'paint' && link.state === 'ready'
  const task = picture?.task ?? 'remove'
  const isUnderExpansion = picture !== null && task === 'remove' && isHiddenByExpansion(picture)
  const canRemove = isReady && task === 'remove' && isMarked(work.picture) && !isUnderExpansion
  const expanded = picture?.task === 'expand' ? picture : null
  const obstacle =
    expanded && link.state === 'ready'
      ? obstacleToExpand(expanded.source, expanded.margins, link.ready.engines)
      : null
  const reason = expanded && reasonNotToExpand(expanded.source, obstacle)
  const canExpand = isReady && expanded !== null && obstacle === null

  const isUntouched =
    work.step === 'paint' &&
    (task === 'expand' ? obstacle === 'nothing-set' : !isMarked(work.picture)) &&
    work.picture.fills.length === 0 &&
    state.notice === null

  // Drawn anew only when one of these changes, not at each mark.
  const images = useMemo(
    () => imagesToShow({ picture, result }, isComparing),
    [picture?.bitmap, picture?.fills, picture?.edits, task, picture?.margins, result, isComparing],
  )
  const canvas = useMemo(() => canvasToShow(picture), [picture?.source.expansion, task, picture?.margins])
  const history = result === null && !isComparing && task === 'remove' ? picture?.history : undefined
  const marks = useMemo(() => (history === undefined ? [] : marksOf(history)), [history])
  const widthPx = picture?.source.widthPx ?? result?.bitmap.width ?? 1
  const heightPx = picture?.source.heightPx ?? result?.bitmap.height ?? 1

  useEffect(() => {
    window.addEventListener('focus', session.lookAgain)
    return () => window.removeEventListener('focus', session.lookAgain)
  }, [session])

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
        if (canRemove) session.remove()
        else if (canExpand) session.expand()
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
      case 'toggle-eraser':
        setChosenMode(opposite)
        return true
      default:
        return false
    }
  }

  /** Out of what is nearest: a panel, a running fill, a result that waits, a notice. A fill that failed to be placed stays. */
  function goBack(): void {
    if (areSettingsOpen) setSettingsOpen(false)
    else if (work.step === 'fill') session.cancel()
    else if (work.step === 'review' && work.problem === null) session.discard()
    else session.dismissNotice()
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
        canClear={work.step === 'paint' && task === 'remove' && isMarked(work.picture)}
        canCompare={images.length > 1 || isComparing}
        isComparing={isComparing}
        areSettingsOpen={areSettingsOpen}
        onUndo={session.undo}
        onRedo={session.redo}
        onClear={() => session.mark({ kind: 'clear' })}
        onCompare={setCompareButtonHeld}
        onSettings={() => setSettingsOpen(!areSettingsOpen)}
      />
      <div class="stage">
        <MaskCanvas
          key={picture === null ? '' : `${picture.source.layer.id} ${picture.source.hash}`}
          label={(task === 'expand' ? strings.expanding : strings).picture(picture?.source.layer.name ?? '')}
          scene={{ images, marks, widthPx, heightPx, canvas: isComparing ? null : canvas }}
          visible={canvas ?? picture?.source.visible ?? { x: 0, y: 0, width: widthPx, height: heightPx }}
          mode={mode}
          brushPx={settings.brushPx}
          canPaint={work.step === 'paint' && task === 'remove' && !isComparing}
          isBusy={work.step === 'fill'}
          onStroke={session.mark}
        />
        <div class="notices">
          {isUntouched && (
            <p class="invitation">{task === 'expand' ? strings.expanding.invitation : strings.invitation}</p>
          )}
          {isUnderExpansion && <NoticeBar notice={{ tone: 'info', message: strings.expandedCopy }} />}
          {reason !== null && <NoticeBar notice={{ tone: 'info', message: reason }} />}
          {link.state !== 'ready' && (
            <NoticeBar notice={{ tone: 'info', message: strings.lost(link.state === 'absent') }} />
          )}
          {selection.state === 'not-fillable' && selection.reason !== 'nothing' && (
            <NoticeBar notice={{ tone: 'info', message: selection.message }} />
          )}
          {state.notice !== null && <NoticeBar notice={state.notice} onDismiss={session.dismissNotice} />}
        </div>
        {areSettingsOpen && (
          <SettingsPanel settings={settings} onChange={session.changeSettings} onModels={onModels} />
        )}
      </div>
      {footer()}
    </>
  )

  function footer() {
    switch (work.step) {
      case 'paint':
        return task === 'expand' ? (
          <ExpandFooter
            task={task}
            expansion={work.picture.source.expansion}
            margins={work.picture.margins}
            canExpand={canExpand}
            onTask={session.chooseTask}
            onMargins={session.setMargins}
            onExpand={session.expand}
          />
        ) : (
          <PaintFooter
            task={task}
            onTask={session.chooseTask}
            mode={mode}
            brushPx={settings.brushPx}
            canRemove={canRemove}
            onMode={setChosenMode}
            onBrushPx={changeBrush}
            onRemove={session.remove}
          />
        )
      case 'fill':
        return (
          <FillFooter
            progress={work.job.progress}
            task={task}
            isReconnecting={link.state !== 'ready'}
            onCancel={session.cancel}
          />
        )
      case 'review':
        return (
          <ReviewFooter
            warning={warningOf(work)}
            problem={work.problem}
            onPlace={session.place}
            onDownload={session.download}
            onDiscard={session.discard}
          />
        )
      case 'place':
        return (
          <footer class="footer">
            <Waiting text={strings.progress.placing} />
          </footer>
        )
    }
  }
}

/** null: there is nothing to say, because it can be expanded or nothing is set yet. */
function reasonNotToExpand({ expansion }: Source, obstacle: ExpandObstacle | null): string | null {
  if (expansion.state === 'impossible') return expansion.message
  switch (obstacle) {
    case 'no-engine':
      return strings.expanding.noEngine
    case 'too-large':
      return strings.expanding.tooLarge(expansion.maxSidePx)
    case 'nothing-open':
      return strings.expanding.nothingOpen
    default:
      return null
  }
}

function opposite(mode: StrokeMode): StrokeMode {
  return mode === 'paint' ? 'erase' : 'paint'
}
