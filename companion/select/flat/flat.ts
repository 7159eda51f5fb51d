import { createMask, type Image } from '../../image/image.ts'
import { areaOf } from '../../image/rect.ts'
import { candidateFrom } from '../candidate.ts'
import type { Candidate, Point, Prompt, SelectRun } from '../selector.ts'
import { contentOf } from './content.ts'
import { lineOf } from './line.ts'
import { type FlatPicture, flatPictureOf, isSurface } from './picture.ts'
import { holds, ringOf, type Shape, together, without } from './shape.ts'
import { surfaceAt, widgetAt, widgetOf } from './widget.ts'

const mostCandidates = 3

/** How many shapes round what was clicked are looked at. */
const mostShapes = 6

/** What is larger than this share of the picture is no thing in it. */
const pictureShare = 0.9

/** A shape this much larger than the one inside is another thing; less, and the larger stands for both. */
const anotherThing = 1.25

/** A widget is at most so many times as wide and as high as its label, and takes up at most this share of the picture. */
const label = { times: 4, pictureShare: 0.1 } as const

/**
 * Box or points → what they mean, in interface art, exact to the pixel. A point means the thing that it lies on, and
 * what that lies on; several mean all of them together. A box means what lies inside.
 *
 * @throws what `throwIfCancelled` throws
 */
export function selectFlat(image: Image, { points, box }: Prompt, run: SelectRun): Candidate[] {
  const picture = flatPictureOf(image)
  const placeOf = ({ x, y }: Point) => y * image.width + x
  const [included, excluded] = [true, false].map((include) =>
    points.filter((point) => point.include === include).map(placeOf),
  ) as [number[], number[]]

  let found: Shape[] = []
  if (box !== null) found = [contentOf(picture, box)].filter((shape) => shape !== null)
  const total = included.length + 1
  for (const [index, place] of included.entries()) {
    run.onStep(index, total)
    run.throwIfCancelled()
    // Most points of a scribble lie on what the first one has found.
    if (found[0]?.marks[place] === 1) continue
    const things = thingsAt(picture, place)
    found =
      found.length === 0 ? things : found.map((shape, k) => together(shape, things[k] ?? things.at(-1)!))
  }
  run.onStep(total - 1, total)
  const removed = found.length === 0 ? [] : excluded.map((place) => widgetAt(picture, place))
  const candidates = found
    .slice(0, mostCandidates)
    .map((shape) => candidateOf(picture, removed.reduce(without, shape)))
    .filter((candidate) => candidate !== null)
  run.onStep(total, total)
  return candidates
}

/** What lies under a pixel, the line of text that it is part of, what that lies on, and so on; the likeliest first. */
function thingsAt(picture: FlatPicture, pixel: number): Shape[] {
  const most = pictureShare * picture.width * picture.height
  const under = widgetAt(picture, pixel)
  // The ground of the whole picture: only what can be seen of it.
  if (under.count > most) return isSurface(picture, pixel) ? [surfaceAt(picture, pixel)] : []
  const nested = shapesRound(picture, under, most)
  const [innermost, widget, ...rest] = nested as [Shape, ...Shape[]]
  const ground = groundOf(picture, innermost)
  const line = ground === null ? null : lineOf(picture, innermost, ground)
  const inner = line === null ? [innermost] : [line, innermost]
  if (widget === undefined) return inner
  return isLabelOf(picture, inner[0]!, widget) ? [widget, ...inner, ...rest] : [...inner, widget, ...rest]
}

/** The shape, what it lies on, and so on, from small to large. */
function shapesRound(picture: FlatPicture, shape: Shape, most: number): Shape[] {
  const shapes = [shape]
  for (let looks = 0; looks < mostShapes; looks += 1) {
    const inner = shapes.at(-1)!
    const ground = groundOf(picture, inner)
    if (ground === null) break
    const surface = surfaceAt(picture, ground)
    if (areaOf(surface.bounds) > most) break
    const widget = widgetOf(picture, surface, ground)
    if (!holds(widget, inner)) break
    const outer = together(widget, inner)
    if (outer.count > most) break
    if (outer.count < anotherThing * inner.count) shapes.pop()
    shapes.push(outer)
  }
  return shapes
}

/** A pixel of the surface that most of the shape's edge lies on; null: it lies on none. */
function groundOf(picture: FlatPicture, shape: Shape): number | null {
  const places = new Map<number, { readonly pixel: number; count: number }>()
  for (const pixel of ringOf(shape)) {
    if (!isSurface(picture, pixel)) continue
    const colour = picture.colours[pixel]!
    const place = places.get(colour) ?? { pixel, count: 0 }
    place.count += 1
    places.set(colour, place)
  }
  const [widest] = [...places.values()].sort((a, b) => b.count - a.count)
  return widest?.pixel ?? null
}

function isLabelOf(picture: FlatPicture, inner: Shape, outer: Shape): boolean {
  return (
    outer.count <= label.pictureShare * picture.width * picture.height &&
    outer.bounds.width <= label.times * inner.bounds.width &&
    outer.bounds.height <= label.times * inner.bounds.height
  )
}

/** null: nothing is left. */
function candidateOf(picture: FlatPicture, shape: Shape): Candidate | null {
  const { bounds, marks } = shape
  const part = createMask(bounds.width, bounds.height)
  for (let y = 0; y < bounds.height; y += 1) {
    const first = (bounds.y + y) * picture.width + bounds.x
    for (let x = 0; x < bounds.width; x += 1) part.data[y * bounds.width + x] = 255 * marks[first + x]!
  }
  return candidateFrom(part, bounds, plainShare(picture, shape))
}

/** How much of what lies just outside is plain, in steps of 0.1: how sure it is that the thing ends there. */
function plainShare(picture: FlatPicture, shape: Shape): number {
  const ring = ringOf(shape)
  const plain = ring.filter((pixel) => isSurface(picture, pixel)).length
  return ring.length === 0 ? 0 : Math.round((10 * plain) / ring.length) / 10
}
