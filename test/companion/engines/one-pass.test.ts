import { describe, expect, test } from 'vitest'
import { type OnePassNetwork, openOnePass } from '../../../companion/engines/one-pass.ts'
import { CompanionError } from '../../../companion/errors.ts'
import type { Size } from '../../../companion/image/image.ts'
import { imageFromPlanes } from '../../../companion/image/tensor.ts'
import type { Device } from '../../../companion/protocol.ts'
import type { Progress } from '../../../companion/run.ts'
import type { Tensors } from '../../../companion/runtime/child.ts'
import { OnnxError } from '../../../companion/runtime/failures.ts'
import { pixelAt } from '../../support/assert-image.ts'
import { quietRun } from '../../support/fill-job.ts'
import { gradientImage, rectMask } from '../../support/images.ts'
import { type Act, scriptedRuntime } from '../../support/scripted-runtime.ts'

const hole = { x: 20, y: 10, width: 16, height: 14 }
const tile = { image: gradientImage(61, 43), mask: rectMask(61, 43, hole), avoid: null }
const settings = { task: 'remove', prompt: '', negativePrompt: '', seed: 1, options: {} } as const
const tooLarge = new CompanionError('out-of-memory', 'There was too little memory.')

/** Noise of the size that was asked for, which no test takes for nonsense. */
const noise: Act = ({ size }) => planes(size!.shape, (index) => (index * 37) % 251)
const black: Act = ({ size }) => planes(size!.shape, () => 0)

function planes([height, width]: readonly number[], at: (index: number) => number): Tensors {
  const data = Uint8Array.from({ length: 3 * height! * width! }, (_, index) => at(index))
  return { result: { type: 'uint8', shape: [1, 3, height!, width!], data } }
}

/** A network that hands on what the session gives, and remembers the sizes it was asked for. */
async function open(
  acts: readonly Act[],
  { device = 'cpu', isLoadable = true }: { device?: Device['kind']; isLoadable?: boolean } = {},
) {
  const runtime = scriptedRuntime(acts, { device })
  const sizes: Size[] = []
  const network: OnePassNetwork = {
    title: 'Net',
    slot: 'net',
    smallerScales: [0.75, 0.5],
    async load(size, on, run) {
      if (!isLoadable) throw tooLarge
      const source = { slot: 'net', key: '', model: () => '', warmUp: () => ({}) }
      sizes.push({ width: size.width, height: size.height })
      return runtime.load(source, on, run)
    },
    async infer(session, { image, mask }, run) {
      const size = { type: 'uint8', shape: [image.height, image.width], data: mask.data } as const
      const { result } = await session.run({ size }, run)
      return imageFromPlanes(result!.data as Uint8Array, image)
    },
  }
  const engine = await openOnePass(network, runtime, tile.image, quietRun)
  sizes.length = 0
  return { engine, runtime, sizes }
}

describe('an engine of one pass', () => {
  test('is ready for its first tile before the fill begins', async () => {
    const { engine, runtime } = await open([noise], { device: 'cuda' })
    expect(runtime.loads).toEqual(['net best'])
    expect(engine.device.kind).toBe('cuda')
  })

  test('fills, tells how far it is, how much memory it took, and that nothing was different', async () => {
    const { engine } = await open([noise])
    const seen: Progress[] = []
    const result = await engine.fill(tile, settings, {
      ...quietRun,
      onProgress: (progress) => seen.push(progress),
    })
    expect(result).toMatchObject({ width: 61, height: 43 })
    expect(pixelAt(result, 25, 12)[3]).toBe(255)
    expect(seen.map(({ stage, done, total }) => `${stage} ${done}/${total}`)).toEqual([
      'fill 0/1',
      'fill 1/1',
    ])
    expect(engine.notes).toEqual([])
    expect(engine.peakBytes).toBe(1234)
  })

  test('does not show the network what must not be copied', async () => {
    const { engine, runtime } = await open([noise])
    await engine.fill(
      { ...tile, avoid: rectMask(61, 43, { x: 0, y: 0, width: 5, height: 43 }) },
      settings,
      quietRun,
    )
    const shown = runtime.runs[0]!.size!.data
    expect([shown[0], shown[5], shown[12 * 61 + 25]]).toEqual([255, 0, 255])
  })

  test('steps down when memory is short: alone, smaller, smaller still, and says which', async () => {
    const { engine, runtime, sizes } = await open([tooLarge, tooLarge, tooLarge, noise])
    expect(await engine.fill(tile, settings, quietRun)).toMatchObject({ width: 61, height: 43 })
    expect(runtime.unloads).toBe(1)
    expect(sizes).toEqual([
      { width: 61, height: 43 },
      { width: 61, height: 43 },
      { width: 46, height: 32 },
      { width: 31, height: 22 },
    ])
    expect(engine.notes).toEqual(['Memory was short, so the fill was computed at 50 % of its size.'])
  })

  test('takes the CPU last, at full size, when even less is too much for the graphics card', async () => {
    const { engine, runtime } = await open([tooLarge, tooLarge, tooLarge, tooLarge, noise], {
      device: 'cuda',
    })
    await engine.fill(tile, settings, quietRun)
    expect(runtime.loads.at(-1)).toBe('net cpu')
    expect(engine.device.kind).toBe('cpu')
    expect(engine.notes).toEqual(['Memory was short, so the CPU computed the fill.'])
  })

  test('says what it tried when nothing was small enough, and fills the next time', async () => {
    const { engine } = await open([tooLarge, tooLarge, tooLarge, tooLarge, noise])
    await expect(engine.fill(tile, settings, quietRun)).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(/all else was unloaded.*75 %.*50 %/),
    })
    await engine.fill(tile, settings, quietRun)
    expect(engine.notes).toEqual([])
  })

  test.each<[Device['kind'], RegExp]>([
    ['cpu', /all else was unloaded.*75 %.*50 %[^,]*\. Close/],
    ['cuda', /all else was unloaded.*75 %.*50 %.*then the CPU computed the fill\. Close/],
  ])(
    'names the CPU as tried only where it was another way: not even a load fits, on %s',
    async (device, message) => {
      const { engine } = await open([noise], { device, isLoadable: false })
      expect(engine.device.kind).toBe(device)
      await expect(engine.fill(tile, settings, quietRun)).rejects.toMatchObject({
        code: 'out-of-memory',
        message: expect.stringMatching(message),
      })
    },
  )

  test('computes nonsense of a graphics card once more on the CPU', async () => {
    const { engine, runtime } = await open([black, noise], { device: 'cuda' })
    await engine.fill(tile, settings, quietRun)
    expect(runtime.loads.slice(1)).toEqual(['net best', 'net cpu'])
    expect(engine.notes).toEqual(['The first result was no picture, so the CPU computed the fill.'])
  })

  test('reports nonsense that the CPU gives too', async () => {
    const { engine, runtime } = await open([black], { device: 'cuda' })
    await expect(engine.fill(tile, settings, quietRun)).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringMatching(/^Net gave a single colour/),
    })
    expect(runtime.runs).toHaveLength(2)
  })

  test('takes the CPU when the graphics card fails', async () => {
    const { engine } = await open([new OnnxError('no kernel for this')], { device: 'webgpu' })
    await expect(engine.fill(tile, settings, quietRun)).rejects.toBeInstanceOf(OnnxError)
    const working = await open([new OnnxError('no kernel for this'), noise], { device: 'webgpu' })
    await working.engine.fill(tile, settings, quietRun)
    expect(working.engine.notes).toEqual(['The graphics card failed, so the CPU computed the fill.'])
  })
})
