import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './data-folder.ts'

/**
 * A script that stands in for the process that owns ONNX Runtime; gone after the test.
 *
 * @param body Runs in it, with `say(reply)`, which adds the memory, and `onRequest(listener)`.
 */
export function standInProcess(body: string): string {
  const script = join(temporaryFolder(), 'stand-in.mjs')
  writeFileSync(
    script,
    `const say = (reply) => process.send({ memory: { residentBytes: 1000, peakBytes: 2000 }, ...reply })
     const onRequest = (listener) => process.on('message', listener)
     const greet = () => say({ id: 0, type: 'ready', version: '1.2.3', providers: ['cpu', 'cuda'] })
     process.on('disconnect', () => process.exit())
     ${body}`,
  )
  return script
}
