import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Rect } from '../../plugin/messages.ts'
import { type Command, commandFromKey, heldKeys, isForControl } from '../keyboard.ts'
import type { Point } from './mark.ts'
import { fitViewport, pan, type Size, type Viewport, zoomAt } from './viewport.ts'

export interface ViewportControl {
  /** Of the frame, in CSS pixels; null: not known yet. */
  readonly size: Size | null
  readonly viewport: Viewport | null
  readonly isPanKeyDown: boolean
  zoomIn(): void
  zoomOut(): void
  zoomToFit(): void
  /** A pointer that is down begins to drag the picture; two of them pinch it. */
  beginPan(pointerId: number, at: Point): void
  /** False: this pointer drags nothing. */
  movePan(pointerId: number, to: Point): boolean
  endPan(pointerId: number): void
}

const zoomStep = 1.25
/** A notch of a mouse wheel is about 100 of its units. */
const wheelZoom = 0.002
/** Pinching on a trackpad comes as a wheel with Ctrl, in small units. */
const pinchZoom = 0.01

/**
 * What of the picture is seen in `frame`: by wheel, pinch and keys, and by pointers that drag.
 *
 * @param visible Part of the picture for a first look, and for zoom to fit.
 * @param isHeld Whether the picture has to stay where it is, in the middle of a gesture.
 */
export function useViewport(
  frame: RefObject<HTMLElement | null>,
  image: Size,
  visible: Rect,
  isHeld: () => boolean,
): ViewportControl {
  /** Until the person zooms or pans, the picture follows the window's size. */
  const isFitted = useRef(true)
  /** Where each pointer was last: one pans, two pinch. */
  const panning = useRef(new Map<number, Point>())
  const [size, setSize] = useState<Size | null>(null)
  const [viewport, setViewport] = useState<Viewport | null>(null)
  const [isPanKeyDown, setPanKeyDown] = useState(false)

  useLayoutEffect(() => {
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
    const onKeyDown = (event: KeyboardEvent) => {
      if (isForControl(event.key, event.target)) return
      if (event.key === heldKeys.pan) setPanKeyDown(true)
      else if (!zoomByCommand(commandFromKey(event))) return
      event.preventDefault()
    }
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key === heldKeys.pan) setPanKeyDown(false)
    }
    const onBlur = () => setPanKeyDown(false)
    window.addEventListener('keydown', onKeyDown)
    window.addEventListener('keyup', onKeyUp)
    window.addEventListener('blur', onBlur)
    return () => {
      window.removeEventListener('keydown', onKeyDown)
      window.removeEventListener('keyup', onKeyUp)
      window.removeEventListener('blur', onBlur)
    }
  })

  useLayoutEffect(() => {
    const element = frame.current!
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      const box = element.getBoundingClientRect()
      const factor = Math.exp(-event.deltaY * (event.ctrlKey || event.metaKey ? pinchZoom : wheelZoom))
      zoom({ x: event.clientX - box.left, y: event.clientY - box.top }, factor)
    }
    // Preact's own listener would be passive, and the page would zoom along.
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  })

  return {
    size,
    viewport,
    isPanKeyDown,
    zoomIn: () => zoomAtMiddle(zoomStep),
    zoomOut: () => zoomAtMiddle(1 / zoomStep),
    zoomToFit,
    beginPan: (pointerId, at) => void panning.current.set(pointerId, at),
    movePan,
    endPan: (pointerId) => void panning.current.delete(pointerId),
  }

  function zoom(anchor: Point, factor: number): void {
    if (size === null || isHeld()) return
    isFitted.current = false
    setViewport((before) => before && zoomAt(before, anchor, factor, image, size))
  }

  function zoomAtMiddle(factor: number): void {
    if (size !== null) zoom({ x: size.width / 2, y: size.height / 2 }, factor)
  }

  function zoomToFit(): void {
    if (size === null || isHeld()) return
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

  function movePan(pointerId: number, to: Point): boolean {
    const before = panning.current.get(pointerId)
    if (before === undefined) return false
    panning.current.set(pointerId, to)
    const other = [...panning.current].find(([id]) => id !== pointerId)?.[1]
    if (other !== undefined) {
      zoom(other, distance(to, other) / Math.max(1, distance(before, other)))
    } else if (size !== null) {
      isFitted.current = false
      setViewport((v) => v && pan(v, to.x - before.x, to.y - before.y, image, size))
    }
    return true
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
