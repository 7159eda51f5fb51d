import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Rect } from '../../../companion/protocol.ts'
import { adapterFile, checkAdapter, python } from './python.ts'

/** Two PNGs of one size, compared inside the rectangle. */
export interface Pair {
  readonly filled: string
  readonly truth: string
  readonly rect: Rect
}

/**
 * The perceptual distance of each pair, 0 = alike; null where what computes it is not installed, which is reported.
 *
 * @param folder where distances are kept, by the content of the pictures
 */
export async function perceptualDistances(
  pairs: readonly Pair[],
  folder: string,
  report: (line: string) => void,
): Promise<readonly (number | null)[]> {
  const keptFiles = await Promise.all(pairs.map(async (pair) => join(folder, await keyOf(pair))))
  const missing = [...pairs.keys()].filter((index) => !existsSync(keptFiles[index]!))
  if (missing.length > 0) {
    const found = await checkAdapter(script)
    if ('problem' in found) {
      report(
        `LPIPS is left out: ${found.problem}. To install it: pip install torch torchvision stlpips-pytorch pillow`,
      )
    } else {
      const computed = await compute(missing.map((index) => pairs[index]!))
      await mkdir(folder, { recursive: true })
      await Promise.all(
        missing.map((index, position) => writeFile(keptFiles[index]!, String(computed[position]))),
      )
    }
  }
  return Promise.all(
    keptFiles.map(async (file) => (existsSync(file) ? Number(await readFile(file, 'utf8')) : null)),
  )
}

const script = adapterFile('lpips.py')

async function keyOf({ filled, truth, rect }: Pair): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(rect))
  for (const file of [filled, truth, script]) hash.update(await readFile(file))
  return hash.digest('hex').slice(0, 24)
}

async function compute(pairs: readonly Pair[]): Promise<readonly number[]> {
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  child.stdin.end(JSON.stringify(pairs))
  const printed = await text(child.stdout)
  const [code] = await closed
  if (code !== 0) throw new Error(`Expected lpips.py to end with 0 but it ended with ${code}.`)
  return JSON.parse(printed.trim().split('\n').at(-1)!)
}
