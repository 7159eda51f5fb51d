import type { ImagePaint } from '@figma/plugin-typings/plugin-api-standalone'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Source } from '../../plugin/messages.ts'
import {
  addPicture,
  componentSetOf,
  decode,
  FakeFigma,
  type FakeNode,
  type FakeRectangle,
  file,
  group,
  imagePaint,
  inner,
  instanceOf,
  mixed,
  noisePng,
} from '../support/fake-figma/index.ts'
import { type OpenPlugin, openPlugin } from '../support/sandbox.ts'

let figma: FakeFigma
let plugin: OpenPlugin
beforeEach(async () => {
  figma = new FakeFigma()
  plugin = await openPlugin({ figma })
})
afterEach(() => plugin.close())

const open = (node: FakeNode): Promise<Source> => plugin.request('openSource', { layerId: node.id })

describe('a layer with one image fill', () => {
  test('gives the image’s own bytes', async () => {
    const photo = await addPicture(figma, { widthPx: 31, heightPx: 20 })
    const source = await open(photo)
    const png = await noisePng(31, 20)
    expect(source).toMatchObject({
      kind: 'image',
      widthPx: 31,
      heightPx: 20,
      fills: [],
      placement: 'patch',
      notes: [],
      warning: null,
    })
    expect(Buffer.from(source.bytes).equals(png)).toBe(true)
    expect(source.hash).toBe(figma.createImage(png).hash)
  })

  test('gives a JPEG as it is', async () => {
    const jpeg = new Uint8Array(
      await sharp(await noisePng(31, 20))
        .jpeg()
        .toBuffer(),
    )
    const photo = await addPicture(figma)
    photo.fills = [{ type: 'IMAGE', scaleMode: 'FILL', imageHash: figma.createImage(jpeg).hash }]
    const source = await open(photo)
    expect(source).toMatchObject({ kind: 'image', widthPx: 31, heightPx: 20 })
    expect(Buffer.from(source.bytes).equals(jpeg)).toBe(true)
  })

  test('says which part of the image it shows', async () => {
    const photo = await addPicture(figma, { widthPx: 30, heightPx: 30 })
    expect((await open(photo)).visible).toEqual({ x: 0, y: 5, width: 30, height: 20 })
  })

  test('also when other paints on it are hidden', async () => {
    const photo = await addPicture(figma)
    const solid = { type: 'SOLID', color: { r: 1, g: 0, b: 0 }, visible: false } as const
    photo.fills = [solid, await imagePaint(figma)]
    expect((await open(photo)).kind).toBe('image')
  })

  test('also when it is a frame with content over its picture', async () => {
    const frame = figma.createFrame()
    frame.fills = [await imagePaint(figma)]
    frame.appendChild(figma.createText())
    expect(await open(frame)).toMatchObject({ kind: 'image', placement: 'patch' })
  })
})

describe('anything else', () => {
  const red = { type: 'SOLID', color: { r: 1, g: 0, b: 0 } } as const
  const layers: readonly [string, () => FakeNode | Promise<FakeNode>][] = [
    [
      'two fills',
      async () => {
        const layer = await addPicture(figma)
        layer.fills = [red, await imagePaint(figma)]
        return layer
      },
    ],
    [
      'a gradient',
      () => {
        const layer = figma.createRectangle()
        layer.fills = [
          {
            type: 'GRADIENT_LINEAR',
            gradientStops: [],
            gradientTransform: [
              [1, 0, 0],
              [0, 1, 0],
            ],
          },
        ]
        return layer
      },
    ],
    [
      'a frame with a picture in it',
      async () => {
        const frame = figma.createFrame()
        frame.appendChild(await addPicture(figma))
        return frame
      },
    ],
    ['a group', async () => group(figma, 'GROUP', [await addPicture(figma)])],
    [
      'an instance',
      async () => {
        const component = figma.createComponent()
        component.appendChild(await addPicture(figma))
        return instanceOf(component)
      },
    ],
    [
      'a frame whose picture is half-transparent',
      async () => {
        const frame = figma.createFrame()
        frame.fills = [await imagePaint(figma, { paint: { opacity: 0.5 } })]
        return frame
      },
    ],
  ]

  test.each(layers)('is rendered as it looks: %s', async (_, build) => {
    const node = (await build()) as FakeRectangle
    const source = await open(node)
    const { width, height } = node.absoluteRenderBounds!
    expect(source).toMatchObject({ kind: 'render', widthPx: 2 * width, heightPx: 2 * height })
    expect(await decode(source.bytes)).toMatchObject({ width: 2 * width, height: 2 * height })
    expect(source.visible).toEqual({ x: 0, y: 0, width: 2 * width, height: 2 * height })
  })

  test('is rendered with fills that differ by part', async () => {
    const vector = figma.createVector()
    vector.fills = [red]
    vector[inner].state.fills = mixed
    expect((await open(vector)).kind).toBe('render')
  })

  test('changes its hash when it looks different', async () => {
    const frame = figma.createFrame()
    const photo = await addPicture(figma)
    frame.appendChild(photo)
    const before = await open(frame)
    expect((await open(frame)).hash).toBe(before.hash)
    photo.x = 3
    expect((await open(frame)).hash).not.toBe(before.hash)
  })

  test('is made smaller when it would pass 4096 px, and says so', async () => {
    const photo = figma.createRectangle()
    photo.fills = [red]
    photo.resize(8192, 10)
    const source = await open(photo)
    expect(source).toMatchObject({ widthPx: 4096, heightPx: 5 })
    expect(source.notes).toEqual([expect.stringContaining('50 % of its size')])
  })
})

describe('pictures that cannot go back as they are', () => {
  test('with more than 4096 px a side are rendered, and it is said', async () => {
    const photo = await addPicture(figma)
    const wide = await noisePng(4097, 2)
    photo.fills = [{ type: 'IMAGE', scaleMode: 'FILL', imageHash: figma[file].images.import(wide).hash }]
    const source = await open(photo)
    expect(source).toMatchObject({ kind: 'render', widthPx: 120, heightPx: 80 })
    expect(source.notes).toEqual([expect.stringContaining('4097 × 2 pixels')])
  })

  test('that the camera stored turned are rendered, and it is said', async () => {
    const turned = await sharp(await noisePng(31, 20))
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer()
    const photo = await addPicture(figma)
    const { hash } = figma.createImage(new Uint8Array(turned))
    photo.fills = [{ type: 'IMAGE', scaleMode: 'FILL', imageHash: hash }]
    const source = await open(photo)
    expect(source.kind).toBe('render')
    expect(source.notes).toEqual([expect.stringContaining('stored this photo turned')])
  })
})

describe('where a patch would lie, a finished copy is asked for', () => {
  const reasons: readonly [string, (photo: FakeRectangle) => void][] = [
    ['half-transparent layer', (photo) => Object.assign(photo, { opacity: 0.5 })],
    ['layer that multiplies', (photo) => Object.assign(photo, { blendMode: 'MULTIPLY' })],
    ['mask', (photo) => Object.assign(photo, { isMask: true })],
    ['half-transparent paint', (photo) => setPaint(photo, { opacity: 0.5 })],
    ['paint that screens', (photo) => setPaint(photo, { blendMode: 'SCREEN' })],
    [
      'layer with a border inside',
      (photo) => Object.assign(photo, { strokes: [{ type: 'SOLID', color: { r: 0, g: 0, b: 0 } }] }),
    ],
    [
      'blurred layer',
      (photo) =>
        Object.assign(photo, {
          effects: [{ type: 'LAYER_BLUR', blurType: 'NORMAL', radius: 3, visible: true }],
        }),
    ],
  ]
  const setPaint = (photo: FakeRectangle, change: object) => {
    photo.fills = (photo.fills as readonly ImagePaint[]).map((paint) => ({ ...paint, ...change }))
  }

  test.each(reasons)('%s', async (_, change) => {
    const photo = await addPicture(figma)
    change(photo)
    expect((await open(photo)).placement).toBe('finished')
    const looked = await plugin.request('lookAtSource', { layerId: photo.id })
    expect(looked.placement).toBe('finished')
  })

  test.each<[string, (photo: FakeRectangle) => void]>([
    [
      'a border outside',
      (photo) => Object.assign(photo, { strokeAlign: 'OUTSIDE', strokes: [{ type: 'SOLID' }] }),
    ],
    ['a hidden border', (photo) => Object.assign(photo, { strokes: [{ type: 'SOLID', visible: false }] })],
    [
      'a shadow',
      (photo) => Object.assign(photo, { effects: [{ type: 'DROP_SHADOW', radius: 3, visible: true }] }),
    ],
  ])('but not for %s', async (_, change) => {
    const photo = await addPicture(figma)
    change(photo)
    expect((await open(photo)).placement).toBe('patch')
  })
})

describe('notes on where the fill will lie', () => {
  test('name the outermost instance', async () => {
    const [card, list] = [figma.createComponent(), figma.createComponent()]
    card.name = 'Card'
    card.appendChild(await addPicture(figma))
    const inList = instanceOf(card)
    list.name = 'List'
    list.appendChild(inList)
    const outer = instanceOf(list)
    const photo = (outer.children[0] as typeof outer).children[0]!
    expect((await open(photo)).notes).toEqual([expect.stringContaining('above “List”')])
  })

  test('name the set of a variant that is rendered', async () => {
    const variant = figma.createComponent()
    variant.appendChild(await addPicture(figma))
    componentSetOf([variant]).name = 'Buttons'
    expect((await open(variant)).notes).toEqual([expect.stringContaining('above “Buttons”')])
  })
})

test('the warning says what a fill in a main component does to its instances', async () => {
  const component = figma.createComponent()
  const photo = await addPicture(figma)
  component.appendChild(photo)
  const other = await addPicture(figma)
  expect((await open(photo)).warning).toContain('all its instances')
  expect((await open(component)).warning).toContain('all its instances')
  expect((await open(other)).warning).toBeNull()
})

describe('a layer that has no picture', () => {
  test('is refused with the reason', async () => {
    const photo = await addPicture(figma)
    photo.locked = true
    await expect(open(photo)).rejects.toThrow('not-fillable: “Photo” is locked')
  })

  test('that is gone is refused as such', async () => {
    const photo = await addPicture(figma)
    photo.remove()
    await expect(open(photo)).rejects.toThrow('source-gone')
    await expect(plugin.request('lookAtSource', { layerId: photo.id })).rejects.toThrow('source-gone')
    await expect(plugin.request('openFill', { layerId: photo.id })).rejects.toThrow('fill-gone')
  })

  test('although the file names one is refused', async () => {
    const photo = await addPicture(figma)
    photo.fills = [{ type: 'IMAGE', scaleMode: 'FILL', imageHash: 'f00d' }]
    await expect(open(photo)).rejects.toThrow('is missing from this file')
  })
})
