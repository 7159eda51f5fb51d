import type { Rect, Transform } from '@figma/plugin-typings/plugin-api-standalone'
import { inner } from './hidden.ts'
import { ancestorsOf, type FakeNode } from './node.ts'

/**
 * Where things are. Figma's rules: `relativeTransform` refers to the nearest container (not to a group or a boolean
 * operation), axes are unit vectors, a rotation turns about the top left.
 */
export function absoluteTransformOf(node: FakeNode): Transform {
  const container = containerOf(node)
  const toPage = container ? absoluteTransformOf(container) : identity
  return multiply(toPage, transformOf(node))
}

export function transformOf(node: FakeNode): Transform {
  if (!isDerived(node)) return node[inner].state.transform
  const { x, y } = derivedBox(node)
  return [
    [1, 0, x],
    [0, 1, y],
  ]
}

export function sizeOf(node: FakeNode): { width: number; height: number } {
  return isDerived(node) ? derivedBox(node) : node[inner].state
}

export function boundingBoxOf(node: FakeNode): Rect {
  return boundsOf(absoluteTransformOf(node), sizeOf(node))
}

/** Shadows and strokes included, cut by the frames around; null: nothing of it can be seen. */
export function renderBoundsOf(node: FakeNode): Rect | null {
  const around = ancestorsOf(node).filter(({ type }) => type !== 'PAGE' && type !== 'DOCUMENT')
  if (around.some((ancestor) => !ancestor[inner].state.visible)) return null
  let bounds = paintedBoundsOf(node)
  for (const ancestor of around) {
    if (bounds && ancestor[inner].state.clipsContent) bounds = intersect(bounds, boundingBoxOf(ancestor))
  }
  return bounds
}

export function boundsOf(transform: Transform, { width, height }: { width: number; height: number }): Rect {
  const corners = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ].map(([x, y]) => apply(transform, x, y))
  return around(corners.map(([x, y]) => ({ x, y, width: 0, height: 0 })))!
}

export function apply([[a, c, e], [b, d, f]]: Transform, x: number, y: number): [number, number] {
  return [a * x + c * y + e, b * x + d * y + f]
}

export function invert([[a, c, e], [b, d, f]]: Transform): Transform {
  const determinant = a * d - b * c
  return [
    [d / determinant, -c / determinant, (c * f - d * e) / determinant],
    [-b / determinant, a / determinant, (b * e - a * f) / determinant],
  ]
}

export function multiply(a: Transform, b: Transform): Transform {
  const [[a00, a01, a02], [a10, a11, a12]] = a
  const [[b00, b01, b02], [b10, b11, b12]] = b
  return [
    [a00 * b00 + a01 * b10, a00 * b01 + a01 * b11, a00 * b02 + a01 * b12 + a02],
    [a10 * b00 + a11 * b10, a10 * b01 + a11 * b11, a10 * b02 + a11 * b12 + a12],
  ]
}

const identity: Transform = [
  [1, 0, 0],
  [0, 1, 0],
]

function containerOf(node: FakeNode): FakeNode | null {
  return ancestorsOf(node).find((ancestor) => !isDerived(ancestor) && ancestor.type !== 'PAGE') ?? null
}

/** Groups and boolean operations are as large as what they hold, and have no coordinates of their own. */
function isDerived({ type }: FakeNode): boolean {
  return type === 'GROUP' || type === 'BOOLEAN_OPERATION'
}

/** In the coordinates of the container. */
function derivedBox(node: FakeNode): Rect {
  const boxes = node[inner].state.children.map((child) => boundsOf(transformOf(child), sizeOf(child)))
  return around(boxes) ?? { x: 0, y: 0, width: 0, height: 0 }
}

function paintedBoundsOf(node: FakeNode): Rect | null {
  const { state } = node[inner]
  if (!state.visible) return null
  const children = state.children.map(paintedBoundsOf).filter((bounds): bounds is Rect => bounds !== null)
  if (isDerived(node)) return around(children)
  const own = grow(boundingBoxOf(node), reachOf(node))
  return state.clipsContent ? own : around([own, ...children])
}

/** How far strokes and effects go beyond the box. */
function reachOf(node: FakeNode): number {
  const { strokes, strokeAlign, strokeWeight, effects } = node[inner].state
  const stroke =
    strokes.length === 0 ? 0 : { INSIDE: 0, CENTER: strokeWeight / 2, OUTSIDE: strokeWeight }[strokeAlign]
  const shadows = effects.map((effect) =>
    effect.type === 'DROP_SHADOW' && effect.visible ? effect.radius : 0,
  )
  return Math.max(stroke, ...shadows)
}

function around(rects: readonly Rect[]): Rect | null {
  if (rects.length === 0) return null
  const x = Math.min(...rects.map((rect) => rect.x))
  const y = Math.min(...rects.map((rect) => rect.y))
  return {
    x,
    y,
    width: Math.max(...rects.map((rect) => rect.x + rect.width)) - x,
    height: Math.max(...rects.map((rect) => rect.y + rect.height)) - y,
  }
}

function intersect(a: Rect, b: Rect): Rect | null {
  const x = Math.max(a.x, b.x)
  const y = Math.max(a.y, b.y)
  const width = Math.min(a.x + a.width, b.x + b.width) - x
  const height = Math.min(a.y + a.height, b.y + b.height) - y
  return width > 0 && height > 0 ? { x, y, width, height } : null
}

function grow({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by }
}
