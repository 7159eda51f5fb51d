import { IconButton, IconMinusSmall24, IconPlusSmall24 } from '@create-figma-plugin/ui'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Rect } from '../../plugin/messages.ts'
import { type Command, commandFromKey, heldKeys, isForControl } from '../keyboard.ts'
import { strings } from '../strings.ts'
import { beginGesture, endGesture, extendGesture, type Gesture } from './brush.ts'
import type { Point, Stroke, StrokeMode } from './stroke.ts'
import { PictureView, type Scene } from './view.ts'
import { fitViewport, imagePoint, pan, type Size, type Viewport, zoomAt } from './viewport.ts'

export interface MaskCanvasProps {
  /** For screen readers. */
  readonly label: string
  readonly scene: Scene
  /** Part of the picture for a first look, and for zoom to fit. */
  readonly visible: Rect
  readonly mode: StrokeMode
  /** Diameter on the screen, in CSS pixels. */
  readonly brushPx: number
  /** While false, the picture can be looked at but not painted on. */
  readonly canPaint: boolean
  /** Lets the marks breathe: the companion is at work on them. */
  readonly isBusy: boolean
  readonly onStroke: (stroke: Stroke) => void
}

const zoomStep = 1.25
/** A notch of a mouse wheel is about 100 of its units. */
const wheelZoom = 0.002
/** Pinching on a trackpad comes as a wheel with Ctrl, in small units. */
const pinchZoom = 0.01

/** The picture, to look at from near and far and to paint on. */
export function MaskCanvas(props: MaskCanvasProps) {
  const { label, scene, visible, mode, brushPx, canPaint, isBusy, onStroke } = props
  const frame = useRef<HTMLDivElement>(null)
  const pictureCanvas = useRef<HTMLCanvasElement>(null)
  const markCanvas = useRef<HTMLCanvasElement>(null)
  const cursor = useRef<HTMLDivElement>(null)
  const view = useRef<PictureView | null>(null)
  /** Until the person zooms or pans, the picture follows the window's size. */
  const isFitted = useRef(true)
  const gesture = useRef<Gesture | null>(null)
  /** Where each pointer was last: one pans, two pinch. */
  const panning = useRef(new Map<number, Point>())
  const [size, setSize] = useState<Size | null>(null)
  const [viewport, setViewport] = useState<Viewport | null>(null)
  const [isPanKeyDown, setPanKeyDown] = useState(false)
  const image: Size = { width: scene.widthPx, height: scene.heightPx }

  useLayoutEffect(() => {
    view.current = new PictureView(pictureCanvas.current!, markCanvas.current!)
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect
      setSize({ width, height })
    })
    observer.observe(frame.current!)
    return () => observer.disconnect()
  }, [])

  useLayoutEffect(() => {
    if (size !== null && isFitted.current) zoomToFit()
  }, [size, visible.x, visible.y, visible.width, visible.height])

  useLayoutEffect(() => {
    if (viewport !== null && size !== null) view.current?.drawPicture(scene, viewport, size)
  }, [scene.images, scene.widthPx, scene.heightPx, scene.canvas, viewport, size])

  useLayoutEffect(() => {
    gesture.current = null
    if (viewport !== null && size !== null) view.current?.drawMarks(scene, viewport, size)
    // The images lie anew when the window gets focus, as by the first press of a stroke, which must not be lost by it.
  }, [scene.canvas && scene.images, scene.marks, scene.widthPx, scene.heightPx, scene.canvas, viewport, size])

  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isForControl(event.key, event.target)) return
      if (event.key === heldKeys.pan) setPanKeyDown(true)
      else if (event.key === 'Escape' && gesture.current !== null) {
        event.stopImmediatePropagation()
        dropGesture()
      } else if (!zoomByCommand(commandFromKey(event))) return
      event.preventDefault()
    }
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key === heldKeys.pan) setPanKeyDown(false)
    }
    const onBlur = () => setPanKeyDown(false)
    // Before the window's own keys, so that Escape drops a stroke first.
    window.addEventListener('keydown', onKeyDown, true)
    window.addEventListener('keyup', onKeyUp, true)
    window.addEventListener('blur', onBlur)
    return () => {
      window.removeEventListener('keydown', onKeyDown, true)
      window.removeEventListener('keyup', onKeyUp, true)
      window.removeEventListener('blur', onBlur)
    }
  })

  useLayoutEffect(() => {
    const element = frame.current!
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      const factor = Math.exp(-event.deltaY * (event.ctrlKey || event.metaKey ? pinchZoom : wheelZoom))
      zoom(pointOf(event), factor)
    }
    // Preact's own listener would be passive, and the page would zoom along.
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  })

  function zoom(anchor: Point, factor: number): void {
    // In the middle of a stroke the picture stays where it is.
    if (size === null || gesture.current !== null) return
    isFitted.current = false
    setViewport((before) => before && zoomAt(before, anchor, factor, image, size))
  }

  function zoomAtMiddle(factor: number): void {
    if (size !== null) zoom({ x: size.width / 2, y: size.height / 2 }, factor)
  }

  function zoomToFit(): void {
    if (size === null || gesture.current !== null) return
    isFitted.current = true
    setViewport(fitViewport(visible, size))
  }

  function zoomByCommand(command: Command | null): boolean {
    if (command === 'zoom-in') zoomAtMiddle(zoomStep)
    else if (command === 'zoom-out') zoomAtMiddle(1 / zoomStep)
    else if (command === 'zoom-to-fit') zoomToFit()
    else return false
    return true
  }

  function dropGesture(): void {
    gesture.current = null
    if (viewport !== null && size !== null) view.current?.drawMarks(scene, viewport, size)
  }

  function onPointerDown(event: PointerEvent): void {
    const isMiddle = event.button === 1
    if (viewport === null || (event.button !== 0 && !isMiddle)) return
    // The middle button would scroll; the left one has to bring the keyboard's focus into the window.
    if (isMiddle) event.preventDefault()
    frame.current!.setPointerCapture(event.pointerId)
    const isSecondTouch = event.pointerType === 'touch' && !event.isPrimary
    if (isMiddle || isPanKeyDown || isSecondTouch || !canPaint) {
      // A second finger makes a pinch of what the first one began.
      if (isSecondTouch && gesture.current !== null) dropGesture()
      panning.current.set(event.pointerId, pointOf(event))
      return
    }
    const at = imagePoint(viewport, pointOf(event))
    const strokeMode = event.altKey ? 'erase' : mode
    gesture.current = beginGesture(strokeMode, brushPx / 2 / viewport.scale, at)
    view.current?.extendStroke(strokeMode, gesture.current.radiusPx, [at])
    if (event.pointerType === 'touch') panning.current.set(event.pointerId, pointOf(event))
  }

  function onPointerMove(event: PointerEvent): void {
    moveCursor(event)
    if (gesture.current !== null && event.isPrimary) extendStroke(gesture.current, event)
    else if (panning.current.has(event.pointerId)) panOrPinch(event)
  }

  /** Past Preact: this happens at each movement. */
  function moveCursor(event: PointerEvent): void {
    const { x, y } = pointOf(event)
    cursor.current!.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`
    cursor.current!.hidden = event.pointerType === 'touch'
  }

  function hideCursor(): void {
    cursor.current!.hidden = true
  }

  function extendStroke(stroke: Gesture, event: PointerEvent): void {
    if (viewport === null) return
    // All that happened since the last frame, so that a quick stroke stays round.
    const events = event.getCoalescedEvents?.() ?? []
    const from = stroke.points.length - 1
    for (const each of events.length > 0 ? events : [event]) {
      extendGesture(stroke, imagePoint(viewport, pointOf(each)))
    }
    const added = stroke.points.slice(from)
    if (added.length > 1) view.current?.extendStroke(stroke.mode, stroke.radiusPx, added)
  }

  function panOrPinch(event: PointerEvent): void {
    const before = panning.current.get(event.pointerId)!
    const now = pointOf(event)
    panning.current.set(event.pointerId, now)
    if (size === null) return
    const other = [...panning.current].find(([id]) => id !== event.pointerId)?.[1]
    if (other === undefined) {
      isFitted.current = false
      setViewport((v) => v && pan(v, now.x - before.x, now.y - before.y, image, size))
    } else {
      zoom(other, distance(now, other) / Math.max(1, distance(before, other)))
    }
  }

  function onPointerUp(event: PointerEvent): void {
    panning.current.delete(event.pointerId)
    const finished = gesture.current
    if (finished === null || !event.isPrimary) return
    gesture.current = null
    onStroke(endGesture(finished))
  }

  function onPointerCancel(event: PointerEvent): void {
    panning.current.delete(event.pointerId)
    if (gesture.current !== null && event.isPrimary) dropGesture()
  }

  function pointOf(event: MouseEvent): Point {
    const box = frame.current!.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  const isPanning = isPanKeyDown || !canPaint
  const percent = `${Math.round((viewport?.scale ?? 1) * 100)}%`
  return (
    <div class="canvas">
      <div
        ref={frame}
        class={`canvas-frame ${isPanning ? 'is-panning' : 'is-painting'}`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerCancel}
        onPointerLeave={hideCursor}
      >
        <canvas ref={pictureCanvas} role="img" aria-label={label} />
        <canvas ref={markCanvas} class={`canvas-marks ${isBusy ? 'is-busy' : ''}`} />
        <div
          ref={cursor}
          hidden
          class={`cursor ${mode === 'erase' ? 'is-erasing' : ''}`}
          style={{ width: brushPx, height: brushPx }}
        />
      </div>
      <div class="zoom">
        <IconButton
          aria-label={strings.zoomOut}
          title={`${strings.zoomOut} (−)`}
          onClick={() => zoomAtMiddle(1 / zoomStep)}
        >
          <IconMinusSmall24 />
        </IconButton>
        <button
          type="button"
          class="zoom-value"
          aria-label={strings.zoomToFitFrom(percent)}
          title={`${strings.zoomToFit} (0)`}
          onClick={zoomToFit}
        >
          {percent}
        </button>
        <IconButton
          aria-label={strings.zoomIn}
          title={`${strings.zoomIn} (+)`}
          onClick={() => zoomAtMiddle(zoomStep)}
        >
          <IconPlusSmall24 />
        </IconButton>
      </div>
    </div>
  )
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
