import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runFill } from '../companion/cli/fill.ts'
import { engines } from '../companion/engines/index.ts'
import { decodeImage } from '../companion/image/codec.ts'
import { createMask, type Image } from '../companion/image/image.ts'
import { expectSamePixelsWhere } from './support/assert-image.ts'
import { Client } from './support/client.ts'
import { startTestCompanion } from './support/companion.ts'
import { temporaryFolder } from './support/data-folder.ts'
import { pngOf } from './support/encoded.ts'
import { FakeFigma, render } from './support/fake-figma/index.ts'
import { openPlugin } from './support/sandbox.ts'
import { createScene, findRed } from './support/scene.ts'

const { png, image } = await createScene()
/** A brush with a soft edge: white over the disc of 26 px in radius, from 30 to 40 px it fades to black. */
const softMask = createMask(image.width, image.height)
for (let pixel = 0; pixel < softMask.data.length; pixel += 1) {
  const distancePx = Math.hypot((pixel % image.width) - 120, Math.floor(pixel / image.width) - 90)
  softMask.data[pixel] = Math.max(0, Math.min(255, 25.5 * (40 - distancePx)))
}
const mask = new Uint8Array(await pngOf(softMask))
const isMarked = (x: number, y: number) => softMask.data[y * image.width + x]! >= 128
const options = { growPx: 0, featherPx: 0 }

/** The patch is opaque where the mask is at least half white, and clear elsewhere. */
function expectPatch({ data }: Image): void {
  const alphas = softMask.data.map((_, pixel) => data[4 * pixel + 3]!)
  expect(alphas).toEqual(softMask.data.map((value) => (value >= 128 ? 255 : 0)))
}

test('a soft mask sent over the wire becomes a layer that covers what is at least half marked', async () => {
  const companion = await startTestCompanion({ engines })
  const client = await Client.paired(companion.port, companion.token)
  const figma = new FakeFigma()
  const photo = figma.createRectangle()
  photo.resize(image.width, image.height)
  photo.fills = [{ type: 'IMAGE', scaleMode: 'FILL', imageHash: figma.createImage(new Uint8Array(png)).hash }]
  const plugin = await openPlugin({ figma })
  try {
    const source = await plugin.request('openSource', { layerId: photo.id })
    client.send(
      { type: 'image', id: 'picture', orientation: 'none' },
      {
        image: source.bytes,
      },
    )
    await client.next('image-ready')
    const request = {
      type: 'fill',
      id: 'job',
      imageId: 'picture',
      task: 'remove',
      engine: 'patchmatch',
    } as const
    client.send({ ...request, extent: 'image', seed: 1, options }, { mask })
    const reply = await client.next('patch', 'job')
    const patch = new Uint8Array(reply.blobsByName.patch!)
    expectPatch((await decodeImage(patch, { orientation: 'none' })).image)

    const recipe = {
      version: 1,
      task: 'remove',
      engine: 'patchmatch',
      seed: 1,
      options,
      sourceHash: source.hash,
    } as const
    await plugin.request('place', {
      ...{ layerId: photo.id, sourceHash: source.hash, placement: source.placement, png: patch },
      ...{ recipe, mask, avoid: null, replaces: null, anyway: false },
    })
    const seen = await render(figma.currentPage.children, photo.absoluteBoundingBox!)
    expect(findRed(seen)).toBeNull()
    expectSamePixelsWhere(seen, image, (x, y) => !isMarked(x, y))
  } finally {
    plugin.close()
    await client.close()
  }
})

test('a soft mask given to the command line changes what is at least half marked, and nothing else', async () => {
  const folder = temporaryFolder()
  const file = (name: string) => join(folder, name)
  await writeFile(file('image.png'), png)
  await writeFile(file('mask.png'), mask)

  const exitCode = await runFill(
    {
      ...{ image: file('image.png'), mask: file('mask.png'), engine: 'patchmatch', seed: '1' },
      ...{ output: file('filled.png'), patch: file('patch.png'), option: ['growPx=0', 'featherPx=0'] },
    },
    { engines, folder, print: () => {}, printError: () => {} },
  )

  expect(exitCode).toBe(0)
  const read = async (name: string) =>
    (await decodeImage(await readFile(file(name)), { orientation: 'none' })).image
  expectPatch(await read('patch.png'))
  const filled = await read('filled.png')
  expect(findRed(filled)).toBeNull()
  expectSamePixelsWhere(filled, image, (x, y) => !isMarked(x, y))
})
