import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { adapterFile, checkAdapter, python } from '../engine/python.ts'
import { type Contestant, prompt, type Ran, type Work } from './contestant.ts'

const adapter = adapterFile('diffusers_peer.py')

/** Its version, or why it cannot be run. */
export function checkDiffusers(): Promise<{ version: string } | { problem: string }> {
  return checkAdapter(adapter)
}

/** diffusers as a contestant, in PyTorch: a process that does the work once for each line it is sent. */
export async function openDiffusers({ piece, model, size, steps, device, rows }: Work): Promise<Contestant> {
  const given = [adapter, piece, model, size.width, size.height, steps, device, rows, prompt].map(String)
  const peer = spawn(python, given, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(peer.stdout)[Symbol.asyncIterator]()
  const answer = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`diffusers stopped in the middle of ${piece}.`)
    return JSON.parse(value)
  }
  const load: Pick<Contestant, 'loadMs' | 'loadProcessorMs' | 'firstMs'> = await answer()
  return {
    ...{ ...load, warmUpMs: 0 },
    run(): Promise<Ran> {
      peer.stdin.write('run\n')
      return answer()
    },
    async close() {
      const ended = once(peer, 'exit')
      peer.stdin.end()
      const { peakBytes }: { peakBytes: number } = await answer()
      await ended
      return peakBytes
    },
  }
}
