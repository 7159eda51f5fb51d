import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runFill } from '../companion/cli/fill.ts'
import { engines } from '../companion/engines/index.ts'
import { decodeImage } from '../companion/image/codec.ts'
import type { Image } from '../companion/image/image.ts'
import { expectSamePixelsWhere } from './support/assert-image.ts'
import { Client } from './support/client.ts'
import { startTestCompanion } from './support/companion.ts'
import { temporaryFolder } from './support/data-folder.ts'
import { countDotted, dots, dotsSize, dottedHole, dottedPart, isInDottedHole } from './support/dots.ts'
import { pngOf } from './support/encoded.ts'
import { rectMask } from './support/images.ts'

const image = dots()
const png = new Uint8Array(await pngOf(image))
const mask = new Uint8Array(await pngOf(rectMask(...dotsSize, dottedHole)))
const avoid = new Uint8Array(await pngOf(rectMask(...dotsSize, dottedPart)))
const options = { growPx: 0, featherPx: 0 }

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
      expect(countDotted(await fillWith('anywhere', { mask }))).toBeGreaterThan(100)
      expect(countDotted(await fillWith('avoiding', { mask, avoid }))).toBe(0)
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
    expect(countDotted(filled)).toBe(0)
    expectSamePixelsWhere(filled, image, (x, y) => !isInDottedHole(x, y))
  })
})
