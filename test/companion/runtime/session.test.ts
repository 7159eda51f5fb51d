import { readFileSync, writeFileSync } from 'node:fs'
import { join, parse } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../companion/log.ts'
import type { Progress, Run } from '../../../companion/run.ts'
import type { GraphInMemory, Optimisation } from '../../../companion/runtime/child.ts'
import { LostError, OnnxError } from '../../../companion/runtime/failures.ts'
import { OnnxRuntime, type RuntimeOptions, type SessionSource } from '../../../companion/runtime/session.ts'
import { createGraph, type Graph } from '../../../models/onnx/graph.ts'
import { add, matMul } from '../../../models/onnx/operators.ts'
import { writeModel } from '../../../models/onnx/write.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { quietRun } from '../../support/fill-job.ts'
import { standInProcess } from '../../support/stand-in-process.ts'

function opened(options: Partial<RuntimeOptions> = {}): OnnxRuntime {
  const runtime = new OnnxRuntime({ device: 'cpu', log: silentLog, ...options })
  onTestFinished(() => runtime.unload())
  return runtime
}

/** y = x + constant, for two numbers. */
function adding(constant: number): SessionSource {
  const g = createGraph(new Map())
  const bias = g.constant('bias', [2], () => Float32Array.of(constant, constant))
  g.output('y', add(g, g.input('x', 'float32', [2]), bias))
  return sourceOf('adding', String(constant), g)
}

/** The same, where a graph of its own gives the constant. */
function addingWorkedOut(key: string, constant: number): SessionSource {
  const before = createGraph(new Map())
  const half = before.constant('half', [2], () => Float32Array.of(constant / 2, constant / 2))
  before.output('bias', add(before, half, half))
  const g = createGraph(new Map())
  g.output('y', add(g, g.input('x', 'float32', [2]), g.input('bias', 'float32', [2])))
  return { ...sourceOf('adding', key, g), before: () => [inMemory(before)] }
}

/** Products of large matrices, one after another: busy for many seconds. */
function endless(): SessionSource {
  const g = createGraph(new Map())
  let product = g.input('x', 'float32', [1500, 1500])
  const matrix = product
  for (let step = 0; step < 300; step += 1) product = matMul(g, product, matrix)
  g.output('y', product)
  return sourceOf('endless', 'one', g)
}

function inMemory({ definition }: Graph): GraphInMemory {
  const folder = parse(process.cwd()).root
  return { graph: writeModel(definition, folder), folder }
}

function sourceOf(slot: string, key: string, g: Graph): SessionSource {
  const { definition } = g
  const zeros = definition.inputs.map(({ name, shape }) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    return [name, { type: 'float32', shape, data }] as const
  })
  return {
    ...{ slot, key },
    model: () => inMemory(g),
    warmUp: () => Object.fromEntries(zeros),
  }
}

const twoNumbers = { x: { type: 'float32', shape: [2], data: Float32Array.of(1, 2) } } as const

function watched(): Run & { readonly seen: Progress[] } {
  const seen: Progress[] = []
  return { ...quietRun, seen, onProgress: (progress) => seen.push(progress) }
}

describe('a session', () => {
  test('runs a graph, and says where and what it takes', async () => {
    const runtime = opened()
    const session = await runtime.load(adding(10), 'best', quietRun)
    expect(session).toMatchObject({ device: { kind: 'cpu' }, notes: [], inputs: ['x'], outputs: ['y'] })
    const { y } = await session.run(twoNumbers, quietRun)
    expect(y).toEqual({ type: 'float32', shape: [2], data: Float32Array.of(11, 12) })
    expect(runtime.peakBytes).toBeGreaterThan(0)
  })

  test('is loaded once and used again; another source takes its slot', async () => {
    const runtime = opened()
    const run = watched()
    const first = await runtime.load(adding(10), 'best', run)
    expect(run.seen.map(({ stage, done }) => [stage, done])).toEqual([
      ['load', 0],
      ['load', 1],
    ])
    expect(await runtime.load(adding(10), 'best', run)).toBe(first)
    expect(run.seen).toHaveLength(2)

    const second = await runtime.load(adding(20), 'best', run)
    expect((await second.run(twoNumbers, quietRun)).y?.data).toEqual(Float32Array.of(21, 22))
    expect(run.seen).toHaveLength(4)
  })

  test('is loaded anew by who asks for another optimisation', async () => {
    // It says how it was loaded.
    const script = standInProcess(`
      greet()
      onRequest(({ id, optimisation }) => say({ id, type: 'loaded', inputs: [], outputs: [optimisation] }))`)
    const runtime = opened({ script })
    const load = (optimisation: Optimisation) =>
      runtime.load({ ...adding(1), optimisation: () => optimisation }, 'best', quietRun)

    const less = await load('extended')
    expect(less.outputs).toEqual(['extended'])
    expect(await load('extended')).toBe(less)
    const more = await load('all')
    expect(more.outputs).toEqual(['all'])
    expect(await runtime.load(adding(1), 'best', quietRun)).toBe(more)
    expect((await load('extended')).outputs).toEqual(['extended'])
  })

  test('does not work with inputs that do not fit, and works again with those that do', async () => {
    const session = await opened().load(adding(1), 'best', quietRun)
    await expect(session.run({}, quietRun)).rejects.toBeInstanceOf(OnnxError)
    expect((await session.run(twoNumbers, quietRun)).y?.data).toEqual(Float32Array.of(2, 3))
  })

  test('gives only the outputs that are wanted', async () => {
    const g = createGraph(new Map())
    const x = g.input('x', 'float32', [2])
    g.output('once', x)
    g.output('twice', add(g, x, x))
    const session = await opened().load(sourceOf('doubling', 'one', g), 'best', quietRun)
    const outputs = await session.run(twoNumbers, { ...quietRun, only: ['twice'] })
    expect(Object.keys(outputs)).toEqual(['twice'])
    expect(outputs.twice?.data).toEqual(Float32Array.of(2, 4))
  })

  test('takes in what an earlier run has left in the process, as long as it is one of the last four', async () => {
    const { signal } = quietRun
    const runtime = opened()
    const adder = await runtime.load(adding(10), 'best', quietRun)
    const g = createGraph(new Map())
    g.output('z', add(g, g.input('x', 'float32', [2]), g.input('y', 'float32', [2])))
    const summer = await runtime.load(sourceOf('summing', 'one', g), 'best', quietRun)
    for (const keep of ['a', 'b', 'c', 'd', 'e']) {
      expect(await adder.run(twoNumbers, { signal, keep })).toEqual({})
    }
    // x + (x + 10)
    expect((await summer.run(twoNumbers, { signal, kept: 'e' })).z?.data).toEqual(Float32Array.of(12, 14))
    await expect(summer.run(twoNumbers, { signal, kept: 'a' })).rejects.toBeInstanceOf(LostError)
  })

  test('takes what is worked out before it into every run, until another has its slot', async () => {
    const runtime = opened()
    const [half, whole] = [addingWorkedOut('half', 10), addingWorkedOut('whole', 20)]
    for (const source of [half, whole]) {
      const session = await runtime.load(source, 'best', quietRun)
      const sum = source === half ? [11, 12] : [21, 22]
      for (let time = 0; time < 2; time += 1) {
        expect((await session.run(twoNumbers, quietRun)).y?.data).toEqual(Float32Array.from(sum))
      }
    }
    const plain = await runtime.load({ ...half, key: 'plain', before: () => [] }, 'best', quietRun)
    await expect(plain.run(twoNumbers, quietRun)).rejects.toBeInstanceOf(OnnxError)
  })

  test('is cancelled in the middle of what is worked out before it', async () => {
    const g = createGraph(new Map())
    let product = g.constant('matrix', [1500, 1500], () => new Float32Array(1500 * 1500).fill(1 / 1500))
    const matrix = product
    for (let step = 0; step < 300; step += 1) product = matMul(g, product, matrix)
    g.output('z', product)
    const runtime = opened()
    const cancelling = new AbortController()
    const source = { ...adding(1), before: () => [inMemory(g)] }
    const loading = runtime.load(source, 'best', {
      signal: cancelling.signal,
      // Once it has been asked.
      onProgress: () => setImmediate(() => cancelling.abort('enough')),
    })
    await expect(loading).rejects.toBe('enough')
    const again = await runtime.load(adding(1), 'best', quietRun)
    expect((await again.run(twoNumbers, quietRun)).y?.data).toEqual(Float32Array.of(2, 3))
  })

  test('is cancelled in the middle of a run, and the next job works', async () => {
    const runtime = opened()
    const source = endless()
    const session = await runtime.load(source, 'best', quietRun)
    const cancelling = new AbortController()
    const running = session.run(source.warmUp(), { signal: cancelling.signal })
    cancelling.abort('enough')
    await expect(running).rejects.toBe('enough')

    const again = await runtime.load(adding(1), 'best', quietRun)
    expect((await again.run(twoNumbers, quietRun)).y?.data).toEqual(Float32Array.of(2, 3))
  })
})

describe('a runtime', () => {
  test('starts anew after a crash', async () => {
    const script = standInProcess(`greet(); onRequest(({ id, type }) => {
      if (type === 'run') process.abort()
      say({ id, type: 'loaded', inputs: [], outputs: [] })
    })`)
    const runtime = opened({ script })
    const session = await runtime.load(adding(1), 'best', quietRun)
    await expect(session.run(twoNumbers, quietRun)).rejects.toMatchObject({ code: 'engine-stopped' })
    const again = await runtime.load(adding(1), 'best', quietRun)
    expect(again).not.toBe(session)
  })

  test('unloads everything when nobody has worked with it for a while', async () => {
    const runtime = opened({ idleMs: 1 })
    const first = await runtime.load(adding(1), 'best', quietRun)
    await expect.poll(() => runtime.peakBytes).toBe(0)
    expect(await runtime.load(adding(1), 'best', quietRun)).not.toBe(first)
  })

  test('gives back what was not asked for longest where memory is short, until there is room', async () => {
    // Room for two sessions; it says which are there.
    const script = standInProcess(`
      greet()
      const slots = []
      onRequest(({ id, type, slot }) => {
        if (type === 'release') {
          slots.splice(slots.indexOf(slot), 1)
          say({ id, type: 'released' })
        } else if (slots.length === 2) say({ id, type: 'failed', message: 'Failed to allocate memory' })
        else {
          slots.push(slot)
          say({ id, type: 'loaded', inputs: [...slots], outputs: [] })
        }
      })`)
    const runtime = opened({ script })
    const load = (slot: string) => runtime.load({ ...adding(1), slot }, 'best', quietRun)
    await load('a')
    await load('b')
    await load('a')
    expect((await load('c')).inputs).toEqual(['a', 'c'])
    expect((await load('b')).inputs).toEqual(['c', 'b'])
  })

  test('says that memory is short where nothing can be given back', async () => {
    const script = standInProcess(
      `greet(); onRequest(({ id }) => say({ id, type: 'failed', message: 'Failed to allocate memory' }))`,
    )
    const loading = opened({ script }).load(adding(1), 'best', quietRun)
    await expect(loading).rejects.toMatchObject({ code: 'out-of-memory' })
  })

  /** A process that loads and runs whatever it is asked to on DirectML, and writes down the slots that hold a session. */
  function withCard() {
    const held = join(temporaryFolder(), 'held.json')
    writeFileSync(held, '[]')
    const script = standInProcess(`
      import { writeFileSync } from 'node:fs'
      say({ id: 0, type: 'ready', version: '1', providers: ['cpu', 'dml'] })
      const slots = new Set()
      onRequest(({ id, type, slot }) => {
        if (type === 'load') slots.add(slot)
        if (type === 'release') slots.delete(slot)
        writeFileSync(${JSON.stringify(held)}, JSON.stringify([...slots]))
        if (type === 'load') say({ id, type: 'loaded', inputs: [], outputs: [] })
        else say(type === 'run' ? { id, type: 'ran', outputs: {} } : { id, type: 'released' })
      })`)
    return { script, heldSlots: (): string[] => JSON.parse(readFileSync(held, 'utf8')) }
  }

  test('keeps on a small card what fits beside the next session: text encoder, UNet and decoder take turns', async () => {
    const { script, heldSlots } = withCard()
    const sizes: Readonly<Record<string, number>> = {
      'text encoder': 0.5e9,
      encoder: 0.5e9,
      unet: 2.1e9,
      decoder: 1.1e9,
    }
    const heldBytes = () => heldSlots().reduce((sum, slot) => sum + sizes[slot]!, 0)
    const cardMemory = async () => ({ freeBytes: 4e9 - 1e9 - heldBytes(), heldBytes: heldBytes() })
    const runtime = opened({ device: 'directml', script, cardMemory })
    const kept: string[] = []
    for (const slot of ['text encoder', 'encoder', 'unet', 'decoder', 'unet']) {
      await runtime.load({ ...adding(1), slot, neededBytes: () => sizes[slot]! }, 'best', quietRun)
      kept.push(heldSlots().join(' + '))
    }
    expect(kept).toEqual(['text encoder', 'text encoder + encoder', 'encoder + unet', 'decoder', 'unet'])
    expect(runtime.peakBytes).toBe(2.6e9)
  })

  test.each([
    ['what its driver says', 3e9],
    // As in WSL and in containers.
    ['what became of the free memory, where its driver does not say', null],
  ])('knows what a card has for it: what is free, and %s', async (_, heldBytes) => {
    const { script, heldSlots } = withCard()
    const pids: number[] = []
    const cardMemory = async (pid: number) => {
      pids.push(pid)
      return { freeBytes: 8e9 - 3e9 * heldSlots().length, heldBytes }
    }
    const runtime = opened({ device: 'directml', script, cardMemory })
    if (heldBytes === null) {
      expect(await runtime.outlook(['adding'], 'best', quietRun)).toEqual({
        kind: 'directml',
        budgetBytes: 8e9,
      })
    }
    await runtime.load(adding(1), 'best', quietRun)
    expect(await runtime.outlook(['adding'], 'best', quietRun)).toEqual({
      kind: 'directml',
      budgetBytes: 8e9,
    })
    expect(runtime.peakBytes).toBe(3e9)
    expect(new Set(pids)).toEqual(new Set([expect.any(Number)]))
    expect(await runtime.outlook(['adding'], 'cpu', quietRun)).toMatchObject({ kind: 'cpu' })
  })

  test('knows nothing of the memory of a card that no driver tells of', async () => {
    const { script } = withCard()
    const runtime = opened({ device: 'directml', script, cardMemory: async () => null })
    expect(await runtime.outlook(['adding'], 'best', quietRun)).toEqual({
      kind: 'directml',
      budgetBytes: null,
    })
  })

  test('takes the CPU and says why where the device that was asked for is not there', async () => {
    const session = await opened({ device: 'directml' }).load(adding(1), 'best', quietRun)
    expect(session.device.kind).toBe('cpu')
    expect(session.notes).toEqual(['DirectML was not used. ONNX Runtime has no DirectML for this system.'])
  })

  test('tries a device that cannot load a source once, and says each time why the CPU computes', async () => {
    const script = standInProcess(`
      say({ id: 0, type: 'ready', version: '1', providers: ['cpu', 'dml'] })
      let tries = 0
      onRequest(({ id, type, provider }) => {
        if (provider === 'dml') say({ id, type: 'failed', message: 'no adapter ' + ++tries })
        else say({ id, type: 'loaded', inputs: [String(tries)], outputs: [] })
      })`)
    const runtime = opened({ device: 'auto', script })
    const run = watched()
    for (const constant of [1, 2]) {
      expect(await runtime.load(adding(constant), 'best', run)).toMatchObject({
        device: { kind: 'cpu' },
        notes: ['DirectML was not used. There is no graphics card that DirectML could use.'],
        inputs: ['1'],
      })
    }
  })

  test('runs the source once on a graphics card before it is ready', async () => {
    const script = standInProcess(`
      say({ id: 0, type: 'ready', version: '1', providers: ['cpu', 'dml'] })
      onRequest(({ id, type, inputs }) => {
        if (type === 'load') say({ id, type: 'loaded', inputs: ['x'], outputs: ['y'] })
        else say({ id, type: 'ran', outputs: inputs })
      })`)
    const run = watched()
    const session = await opened({ device: 'directml', script }).load(adding(1), 'best', run)
    expect(session.device.kind).toBe('directml')
    expect(run.seen.map(({ stage, done }) => `${stage} ${done}`)).toEqual([
      'load 0',
      'load 1',
      'warm-up 0',
      'warm-up 1',
    ])
  })
})
