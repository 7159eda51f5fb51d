import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { runFill } from '../../companion/cli/fill.ts'
import { engines } from '../../companion/engines/index.ts'
import { Client, hello } from '../support/client.ts'
import { startTestCompanion } from '../support/companion.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { pngOf } from '../support/encoded.ts'
import { gradientImage, rectMask } from '../support/images.ts'
import { tinyLama } from '../support/means.ts'

// As on a system that ONNX Runtime is not built for.
vi.mock('../../companion/runtime/device.ts', async (importOriginal) => ({
  ...(await importOriginal<typeof import('../../companion/runtime/device.ts')>()),
  hasOnnxRuntime: () => false,
}))

const image = await pngOf(gradientImage(80, 60))
const mask = await pngOf(rectMask(80, 60, { x: 30, y: 20, width: 13, height: 11 }))

describe('where there is no ONNX Runtime', () => {
  test('the companion fills with the embedded engine, and says that it computes on the CPU', async () => {
    const { port, token } = await startTestCompanion({ engines, device: 'auto' })
    const client = await Client.paired(port, token)
    client.send(hello())
    const { device, engines: described } = await client.next('ready')
    expect(device.kind).toBe('cpu')
    expect(described.filter(({ ready }) => ready).map(({ id }) => id)).toEqual(['patchmatch'])

    client.send({ type: 'image', id: 'picture' }, { image })
    client.send({ type: 'fill', id: 'job', imageId: 'picture', task: 'remove', engine: 'auto' }, { mask })
    expect((await client.next('patch', 'job')).used.engine).toBe('patchmatch')
  })

  test('an engine that was asked for says that it cannot run', async () => {
    const folder = temporaryFolder()
    const errors: string[] = []
    const exitCode = await runFill(
      {
        image: 'none.png',
        mask: 'none.png',
        output: join(folder, 'o.png'),
        engine: 'lama',
        weights: tinyLama,
      },
      { engines, folder, print: () => {}, printError: (line) => errors.push(line) },
    )
    expect(exitCode).toBe(4)
    expect(errors).toEqual([
      'LaMa cannot run here: ONNX Runtime has no build for this system.',
      'Choose Quick fill, which needs no model.',
    ])
  })
})
