import type { Engine } from '../engines/engine.ts'
import { CompanionError } from '../errors.ts'
import { decodeMask } from '../image/codec.ts'
import { cropMask } from '../image/crop.ts'
import type { Mask } from '../image/image.ts'
import { openPixels, unite } from '../image/mask.ts'
import type { Rect, Task } from '../protocol.ts'
import type { Picture } from './picture.ts'

/** What was sent, and what decides how it is read. */
export interface SentMasks {
  readonly picture: Pick<Picture, 'image'>
  /** PNG; null only for `expand`. */
  readonly mask: Uint8Array | null
  /** PNG: where not to copy from. */
  readonly avoid: Uint8Array | null
  readonly task: Task
  readonly engine: Pick<Engine, 'takesPrompt'>
}

/** Both exactly 0 or 255, of the picture's size. */
export interface Masks {
  /** 255 = fill. Never empty. */
  readonly mask: Mask
  /** 255 = do not copy from here. */
  readonly avoid: Mask | null
}

/** @throws CompanionError 'mask-unreadable', 'mask-size', 'mask-empty', 'mask-covers-all'; the signal's reason when cancelled */
export async function readMasks(
  { picture, mask: sent, avoid: sentAvoid, task, engine }: SentMasks,
  signal: AbortSignal,
): Promise<Masks> {
  if (sent === null && task !== 'expand') {
    throw new CompanionError('mask-unreadable', 'There is no mask. Mark what should be filled.')
  }
  const marked = sent === null ? null : await decodeMask(sent, picture.image, 'mask', signal)
  const mask = task === 'expand' ? unite(openPixels(picture.image), marked) : marked!
  if (!mask.data.includes(255)) throw new CompanionError('mask-empty', emptySentence(task === 'expand'))
  const avoid = sentAvoid === null ? null : await decodeMask(sentAvoid, picture.image, 'avoid', signal)
  if (!engine.takesPrompt && !hasSource({ mask, avoid })) {
    throw new CompanionError('mask-covers-all', coveredSentence(avoid !== null))
  }
  return { mask, avoid }
}

/** Whether a pixel is left to copy from. */
export function hasSource({ mask, avoid }: Masks): boolean {
  return mask.data.some((value, pixel) => value === 0 && avoid?.data[pixel] !== 255)
}

/** The part of both inside `rect`. */
export function cropMasks({ mask, avoid }: Masks, rect: Rect): Masks {
  return { mask: cropMask(mask, rect), avoid: avoid === null ? null : cropMask(avoid, rect) }
}

function emptySentence(isExpand: boolean): string {
  return isExpand
    ? 'The picture has no transparent part to expand into, and nothing is marked.'
    : 'Nothing is marked. Paint over what should be filled.'
}

function coveredSentence(withAvoid: boolean): string {
  return withAvoid
    ? 'What is marked and what must not be copied from cover the whole picture. Leave some of it to copy from.'
    : 'The whole picture is marked. Leave some of it to copy from.'
}
