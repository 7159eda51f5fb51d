import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { Image, Mask } from '../../../../companion/image/image.ts'
import type { Rect } from '../../../../companion/protocol.ts'
import { selectFlat } from '../../../../companion/select/flat/flat.ts'
import type { Candidate, Prompt } from '../../../../companion/select/selector.ts'
import { maskInPicture } from '../../../support/candidates.ts'
import { paintMask, plainImage, rectMask } from '../../../support/images.ts'

const width = 400
const height = 260
const page = '#f5f6f8'

/** Drawn as a browser would, with soft edges. */
async function draw(...shapes: readonly string[]): Promise<Image> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="${page}"/>${shapes.join('')}</svg>`
  const data = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer()
  return { width, height, data: Uint8Array.from(data) }
}

const card =
  '<rect x="30" y="20" width="340" height="210" rx="14" fill="#fff" stroke="#ccd" stroke-width="1.5"/>'
const button = '<rect x="60" y="150" width="100" height="40" rx="9" fill="#2050e0"/>'
/** Stands for a label: three letters of strokes 3 px wide, one of them round. */
const label =
  '<g stroke="#fff" stroke-width="3" fill="none"><path d="M85 178v-16l12 16v-16"/><circle cx="115" cy="170" r="7"/><path d="M134 162v16h9"/></g>'

const quiet = { onStep: () => {}, throwIfCancelled: () => {} }
const at = (x: number, y: number, include = true) => ({ x, y, include })
function select(image: Image, prompt: Partial<Prompt>): Candidate[] {
  return selectFlat(image, { points: [], box: null, ...prompt }, quiet)
}

/** Where the pictures differ: what was drawn in the one and not in the other, to the last soft pixel. */
function differenceOf(a: Image, b: Image): Mask {
  return paintMask(width, height, (x, y) => {
    const pixel = (y * width + x) * 4
    return [0, 1, 2, 3].some((channel) => a.data[pixel + channel] !== b.data[pixel + channel])
  })
}

/** All that is selected, and no more than `slackPx` round it. */
function expectCovers(candidate: Candidate, expected: Mask, slackPx: number): void {
  const { rect } = candidate
  const mask = maskInPicture(candidate, expected)
  const missed = expected.data.findIndex((value, pixel) => value === 255 && mask.data[pixel] === 0)
  expect(missed, `missed at ${missed % width}, ${Math.floor(missed / width)}`).toBe(-1)
  const bounds = boundsOf(expected)
  expect(rect.x).toBeGreaterThanOrEqual(bounds.x - slackPx)
  expect(rect.y).toBeGreaterThanOrEqual(bounds.y - slackPx)
  expect(rect.x + rect.width).toBeLessThanOrEqual(bounds.x + bounds.width + slackPx)
  expect(rect.y + rect.height).toBeLessThanOrEqual(bounds.y + bounds.height + slackPx)
}

function expectSame(candidate: Candidate, expected: Mask): void {
  const mask = maskInPicture(candidate, expected)
  const wrong = expected.data.findIndex((value, pixel) => value !== mask.data[pixel])
  expect(wrong, `differs at ${wrong % width}, ${Math.floor(wrong / width)}`).toBe(-1)
}

function boundsOf({ data }: Mask): Rect {
  const places = [...data.keys()].filter((pixel) => data[pixel] === 255)
  const xs = places.map((pixel) => pixel % width)
  const ys = places.map((pixel) => Math.floor(pixel / width))
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x + 1, height: Math.max(...ys) - y + 1 }
}

const empty = await draw()
const withCard = await draw(card)
const withButton = await draw(card, button)
const screen = await draw(card, button, label)

describe('a click', () => {
  test('on a widget selects it with all that lies on it, its soft edges included; then what it lies on', () => {
    const [first, second, ...others] = select(screen, { points: [at(70, 170)] })
    expectCovers(first!, differenceOf(withCard, withButton), 0)
    expectCovers(second!, differenceOf(empty, screen), 0)
    expect(others).toEqual([])
    expect(first!.score).toBe(1)
  })

  test('on a label selects the widget, then the line of text, then the letter', () => {
    const [widget, line, letter] = select(screen, { points: [at(86, 170)] })
    expectCovers(widget!, differenceOf(withCard, withButton), 0)
    expectCovers(line!, differenceOf(withButton, screen), 0)
    expect(letter!.rect.width).toBeLessThan(20)
  })

  test('on text that stands on a card selects the line before the card', async () => {
    const text = await draw(card, label.replaceAll('#fff', '#223'))
    const [line, letter, whole] = select(text, { points: [at(86, 170)] })
    expectCovers(line!, differenceOf(withCard, text), 0)
    expect(letter!.rect.width).toBeLessThan(20)
    expectCovers(whole!, differenceOf(empty, withCard), 0)
  })

  test('on a soft edge selects the thing that it belongs to', () => {
    const [first] = select(screen, { points: [at(60, 158)] })
    expectCovers(first!, differenceOf(withCard, withButton), 1)
  })

  test('takes the shadow along', async () => {
    const shadow =
      '<g filter="blur(6px)"><rect x="60" y="156" width="100" height="40" fill="#000" opacity=".25"/></g>'
    const shadowed = await draw(card, shadow, button)
    const [first] = select(shadowed, { points: [at(100, 170)] })
    const drawn = differenceOf(withCard, shadowed)
    expectCovers(first!, drawn, 2)
  })

  test('on a widget that covers a line leaves the line', async () => {
    const line = '<path d="M40 170.5h320" stroke="#e3e5ec"/>'
    const [lined, covered] = [await draw(card, line), await draw(card, line, button)]
    const [first] = select(covered, { points: [at(100, 170)] })
    expectCovers(first!, differenceOf(lined, covered), 4)
  })

  test('on a gradient selects all of it', async () => {
    const gradient =
      '<defs><linearGradient id="g"><stop stop-color="#f52"/><stop offset="1" stop-color="#a0f"/></linearGradient></defs><rect x="60" y="60" width="90" height="70" fill="url(#g)"/>'
    const [first] = select(await draw(card, gradient), { points: [at(100, 90)] })
    expect(first!.rect).toEqual({ x: 60, y: 60, width: 90, height: 70 })
  })

  test('on the ground of the whole picture selects what can be seen of it', () => {
    const [first, ...others] = select(screen, { points: [at(5, 5)] })
    expect(others).toEqual([])
    const { data } = maskInPicture(first!, screen)
    expect([data[5 * width + 5], data[100 * width + 200]]).toEqual([255, 0])
  })

  test('on a picture without anything on it finds that', () => {
    const plain = plainImage(31, 17, [9, 9, 9, 255])
    expect(select(plain, { points: [at(3, 3)] })).toHaveLength(1)
  })
})

describe('several points', () => {
  const second = '<rect x="220" y="60" width="60" height="30" fill="#e04030"/>'

  test('select all that they lie on', async () => {
    const both = await draw(card, button, second)
    const [first] = select(both, { points: [at(100, 170), at(250, 70)] })
    expectCovers(first!, differenceOf(withCard, both), 0)
  })

  test('that exclude take away what they lie on', () => {
    const [first] = select(screen, { points: [at(200, 60), at(70, 170, false)] })
    const { data } = maskInPicture(first!, screen)
    expect([data[60 * width + 200], data[170 * width + 70]]).toEqual([255, 0])
  })

  test('of which none includes find nothing', () => {
    expect(select(screen, { points: [at(70, 170, false)] })).toEqual([])
  })
})

describe('a box', () => {
  test('selects what lies inside, to the last soft pixel', () => {
    const [first, ...others] = select(screen, { box: { x: 50, y: 140, width: 125, height: 60 } })
    expectSame(first!, differenceOf(withCard, withButton))
    expect(others).toEqual([])
  })

  test('leaves what only reaches into it', () => {
    const [first] = select(screen, { box: { x: 70, y: 155, width: 80, height: 30 } })
    const inside = rectMask(width, height, { x: 110, y: 165, width: 10, height: 10 })
    const letters = differenceOf(withButton, screen)
    expectSame(first!, { ...letters, data: letters.data.map((value, pixel) => value | inside.data[pixel]!) })
  })

  test('round nothing finds nothing', () => {
    expect(select(screen, { box: { x: 200, y: 60, width: 50, height: 40 } })).toEqual([])
  })

  test('of which a point excludes something leaves that', () => {
    const box = { x: 22, y: 12, width: 356, height: 226 }
    const [first] = select(screen, { box, points: [at(70, 170, false)] })
    const inside = rectMask(width, height, { x: 80, y: 152, width: 60, height: 36 })
    const { data } = maskInPicture(first!, screen)
    expect(data.some((value, pixel) => value === 255 && inside.data[pixel] === 255)).toBe(false)
    expect(data[60 * width + 200]).toBe(255)
  })
})

describe('its progress', () => {
  test('goes from 0 to the total', () => {
    const told: [number, number][] = []
    const onStep = (done: number, total: number) => told.push([done, total])
    selectFlat(screen, { points: [at(70, 170), at(5, 5)], box: null }, { ...quiet, onStep })
    expect(told).toEqual([0, 1, 2, 3].map((done) => [done, 3]))
  })
})
