import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runFill } from '../companion/cli/fill.ts'
import { engines } from '../companion/engines/index.ts'
import { decodeImage } from '../companion/image/codec.ts'
import type { Image } from '../companion/image/image.ts'
import { expectSamePixelsWhere, pixelAt } from './support/assert-image.ts'
import { Client } from './support/client.ts'
import { startTestCompanion } from './support/companion.ts'
import { temporaryFolder } from './support/data-folder.ts'
import { pngOf } from './support/encoded.ts'
import { paintImage, rectMask } from './support/images.ts'

const size = [260, 170] as const
const hole = { x: 96, y: 60, width: 48, height: 36 }
const isMarked = (x: number, y: number) => x >= 96 && x < 144 && y >= 60 && y < 96

/** A mottled grey ground. Its left part, where the hole lies, is dotted with white, 12 dots in the hole and none across its border. */
const image = paintImage(...size, (x, y) => {
  if (x < 192 && x % 12 >= 4 && x % 12 < 8 && y % 12 >= 4 && y % 12 < 8) return [250, 250, 250, 255]
  const grey = 110 + ((x * x + 3 * y * y + 5 * x * y) % 23)
  return [grey, grey, grey, 255]
})
const png = new Uint8Array(await pngOf(image))
const mask = new Uint8Array(await pngOf(rectMask(...size, hole)))
const avoid = new Uint8Array(await pngOf(rectMask(...size, { x: 0, y: 0, width: 192, height: 170 })))
const options = { growPx: 0, featherPx: 0 }

/** How many of the pixels that were filled show a dot. */
function dottedIn(filled: Image): number {
  let dotted = 0
  for (let y = hole.y; y < hole.y + hole.height; y += 1) {
    for (let x = hole.x; x < hole.x + hole.width; x += 1) if (pixelAt(filled, x, y)[0]! > 180) dotted += 1
  }
  return dotted
}

async function read(bytes: Uint8Array): Promise<Image> {
  return (await decodeImage(bytes, { orientation: 'none' })).image
}

describe('what is to be avoided', () => {
  test('over the wire: nothing of it is in the fill, where without it there is much', async () => {
    const companion = await startTestCompanion({ engines })
    const client = await Client.paired(companion.port, companion.token)
    try {
      client.send({ type: 'image', id: 'picture', orientation: 'none' }, { image: png })
      await client.next('image-ready')
      const request = { type: 'fill', imageId: 'picture', task: 'remove', engine: 'patchmatch' } as const
      const fillWith = async (id: string, blobs: Record<string, Uint8Array>) => {
        client.send({ ...request, id, extent: 'finished', seed: 1, options }, blobs)
        return await read((await client.next('patch', id)).blobsByName.patch!)
      }
      expect(dottedIn(await fillWith('anywhere', { mask }))).toBeGreaterThan(100)
      expect(dottedIn(await fillWith('avoiding', { mask, avoid }))).toBe(0)
    } finally {
      await client.close()
    }
  })

  test.each(['fast', 'balanced', 'best'])('on the command line, at the quality %s', async (quality) => {
    const folder = temporaryFolder()
    const file = (name: string) => join(folder, name)
    await writeFile(file('image.png'), png)
    await writeFile(file('mask.png'), mask)
    await writeFile(file('avoid.png'), avoid)

    const exitCode = await runFill(
      {
        ...{ image: file('image.png'), mask: file('mask.png'), avoid: file('avoid.png') },
        ...{ engine: 'patchmatch', seed: '1', output: file('filled.png') },
        option: ['growPx=0', 'featherPx=0', `quality=${quality}`],
      },
      { engines, folder, print: () => {}, printError: () => {} },
    )

    expect(exitCode).toBe(0)
    const filled = await read(await readFile(file('filled.png')))
    expect(dottedIn(filled)).toBe(0)
    expectSamePixelsWhere(filled, image, (x, y) => !isMarked(x, y))
  })
})
