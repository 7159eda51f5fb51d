import { type Size, wholeOf } from '../../image/image.ts'
import { inflate, union } from '../../image/rect.ts'
import type { Rect } from '../../protocol.ts'
import { differenceOf, type FlatPicture, isSurface } from './picture.ts'
import { fillHoles, flood, neighboursOf, ringOf, type Shape } from './shape.ts'

/** A border and its soft edge: how far what is no surface belongs to the thing that it surrounds. */
const rimPx = 4

/** How far a surface may be from its soft edge. */
const edgePx = 2

/** By the picture's height: what is higher is no letter. */
export const highestLetter = 0.1

/** A shadow ends within this, or it is none. */
const shadowPx = 64

/** In any channel, out of 255: the most by which a shadow changes from one pixel to the next. */
const shadowStep = 6

/** The steps of a shadow are no wider than this. */
const bandPx = 8

/**
 * The thing that a pixel belongs to: its surface, or what is no surface round it, with everything inside, its border
 * and its shadow.
 */
export function widgetAt(picture: FlatPicture, pixel: number): Shape {
  const inside = isSurface(picture, pixel) ? pixel : besideEdge(picture, pixel)
  if (inside === null) return withEdges(picture, patternAt(picture, pixel))
  return widgetOf(picture, surfaceAt(picture, inside), inside)
}

/** As `widgetAt`, where the surface of the pixel is known already. */
export function widgetOf(picture: FlatPicture, surface: Shape, pixel: number): Shape {
  return withEdges(picture, withOwnLines(picture, surface, pixel))
}

function withEdges(picture: FlatPicture, body: Shape): Shape {
  return fillHoles(withShadow(picture, withRim(picture, fillHoles(body))))
}

/** For a pixel on the soft edge between two surfaces one of the smaller; null: there are not two beside it. */
function besideEdge(picture: FlatPicture, pixel: number): number | null {
  const { x, y, width, height } = inflate(rectOf(picture, pixel), edgePx, picture)
  const places = new Map<number, number>()
  for (let row = y; row < y + height; row += 1) {
    for (let place = row * picture.width + x; place < row * picture.width + x + width; place += 1) {
      if (isSurface(picture, place)) places.set(picture.colours[place]!, place)
    }
  }
  if (places.size < 2) return null
  const surfaces = [...places.values()].map((place) => ({ place, count: surfaceAt(picture, place).count }))
  return surfaces.reduce((least, each) => (each.count < least.count ? each : least)).place
}

/** Where one colour hangs together. */
export function surfaceAt(
  picture: FlatPicture,
  pixel: number,
  limits: Rect = wholeOf(picture),
  marks?: Uint8Array,
): Shape {
  const colour = picture.colours[pixel]!
  const belongs = (other: number) => picture.colours[other] === colour
  return flood(picture, pixel, { belongs, across: 'edges', limits }, marks)
}

/** What hangs together and is no surface: a line, a thin letter, a gradient, a photograph. */
function patternAt(picture: FlatPicture, pixel: number): Shape {
  return flood(picture, pixel, {
    belongs: (other) => !isSurface(picture, other),
    across: 'corners',
    limits: wholeOf(picture),
  })
}

/**
 * A letter is a surface only where its strokes are wide. Its thin parts belong to it, unless they lead away from it as
 * a line does that it lies on.
 */
function withOwnLines(picture: FlatPicture, surface: Shape, pixel: number): Shape {
  if (surface.bounds.height > highestLetter * picture.height) return surface
  const colour = picture.colours[pixel]!
  const nearPx = Math.max(rimPx, Math.round(0.3 * Math.min(surface.bounds.width, surface.bounds.height)))
  const near = inflate(surface.bounds, nearPx, picture)
  const all = flood(picture, pixel, {
    belongs: (other) => picture.colours[other] === colour || !isSurface(picture, other),
    across: 'corners',
    limits: inflate(near, 1, picture),
  })
  const fits = Object.entries(union(near, all.bounds)).every(
    ([side, value]) => near[side as keyof Rect] === value,
  )
  return fits ? all : surface
}

function withRim(picture: FlatPicture, body: Shape): Shape {
  const growth = new Growth(body)
  for (let step = 0; step < rimPx; step += 1) growth.step((pixel) => !isSurface(picture, pixel))
  return growth.shape
}

/** Steps outwards over slight changes. If that has not ended where a shadow would, it is something else, and left out. */
function withShadow(picture: FlatPicture, body: Shape): Shape {
  const growth = new Growth(body)
  const near = inflate(body.bounds, shadowPx, picture)
  const grounds = new Set<number>()
  const known = new Uint8Array(body.marks.length)
  const isGround = (pixel: number) => {
    if (!isSurface(picture, pixel)) return false
    const colour = picture.colours[pixel]!
    if (grounds.has(colour)) return true
    if (known[pixel] === 1) return false
    const { bounds, count } = surfaceAt(picture, pixel, near, known)
    const isBand = count <= bandPx * (bounds.width + bounds.height)
    if (!isBand) grounds.add(colour)
    return !isBand
  }
  for (let step = 0; step < shadowPx; step += 1) {
    const grown = growth.step(
      (pixel, from) => differenceOf(picture, pixel, from) <= shadowStep && !isGround(pixel),
    )
    if (grown === 0) return growth.shape
  }
  return body
}

/** A shape that becomes larger, pixel by pixel round its edge. */
class Growth {
  readonly #start: Shape
  readonly #marks: Uint8Array
  #bounds: Rect
  #count: number
  /** Just outside. */
  #front: number[]

  constructor(start: Shape) {
    this.#start = start
    this.#marks = start.marks.slice()
    this.#bounds = start.bounds
    this.#count = start.count
    this.#front = ringOf(start)
  }

  get shape(): Shape {
    return { ...this.#start, marks: this.#marks, bounds: this.#bounds, count: this.#count }
  }

  /**
   * Takes those pixels just outside that `belongs` says, which is told of a pixel inside beside it, too. Returns how
   * many.
   */
  step(belongs: (pixel: number, from: number) => boolean): number {
    const taken = this.#front.filter((pixel) => {
      if (this.#marks[pixel] === 1) return false
      const inside = neighboursOf(pixel, this.#start).filter((each) => this.#marks[each] === 1)
      return inside.some((from) => belongs(pixel, from))
    })
    for (const pixel of taken) {
      this.#marks[pixel] = 1
      this.#bounds = union(this.#bounds, rectOf(this.#start, pixel))
    }
    this.#count += taken.length
    const next = new Set<number>()
    for (const pixel of taken) {
      for (const each of neighboursOf(pixel, this.#start)) if (this.#marks[each] === 0) next.add(each)
    }
    this.#front = [...next]
    return taken.length
  }
}

function rectOf({ width }: Size, pixel: number): Rect {
  const y = Math.floor(pixel / width)
  return { x: pixel - y * width, y, width: 1, height: 1 }
}
