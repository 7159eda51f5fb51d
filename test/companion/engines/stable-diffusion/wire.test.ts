import { describe, expect, test } from 'vitest'
import { createStableDiffusion } from '../../../../companion/engines/stable-diffusion/index.ts'
import type { Request } from '../../../../companion/protocol.ts'
import { models } from '../../../../models/index.ts'
import { Client } from '../../../support/client.ts'
import { startTestCompanion } from '../../../support/companion.ts'
import { pngOf } from '../../../support/encoded.ts'
import { gradientImage, rectMask } from '../../../support/images.ts'
import { stubEngine } from '../../../support/stub-engine.ts'

const picture = await pngOf(gradientImage(61, 43))
const mask = await pngOf(rectMask(61, 43, { x: 20, y: 10, width: 12, height: 9 }))

async function paired(engines = [stubEngine(), createStableDiffusion()]): Promise<Client> {
  const { port, token } = await startTestCompanion({ engines, store: { models, environment: {} } })
  const client = await Client.paired(port, token)
  client.send({ type: 'image', id: 'picture' }, { image: picture })
  await client.next('image-ready')
  return client
}

async function refusal(client: Client, fields: object) {
  const fill = { type: 'fill', id: 'job', imageId: 'picture', task: 'fill', engine: 'auto', ...fields }
  client.send(fill as unknown as Request, { mask })
  return client.next('failed')
}

describe('Stable Diffusion over the wire', () => {
  test.each([
    [{ steps: 0 }, 'a whole number from 1 to 200 for steps but received 0'],
    [{ steps: 2.5 }, 'for steps but received 2.5'],
    [{ guidance: 0.5 }, 'a number from 1 to 30 for guidance'],
    [{ strength: 1.1 }, 'a number from 0 to 1 for strength'],
    [{ eta: -1 }, 'a number from 0 to 1 for eta'],
    [
      { scheduler: 'heun' },
      'ddim, ddpm, pndm, euler, euler-a, dpmpp-2m, dpmpp-2m-karras, unipc, lcm for scheduler',
    ],
    [{ preset: 'magic' }, 'one of fast, balanced, best, few-steps, creative, product-photo'],
    [{ size: 4096 }, 'a whole number from 256 to 2048 for size'],
    [{ model: 'xl' }, 'one of 2, 1.5 for model'],
    [{ width: 512 }, 'There is no option "width"'],
  ])('refuses %j', async (options, words) => {
    const client = await paired()
    expect(await refusal(client, { options })).toMatchObject({
      code: 'option-invalid',
      message: expect.stringContaining(words),
    })
  })

  test('asks for a prompt first, then for a model', async () => {
    const client = await paired()
    expect(await refusal(client, {})).toMatchObject({ code: 'prompt-missing' })
    expect(await refusal(client, { prompt: 'a red vase', options: { preset: 'car' } })).toMatchObject({
      code: 'model-missing',
      hint: expect.stringContaining('infill models install stable-diffusion-2'),
    })
  })

  test('removes only when it is named', async () => {
    const client = await paired([createStableDiffusion()])
    expect(await refusal(client, { task: 'remove' })).toMatchObject({ code: 'task-unsupported' })
    expect(await refusal(client, { task: 'remove', engine: 'stable-diffusion' })).toMatchObject({
      code: 'model-missing',
    })
  })
})
