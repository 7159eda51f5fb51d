import { describe, expect, test } from 'vitest'
import { findDevice } from '../../../companion/runtime/find-device.ts'
import { standInProcess } from '../../support/stand-in-process.ts'

const offered = ['cpu', 'dml']

/** A process whose DirectML does with each request what is said here. */
function withDirectML(answer: string): string {
  return standInProcess(`say({ id: 0, type: 'ready', version: '1', providers: ['cpu', 'dml'] })
    onRequest(({ id, type, inputs }) => { ${answer} })`)
}

describe('findDevice', () => {
  test('finds the best device that computes', async () => {
    const script = withDirectML(`
      const y = { type: 'float32', shape: [1, 2], data: Float32Array.of(0, 2) }
      say(type === 'load' ? { id, type: 'loaded', inputs: ['x'], outputs: ['y'] } : { id, type: 'ran', outputs: { y } })`)
    expect(await findDevice('auto', { offered, script })).toMatchObject({
      kind: 'directml',
      precision: 'fp32',
    })
    expect(await findDevice('cpu', { offered, script })).toMatchObject({ kind: 'cpu' })
  })

  test.each([
    ['cannot load anything', `say({ id, type: 'failed', message: 'no adapter' })`],
    ['crashes', 'process.abort()'],
    ['never answers', ''],
  ])('finds the CPU where a device %s', async (_name, answer) => {
    const script = withDirectML(answer)
    expect(await findDevice('auto', { offered, script, patienceMs: 1500 })).toMatchObject({ kind: 'cpu' })
  })

  test('finds the CPU where ONNX Runtime has nothing else, and starts no process for that', async () => {
    const script = standInProcess('process.exit(1)')
    expect(await findDevice('auto', { offered: ['cpu'], script })).toMatchObject({ kind: 'cpu' })
  })
})
