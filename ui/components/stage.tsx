import type { ComponentChildren } from 'preact'
import type { Settings } from '../../plugin/messages.ts'
import { featherOf } from '../mask/mark.ts'
import { MaskCanvas } from '../mask/mask-canvas.tsx'
import type { Session } from '../session/session.ts'
import { strings } from '../strings.ts'
import type { Work } from '../work.ts'
import { SplitHandle } from './split-handle.tsx'
import type { HeldKeys } from './use-keyboard.ts'
import type { Shown } from './use-shown.ts'

export interface StageProps {
  readonly work: Extract<Work, { step: 'paint' | 'fill' | 'review' | 'place' }>
  readonly shown: Shown
  readonly settings: Settings
  readonly held: HeldKeys
  /** Only the original is seen. */
  readonly isComparing: boolean
  /** How much of the view shows the original, from the left; null: none of it. */
  readonly split: number | null
  readonly onSplit: (split: number) => void
  readonly session: Pick<Session, 'mark' | 'point'>
  /** What lies over it. */
  readonly children: ComponentChildren
}

/** The picture, to be looked at and marked. */
export function Stage({
  work,
  shown,
  settings,
  held,
  isComparing,
  split,
  onSplit,
  session,
  children,
}: StageProps) {
  const { picture } = work
  const { images, original, marks, avoided, widthPx, heightPx, canvas } = shown
  const isExpanding = picture?.task === 'expand'
  const isSplit = split !== null && images.length > 1 && !isComparing
  return (
    <div class="stage">
      <MaskCanvas
        key={picture === null ? '' : `${picture.source.layer.id} ${picture.source.hash}`}
        label={(isExpanding ? strings.expanding : strings).picture(picture?.source.layer.name ?? '')}
        scene={{
          ...{ images, marks, avoided, widthPx, heightPx },
          original: isSplit ? { images: original, share: split } : null,
          canvas: isComparing ? null : canvas,
        }}
        visible={canvas ?? picture?.source.visible ?? { x: 0, y: 0, width: widthPx, height: heightPx }}
        tool={settings.tool}
        isTaking={held.isErasing}
        brushPx={settings.brushPx}
        featherPx={featherOf(marks) ?? 0}
        canMark={work.step === 'paint' && !isExpanding && !isComparing}
        isBusy={work.step === 'fill'}
        onMark={session.mark}
        onPoint={session.point}
      />
      {isSplit && <SplitHandle share={split} onShare={onSplit} />}
      {children}
    </div>
  )
}
