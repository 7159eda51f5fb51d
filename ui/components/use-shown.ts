import { useMemo } from 'preact/hooks'
import type { Rect } from '../../plugin/messages.ts'
import { canvasToShow, chosenOf, imagesToShow } from '../derived.ts'
import { marksOf } from '../mask/history.ts'
import { avoidedBy, type Mark, type MaskMark } from '../mask/mark.ts'
import type { LaidImage, Work } from '../work.ts'

/** What is seen of the work, as it is laid out. */
export interface Shown {
  /** Lowest first. */
  readonly images: readonly LaidImage[]
  /** The picture without what became of it. */
  readonly original: readonly LaidImage[]
  /** In force. */
  readonly marks: readonly Mark[]
  /** What nothing is copied from. */
  readonly avoided: readonly MaskMark[]
  /** With margins; null: there are none. */
  readonly canvas: Rect | null
  /** Of the picture. */
  readonly widthPx: number
  readonly heightPx: number
}

/** Each part is made anew only when what it depends on changes, not at each mark. */
export function useShown(
  work: Extract<Work, { step: 'paint' | 'fill' | 'review' | 'place' }>,
  isComparing: boolean,
): Shown {
  const { picture } = work
  const result = 'result' in work ? work.result : null
  const task = picture?.task ?? 'remove'
  const images = useMemo(
    () => imagesToShow({ picture, result }, isComparing),
    [
      ...[picture?.bitmap, picture?.fills, picture?.edits, picture?.keepsEdited],
      ...[task, picture?.margins, result, isComparing],
    ],
  )
  const original = useMemo(() => imagesToShow({ picture, result: null }, true), [picture?.bitmap])
  const canvas = useMemo(() => canvasToShow(picture), [picture?.source.expansion, task, picture?.margins])
  const history = result === null && !isComparing ? picture?.history : undefined
  // A picture is expanded as it is, whatever is marked on it.
  const markHistory = task === 'expand' ? undefined : history
  const marks = useMemo(() => (markHistory === undefined ? [] : marksOf(markHistory)), [markHistory])
  const avoided = useMemo(() => (history === undefined ? [] : avoidedBy(marksOf(history))), [history])
  const shownBitmap = result === null ? null : chosenOf(result).bitmap
  return {
    ...{ images, original, marks, avoided, canvas },
    widthPx: picture?.source.widthPx ?? shownBitmap?.width ?? 1,
    heightPx: picture?.source.heightPx ?? shownBitmap?.height ?? 1,
  }
}
