import type { PlacedShape } from '../../plugin/messages.ts'
import { marksOf } from '../mask/history.ts'
import type { MaskMark } from '../mask/mark.ts'
import { type Bits, bitsFromMarks, boundsOf, imageFromBits } from '../mask/raster.ts'
import { type Reshape, reshaped } from '../mask/reshape.ts'
import { maskFromPicture, maskMarkFrom, shapesOnPicture } from '../picture.ts'
import { strings } from '../strings.ts'
import type { Picture } from '../work.ts'
import type { Effects } from './effects.ts'

/** How a mask is changed as a whole, and where it may come from beside the hand. */
export interface Masking {
  reshape(change: Reshape): void
  /** What is marked becomes an area that nothing is copied from. */
  avoidMarked(): void
  /** What was marked for the last fill, on this picture too. */
  markAgain(): Promise<void>
  /** The shapes that are selected in Figma, where they lie on the picture. */
  markShapes(): Promise<void>
  /** A mask that was made elsewhere, stretched over the picture. */
  markFile(file: Blob): Promise<void>
}

export function createMasking(effects: Effects): Masking {
  const { dispatch, sandbox } = effects

  return { reshape, avoidMarked, markAgain, markShapes, markFile }

  function reshape(change: Reshape): void {
    const picture = pictureToMark()
    if (picture === null) return
    const bits = reshaped(bitsOf(picture), change)
    const rect = boundsOf(bits)
    if (rect === null) dispatch({ type: 'marked', mark: { kind: 'clear' } })
    else mark({ kind: 'mask', image: imageFromBits(bits, rect), rect, isAlone: true })
  }

  function avoidMarked(): void {
    const picture = pictureToMark()
    if (picture === null) return
    const bits = bitsOf(picture)
    const rect = boundsOf(bits)
    if (rect === null) inform(strings.nothingMarked)
    else dispatch({ type: 'marked', mark: { kind: 'avoid', image: imageFromBits(bits, rect), rect } })
  }

  async function markAgain(): Promise<void> {
    const { lastMask } = effects.state
    if (lastMask !== null) mark(await maskMarkFrom(lastMask))
  }

  async function markShapes(): Promise<void> {
    const picture = pictureToMark()
    if (picture === null) return
    const { layer } = picture.source
    const shapes: readonly PlacedShape[] = await sandbox.ask('openShapes', { layerId: layer.id, except: [] })
    const image = shapes.length === 0 ? null : await shapesOnPicture(shapes, picture.source)
    if (image === null) {
      inform(shapes.length === 0 ? strings.mask.noShapes : strings.mask.shapesBeside)
      return
    }
    mark({ kind: 'mask', ...image, isAlone: false })
  }

  async function markFile(file: Blob): Promise<void> {
    const image = await maskFromPicture(file)
    if (image === null) inform(strings.mask.notAMask)
    else mark({ kind: 'mask', image, rect: null, isAlone: false })
  }

  function mark(added: MaskMark): void {
    dispatch({ type: 'marked', mark: added })
  }

  function inform(message: string): void {
    dispatch({ type: 'noticed', notice: { tone: 'info', message } })
  }

  function pictureToMark(): Picture | null {
    const { work } = effects.state
    return work.step === 'paint' && work.picture.task !== 'expand' ? work.picture : null
  }
}

function bitsOf({ history, source }: Picture): Bits {
  return bitsFromMarks(marksOf(history), source.widthPx, source.heightPx)
}
