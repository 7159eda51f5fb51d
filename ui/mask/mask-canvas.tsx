import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Rect, Tool } from '../../plugin/messages.ts'
import { isForControl } from '../keyboard.ts'
import { beginGesture, endGesture, extendGesture, type Gesture, outlineOf } from './gesture.ts'
import type { BrushPoint, Mark, Point } from './mark.ts'
import type { Pointed } from './pointing.ts'
import { useViewport } from './use-viewport.ts'
import { PictureView, type Scene } from './view.ts'
import { imagePoint, type Size } from './viewport.ts'
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

/** How far the pointer may move in a click, in CSS pixels. */
const tremblePx = 4

/** The picture, to look at from near and far and to mark. */
export function MaskCanvas(props: MaskCanvasProps) {
  const { label, scene, visible, tool, isTaking, brushPx, featherPx, canMark, isBusy, onMark, onPoint } =
    props
  const frame = useRef<HTMLDivElement>(null)
  const pictureCanvas = useRef<HTMLCanvasElement>(null)
  const markCanvas = useRef<HTMLCanvasElement>(null)
  const outlineCanvas = useRef<HTMLCanvasElement>(null)
  const cursor = useRef<HTMLDivElement>(null)
  const view = useRef<PictureView | null>(null)
  const gesture = useRef<Gesture | null>(null)
  const image: Size = { width: scene.widthPx, height: scene.heightPx }
  const control = useViewport(frame, image, visible, () => gesture.current !== null)
  const { size, viewport, isPanKeyDown } = control
  const hasBrush = tool === 'brush' || tool === 'eraser'

  useLayoutEffect(() => {
    view.current = new PictureView(pictureCanvas.current!, markCanvas.current!, outlineCanvas.current!)
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
  }, [scene.canvas && scene.images, scene.marks, scene.widthPx, scene.heightPx, scene.canvas, viewport, size])

  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || gesture.current === null || isForControl(event.key, event.target)) return
      event.preventDefault()
      event.stopImmediatePropagation()
      dropGesture()
    }
    // Before the window's own keys, so that Escape drops a gesture first.
    window.addEventListener('keydown', onKeyDown, true)
    return () => window.removeEventListener('keydown', onKeyDown, true)
  })

  function drawMarks(): void {
    if (viewport !== null && size !== null) view.current?.drawMarks(scene, viewport, size)
  }

  function dropGesture(): void {
    gesture.current = null
    drawMarks()
  }

  function onPointerDown(event: PointerEvent): void {
    const isMiddle = event.button === 1
    if (viewport === null || (event.button !== 0 && !isMiddle)) return
    // The middle button would scroll; the left one has to bring the keyboard's focus into the window.
    if (isMiddle) event.preventDefault()
    frame.current!.setPointerCapture(event.pointerId)
    const isSecondTouch = event.pointerType === 'touch' && !event.isPrimary
    // A finger that marks may turn out to be the first of a pinch.
    if (event.pointerType === 'touch') control.beginPan(event.pointerId, pointOf(event))
    if (isMiddle || isPanKeyDown || isSecondTouch || !canMark) {
      if (isSecondTouch && gesture.current !== null) dropGesture()
      control.beginPan(event.pointerId, pointOf(event))
      return
    }
    gesture.current = beginGesture({
      tool,
      isTaking: isTaking || event.altKey,
      isShifted: event.shiftKey,
      radiusPx: (hasBrush ? brushPx / 2 : tremblePx) / viewport.scale,
      at: brushPointOf(event),
    })
    showGesture(gesture.current, 0)
  }

  function onPointerMove(event: PointerEvent): void {
    moveCursor(event)
    if (gesture.current !== null && event.isPrimary) moveGesture(gesture.current, event)
    else control.movePan(event.pointerId, pointOf(event))
  }

  function moveGesture(moved: Gesture, event: PointerEvent): void {
    if (viewport === null) return
    // All that happened since the last frame, so that a quick stroke stays round.
    const events = event.getCoalescedEvents?.() ?? []
    const from = moved.points.length - 1
    for (const each of events.length > 0 ? events : [event]) {
      extendGesture(moved, brushPointOf(each))
    }
    if (moved.points.length > from + 1 || from === 1) showGesture(moved, from)
  }

  /** @param from The first point that is not on the screen yet, less one. */
  function showGesture(shown: Gesture, from: number): void {
    const outline = outlineOf(shown)
    if (outline === null) view.current?.extendStroke(shown.mode, shown.radiusPx, shown.points.slice(from))
    else if (viewport !== null && size !== null) view.current?.drawOutlines(scene, viewport, size, outline)
  }

  function onPointerUp(event: PointerEvent): void {
    control.endPan(event.pointerId)
    const finished = gesture.current
    if (finished === null || !event.isPrimary) return
    const end = endGesture(finished, image)
    gesture.current = null
    if (end.type === 'marked') onMark(end.mark)
    else drawMarks()
    if (end.type === 'pointed') onPoint(end.pointed)
  }

  function onPointerCancel(event: PointerEvent): void {
    control.endPan(event.pointerId)
    if (gesture.current !== null && event.isPrimary) dropGesture()
  }

  /** Past Preact: this happens at each movement. */
  function moveCursor(event: PointerEvent): void {
    const { x, y } = pointOf(event)
    cursor.current!.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`
    cursor.current!.hidden = event.pointerType === 'touch'
  }

  /** In pixels of the image. */
  function brushPointOf(event: PointerEvent): BrushPoint {
    const at = imagePoint(viewport!, pointOf(event))
    return event.pointerType === 'pen' && hasBrush ? { ...at, pressure: event.pressure } : at
  }

  function pointOf(event: MouseEvent): Point {
    const box = frame.current!.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  const isPanning = isPanKeyDown || !canMark
  return (
    <div class="canvas">
      <div
        ref={frame}
        class={`canvas-frame ${isPanning ? 'is-panning' : hasBrush ? 'is-painting' : 'is-drawing'}`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerCancel}
        onPointerLeave={() => {
          cursor.current!.hidden = true
        }}
      >
        <canvas ref={pictureCanvas} role="img" aria-label={label} />
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
