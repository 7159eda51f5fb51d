import { describe, expect, test } from 'vitest'
import type { Engine } from '../../../../companion/engines/engine.ts'
import { createPowerPaint } from '../../../../companion/engines/powerpaint/index.ts'
import type { Request } from '../../../../companion/protocol.ts'
import { models } from '../../../../models/index.ts'
import { Client } from '../../../support/client.ts'
import { startTestCompanion } from '../../../support/companion.ts'
import { pngOf } from '../../../support/encoded.ts'
import { gradientImage, rectMask } from '../../../support/images.ts'
import { stubEngine } from '../../../support/stub-engine.ts'

const picture = await pngOf(gradientImage(61, 43))
const mask = await pngOf(rectMask(61, 43, { x: 20, y: 10, width: 12, height: 9 }))

async function paired(engines: readonly Engine[] = [stubEngine(), createPowerPaint()]): Promise<Client> {
  const { port, token } = await startTestCompanion({ engines, store: { models, environment: {} } })
  const client = await Client.paired(port, token)
  client.send({ type: 'image', id: 'picture' }, { image: picture })
  await client.next('image-ready')
  return client
}

async function refusal(client: Client, fields: object) {
  const fill = { type: 'fill', id: 'job', imageId: 'picture', task: 'shape', engine: 'auto', ...fields }
  client.send(fill as unknown as Request, { mask })
  return client.next('failed')
}

describe('PowerPaint over the wire', () => {
  test.each([
    [{ fitting: 1.2 }, 'a number from 0 to 1 for fitting but received 1.2'],
    [{ fitting: -0.1 }, 'a number from 0 to 1 for fitting'],
    [{ fitting: 'tight' }, 'for fitting but received "tight"'],
    [{ rescale: 2 }, 'a number from 0 to 1 for rescale'],
    [{ preset: 'car' }, 'one of fast, balanced, best for preset'],
    [{ mode: 'text-guided' }, 'There is no option "mode"'],
  ])('refuses %j', async (options, words) => {
    const client = await paired()
    expect(await refusal(client, { options })).toMatchObject({
      code: 'option-invalid',
      message: expect.stringContaining(words),
    })
  })

  test('follows a shape by prompt: asks for that first, then for the model', async () => {
    const client = await paired()
    expect(await refusal(client, { options: { fitting: 0.6 } })).toMatchObject({ code: 'prompt-missing' })
    expect(await refusal(client, { prompt: 'a red vase', options: { fitting: 0.6 } })).toMatchObject({
      code: 'model-missing',
      hint: expect.stringContaining('infill models install powerpaint-v1'),
    })
  })

  test('a large removal goes to who is made for it where auto may choose the best, and both are told', async () => {
    const large = await pngOf(rectMask(61, 43, { x: 15, y: 8, width: 30, height: 26 }))
    const inventive = stubEngine({ id: 'inventive', title: 'Inventive', tasks: ['remove'] })
    const engines = [stubEngine(), { ...inventive, tasksByName: ['remove'], removesLarge: true } as const]
    const client = await paired(engines)
    const usedBy = async (quality: string) => {
      const fill = { type: 'fill', id: quality, imageId: 'picture', task: 'remove', engine: 'auto' } as const
      client.send({ ...fill, options: { quality } }, { mask: large })
      return (await client.next('patch')).used
    }

    const best = await usedBy('best')
    expect(best.engine).toBe('inventive')
    expect(best.notes).toContain('Inventive was chosen for its quality in a hole this large.')
    expect((await usedBy('balanced')).engine).toBe('stub')
  })

  test('removes by name, or where auto finds a large hole; not else', async () => {
    const client = await paired([createPowerPaint()])
    expect(await refusal(client, { task: 'remove' })).toMatchObject({ code: 'task-unsupported' })
    expect(await refusal(client, { task: 'remove', engine: 'powerpaint' })).toMatchObject({
      code: 'model-missing',
    })
  })
})
