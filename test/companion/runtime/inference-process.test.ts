import { describe, expect, onTestFinished, test } from 'vitest'
import { type Log, silentLog } from '../../../companion/log.ts'
import { OnnxError } from '../../../companion/runtime/failures.ts'
import { InferenceProcess } from '../../../companion/runtime/inference-process.ts'
import { standInProcess } from '../../support/stand-in-process.ts'

const patient = new AbortController().signal
const question = { type: 'run', slot: 'any', inputs: {} } as const

function started(body: string, log: Log = silentLog): InferenceProcess {
  const owner = new InferenceProcess(log, standInProcess(body))
  onTestFinished(() => owner.kill())
  return owner
}

describe('a process that owns ONNX Runtime', () => {
  test('says which ONNX Runtime it has', async () => {
    const owner = new InferenceProcess(silentLog)
    onTestFinished(() => owner.kill())
    expect(await owner.ready(patient)).toMatchObject({
      version: '1.29.0',
      providers: expect.arrayContaining(['cpu']),
    })
    expect(owner.memory.residentBytes).toBeGreaterThan(1e7)
    expect(owner.memory.peakBytes).toBeGreaterThanOrEqual(owner.memory.residentBytes / 2)
  })

  test('answers each question with its own reply, numbers as they were', async () => {
    const owner = started(`greet(); onRequest(({ id, inputs }) => say({ id, type: 'ran', outputs: inputs }))`)
    const inputs = { x: { type: 'float32', shape: [2], data: Float32Array.of(0.1, Number.NaN) } } as const
    const [first, second] = await Promise.all([
      owner.ask({ ...question, inputs }, patient),
      owner.ask({ ...question, inputs: {} }, patient),
    ])
    expect(first.outputs).toEqual(inputs)
    expect(second.outputs).toEqual({})
    expect(owner.memory).toEqual({ residentBytes: 1000, peakBytes: 2000 })
  })

  test('says in its own words what ONNX Runtime said, with what it wrote to stderr', async () => {
    const owner = started(`greet(); onRequest(({ id }) => {
      process.stderr.write('libcudart.so.13: cannot open shared object file\\n')
      say({ id, type: 'failed', message: 'Failed to load shared library' })
    })`)
    const failed = owner.ask(question, patient)
    await expect(failed).rejects.toBeInstanceOf(OnnxError)
    await expect(failed).rejects.toThrow(/^Failed to load shared library\nlibcudart\.so\.13: cannot open/)
  })

  test.runIf(process.platform === 'linux')('takes large blocks of memory from its heap', async () => {
    const owner = started(
      `greet(); onRequest(({ id }) => say({ id, type: 'failed', message: process.env.GLIBC_TUNABLES }))`,
    )
    await expect(owner.ask(question, patient)).rejects.toThrow('glibc.malloc.mmap_max=0')
  })

  test('hands what it writes to stderr to the log', async () => {
    const lines: unknown[] = []
    const log: Log = { ...silentLog, warn: (fields: unknown) => lines.push(fields) }
    const owner = started(
      `greet(); onRequest(({ id }) => { console.error('a warning'); say({ id, type: 'ran', outputs: {} }) })`,
      log,
    )
    await owner.ask(question, patient)
    await owner.kill()
    expect(lines).toEqual([expect.objectContaining({ line: 'a warning' })])
  })

  test.each([
    [
      'cannot find a library',
      'libgomp.so.1: cannot open shared object file',
      'the library libgomp.so.1 is missing.',
    ],
    ['has no part for this system', 'Cannot find module x.node\nRequire stack', 'Cannot find module x.node'],
  ])('tells a person that ONNX Runtime %s', async (_, message, why) => {
    const owner = started(`say({ id: 0, type: 'failed', message: ${JSON.stringify(message)} })`)
    await expect(owner.ready(patient)).rejects.toMatchObject({
      code: 'engine-stopped',
      message: `ONNX Runtime, which models need, cannot be loaded here: ${why}`,
      hint: expect.stringContaining('Quick fill'),
    })
  })

  test('that crashes is engine-stopped for who waits and who asks later', async () => {
    const owner = started(
      `greet(); onRequest(() => { console.error('Segmentation fault'); process.abort() })`,
    )
    await owner.ready(patient)
    await expect(owner.ask(question, patient)).rejects.toMatchObject({
      code: 'engine-stopped',
      message: expect.stringContaining('SIGABRT'),
    })
    expect(owner.hasStopped).toBe(true)
    await expect(owner.ask(question, patient)).rejects.toMatchObject({ code: 'engine-stopped' })
  })

  test('that ends before its first word is engine-stopped', async () => {
    await expect(started('process.exit(7)').ready(patient)).rejects.toMatchObject({
      code: 'engine-stopped',
      message: expect.stringContaining('code 7'),
    })
  })
})

describe('a cancel', () => {
  test('ends a process that is deep in work', async () => {
    const owner = started(`greet(); onRequest(() => { for (;;); })`)
    await owner.ready(patient)
    const cancelling = new AbortController()
    const asked = owner.ask(question, cancelling.signal)
    cancelling.abort('enough')
    await expect(asked).rejects.toBe('enough')
    expect(owner.hasStopped).toBe(true)
  })

  test('leaves a process alone that has soon finished anyway', async () => {
    const owner = started(`greet(); onRequest(({ id }) => say({ id, type: 'ran', outputs: {} }))`)
    await owner.ready(patient)
    const cancelling = new AbortController()
    const asked = owner.ask(question, cancelling.signal)
    cancelling.abort('enough')
    await expect(asked).rejects.toBe('enough')
    expect(owner.hasStopped).toBe(false)
    expect(await owner.ask(question, patient)).toMatchObject({ type: 'ran' })
  })

  test('before the question asks nothing', async () => {
    const owner = started(`greet(); onRequest(() => process.exit(1))`)
    await expect(owner.ask(question, AbortSignal.abort('never'))).rejects.toBe('never')
    expect(owner.hasStopped).toBe(false)
  })
})
