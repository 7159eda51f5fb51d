import { describe, expect, test } from 'vitest'
import { engines } from '../../companion/engines/index.ts'
import type { Image } from '../../companion/image/image.ts'
import { Client } from '../support/client.ts'
import { startTestCompanion } from '../support/companion.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { pngOf } from '../support/encoded.ts'
import { gradientImage, paintImage, rectMask } from '../support/images.ts'
import { installTinyLama, tinyLamaModel } from '../support/tiny-lama.ts'

/** A companion with the real engines, and LaMa installed from a file on this machine. */
async function connected({ hasLama }: { hasLama: boolean }): Promise<Client> {
  const dataFolder = temporaryFolder()
  if (hasLama) await installTinyLama(dataFolder)
  const companion = await startTestCompanion({
    dataFolder,
    engines,
    device: 'cpu',
    store: { models: [tinyLamaModel] },
  })
  return Client.paired(companion.port, companion.token)
}

async function removeFrom(client: Client, image: Image, engine = 'auto') {
  const hole = { x: 52, y: 41, width: 21, height: 17 }
  const mask = await pngOf(rectMask(image.width, image.height, hole))
  client.send({ type: 'image', id: 'picture' }, { image: await pngOf(image) })
  client.send({ type: 'fill', id: 'job', imageId: 'picture', task: 'remove', engine }, { mask })
}

const photo = gradientImage(120, 90)
const board = paintImage(120, 90, (x, y) =>
  (Math.floor(x / 10) + Math.floor(y / 10)) % 2 === 0 ? [20, 40, 60, 255] : [230, 210, 190, 255],
)

describe('auto', () => {
  test.each([
    ['copies what the picture itself continues exactly', board, true, 'patchmatch'],
    ['takes LaMa where something has to be made up', photo, true, 'lama'],
    ['takes the embedded engine where no model is installed', photo, false, 'patchmatch'],
  ])('%s, and says so', async (_, image, hasLama, engine) => {
    const client = await connected({ hasLama })
    await removeFrom(client, image)
    const { used } = await client.next('patch', 'job')
    expect(used).toMatchObject({ engine, device: { kind: 'cpu' }, notes: [] })
    await client.next('done', 'job')
  })
})

test('an engine by name that is not installed says what to install', async () => {
  const client = await connected({ hasLama: false })
  await removeFrom(client, photo, 'lama')
  expect(await client.next('failed', 'job')).toMatchObject({
    code: 'model-missing',
    message: 'LaMa needs a model that is not installed.',
    hint: expect.stringContaining('infill models install lama'),
  })
})
