import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Rect } from '../../plugin/messages.ts'
import type { LaidImage } from '../work.ts'

export interface ThumbnailProps {
  /** Lowest first. */
  readonly images: readonly LaidImage[]
  /** The part to show, which is fitted into the thumbnail. */
  readonly region: Rect
}

/** Twice what is seen, for fine screens. */
const sidePx = 112

/** Part of a picture, small. What it shows, the control around it says. */
export function Thumbnail({ images, region }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { x, y, width, height } = region

  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')
    if (context === null) return
    const scale = Math.min(sidePx / width, sidePx / height)
    const [left, top] = [(sidePx - width * scale) / 2, (sidePx - height * scale) / 2]
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, sidePx, sidePx)
    context.beginPath()
    context.rect(left, top, width * scale, height * scale)
    context.clip()
    context.setTransform(scale, 0, 0, scale, left - x * scale, top - y * scale)
    context.imageSmoothingQuality = 'medium'
    for (const { bitmap, rect } of images) {
      context.drawImage(bitmap, rect.x, rect.y, rect.width, rect.height)
    }
  }, [images, x, y, width, height])

  return <canvas ref={canvas} class="thumbnail" width={sidePx} height={sidePx} />
}
