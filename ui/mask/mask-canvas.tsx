import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Rect, Tool } from '../../plugin/messages.ts'
import { type Gesture, type GestureEnd, outlineOf } from './gesture.ts'
import type { Mark } from './mark.ts'
import type { Pointed } from './pointing.ts'
import { useGestures } from './use-gestures.ts'
import { useViewport } from './use-viewport.ts'
import { PictureView, type Scene } from './view.ts'
import type { Size } from './viewport.ts'
import { ZoomButtons } from './zoom-buttons.tsx'

export interface MaskCanvasProps {
  /** For screen readers. */
  readonly label: string
  readonly scene: Scene
  /** Part of the picture for a first look, and for zoom to fit. */
  readonly visible: Rect
  readonly tool: Tool
  /** Alt is down: the tools take away. */
  readonly isTaking: boolean
  /** Diameter on the screen, in CSS pixels. */
  readonly brushPx: number
  /** How soft the marks' edge is, in pixels of the image. */
  readonly featherPx: number
  /** While false, the picture can be looked at but not marked. */
  readonly canMark: boolean
  /** Lets the marks breathe: the companion is at work on them. */
  readonly isBusy: boolean
  readonly onMark: (mark: Mark) => void
  readonly onPoint: (pointed: Pointed) => void
}

/** The picture, to look at from near and far and to mark. */
export function MaskCanvas(props: MaskCanvasProps) {
  const { label, scene, visible, tool, isTaking, brushPx, featherPx, canMark, isBusy, onMark, onPoint } =
    props
  const frame = useRef<HTMLDivElement>(null)
  const pictureCanvas = useRef<HTMLCanvasElement>(null)
  const avoidedCanvas = useRef<HTMLCanvasElement>(null)
  const markCanvas = useRef<HTMLCanvasElement>(null)
  const outlineCanvas = useRef<HTMLCanvasElement>(null)
  const cursor = useRef<HTMLDivElement>(null)
  const view = useRef<PictureView | null>(null)
  const gesture = useRef<Gesture | null>(null)
  const image: Size = { width: scene.widthPx, height: scene.heightPx }
  const control = useViewport(frame, image, visible, () => gesture.current !== null)
  const { size, viewport, isPanKeyDown } = control
  const hasBrush = tool === 'brush' || tool === 'eraser'
  const pointer = useGestures({
    ...{ frame, image, tool, isTaking, brushPx, canMark, gesture, control },
    ...{ onShow: showGesture, onDrop: drawMarks, onEnd: finishGesture },
  })

  useLayoutEffect(() => {
    view.current = new PictureView({
      picture: pictureCanvas.current!,
      avoided: avoidedCanvas.current!,
      marks: markCanvas.current!,
      outlines: outlineCanvas.current!,
    })
  }, [])

  useLayoutEffect(() => {
    if (viewport !== null && size !== null) view.current?.drawPicture(scene, viewport, size)
  }, [
    scene.images,
    scene.original?.images,
    scene.original?.share,
    scene.widthPx,
    scene.heightPx,
    scene.canvas,
    viewport,
    size,
  ])

  useLayoutEffect(() => {
    gesture.current = null
    drawMarks()
    // The images lie anew when the window gets focus, as by the first press of a stroke, which must not be lost by it.
  }, [
    ...[scene.canvas && scene.images, scene.marks, scene.avoided],
    ...[scene.widthPx, scene.heightPx, scene.canvas, viewport, size],
  ])

  function drawMarks(): void {
    if (viewport !== null && size !== null) view.current?.drawMarks(scene, viewport, size)
  }

  function showGesture(shown: Gesture, from: number): void {
    const outline = outlineOf(shown)
    if (outline === null) view.current?.extendStroke(shown.mode, shown.radiusPx, shown.points.slice(from))
    else if (viewport !== null && size !== null) view.current?.drawOutlines(scene, viewport, size, outline)
  }

  function finishGesture(end: GestureEnd): void {
    if (end.type === 'marked') onMark(end.mark)
    else drawMarks()
    if (end.type === 'pointed') onPoint(end.pointed)
  }

  /** Past Preact: this happens at each movement. */
  function moveCursor({ clientX, clientY, pointerType }: PointerEvent): void {
    const { left, top } = frame.current!.getBoundingClientRect()
    cursor.current!.style.transform = `translate(${clientX - left}px, ${clientY - top}px) translate(-50%, -50%)`
    cursor.current!.hidden = pointerType === 'touch'
  }

  const isPanning = isPanKeyDown || !canMark
  return (
    <div class="canvas">
      <div
        ref={frame}
        class={`canvas-frame ${isPanning ? 'is-panning' : hasBrush ? 'is-painting' : 'is-drawing'}`}
        {...pointer}
        onPointerMove={(event) => {
          moveCursor(event)
          pointer.onPointerMove(event)
        }}
        onPointerLeave={() => {
          cursor.current!.hidden = true
        }}
      >
        <canvas ref={pictureCanvas} role="img" aria-label={label} />
        <canvas ref={avoidedCanvas} />
        <canvas
          ref={markCanvas}
          class={`canvas-marks ${isBusy ? 'is-busy' : ''}`}
          // A blur of half the feather's width reaches about as far.
          style={{
            filter: featherPx > 0 ? `blur(${(featherPx * (viewport?.scale ?? 1)) / 2}px)` : undefined,
          }}
        />
        <canvas ref={outlineCanvas} />
        <div
          ref={cursor}
          hidden
          class={`cursor ${isTaking || tool === 'eraser' ? 'is-erasing' : ''}`}
          style={{ width: brushPx, height: brushPx }}
        />
      </div>
      <ZoomButtons control={control} />
    </div>
  )
}
