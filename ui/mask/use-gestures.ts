import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'
import type { Tool } from '../../plugin/messages.ts'
import { isForControl } from '../keyboard.ts'
import { beginGesture, endGesture, extendGesture, type Gesture, type GestureEnd } from './gesture.ts'
import type { BrushPoint, Point } from './mark.ts'
import type { ViewportControl } from './use-viewport.ts'
import { imagePoint, type Size } from './viewport.ts'

export interface GesturesOptions {
  readonly frame: RefObject<HTMLElement | null>
  readonly image: Size
  readonly tool: Tool
  /** Alt is down: the tools take away. */
  readonly isTaking: boolean
  /** Diameter on the screen, in CSS pixels. */
  readonly brushPx: number
  readonly canMark: boolean
  /** Null while there is none. In the middle of a gesture the picture stays where it is. */
  readonly gesture: { current: Gesture | null }
  readonly control: ViewportControl
  /** @param from The first point that is not on the screen yet, less one. */
  readonly onShow: (gesture: Gesture, from: number) => void
  /** It left nothing. */
  readonly onDrop: () => void
  readonly onEnd: (end: GestureEnd) => void
}

export interface PointerHandlers {
  readonly onPointerDown: (event: PointerEvent) => void
  readonly onPointerMove: (event: PointerEvent) => void
  readonly onPointerUp: (event: PointerEvent) => void
  readonly onPointerCancel: (event: PointerEvent) => void
}

/** How far the pointer may move in a click, in CSS pixels. */
const tremblePx = 4

/** What pointers do on the picture: one that marks, from begin to end or cancel; any other drags or pinches it. */
export function useGestures(options: GesturesOptions): PointerHandlers {
  const { frame, image, tool, isTaking, brushPx, canMark, gesture, control, onShow, onDrop, onEnd } = options
  const { viewport, isPanKeyDown } = control
  const hasBrush = tool === 'brush' || tool === 'eraser'

  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || gesture.current === null || isForControl(event.key, event.target)) return
      event.preventDefault()
      event.stopImmediatePropagation()
      drop()
    }
    // Before the window's own keys, so that Escape drops a gesture first.
    window.addEventListener('keydown', onKeyDown, true)
    return () => window.removeEventListener('keydown', onKeyDown, true)
  })

  return { onPointerDown, onPointerMove, onPointerUp, onPointerCancel }

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
      if (isSecondTouch && gesture.current !== null) drop()
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
    onShow(gesture.current, 0)
  }

  function onPointerMove(event: PointerEvent): void {
    if (gesture.current !== null && event.isPrimary) move(gesture.current, event)
    else control.movePan(event.pointerId, pointOf(event))
  }

  function move(moved: Gesture, event: PointerEvent): void {
    if (viewport === null) return
    // All that happened since the last frame, so that a quick stroke stays round.
    const events = event.getCoalescedEvents?.() ?? []
    const from = moved.points.length - 1
    for (const each of events.length > 0 ? events : [event]) {
      extendGesture(moved, brushPointOf(each))
    }
    if (moved.points.length > from + 1 || from === 1) onShow(moved, from)
  }

  function onPointerUp(event: PointerEvent): void {
    control.endPan(event.pointerId)
    const finished = gesture.current
    if (finished === null || !event.isPrimary) return
    gesture.current = null
    onEnd(endGesture(finished, image))
  }

  function onPointerCancel(event: PointerEvent): void {
    control.endPan(event.pointerId)
    if (gesture.current !== null && event.isPrimary) drop()
  }

  function drop(): void {
    gesture.current = null
    onDrop()
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
}
