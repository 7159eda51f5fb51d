import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installationFolder } from '../../../companion/installation.ts'

/** What runs the adapters in ../peers. */
export const python = process.env.INFILL_BENCH_PYTHON ?? 'python3'

export function adapterFile(name: string): string {
  return join(installationFolder, 'test/bench/peers', name)
}

/** What the adapter says of itself, or why it cannot run: the last line that it wrote, as a rule. */
export async function checkAdapter(file: string): Promise<{ version: string } | { problem: string }> {
  try {
    const { stdout } = await promisify(execFile)(python, [file, '--check'])
    return { version: stdout.trim() }
  } catch (error) {
    const { code, stderr = '', message } = error as { code?: unknown; stderr?: string; message: string }
    if (code === 'ENOENT') {
      return { problem: `there is no ${python}, which its adapter needs; INFILL_BENCH_PYTHON names another` }
    }
    return { problem: stderr.trim().split('\n').at(-1) || message }
  }
}
