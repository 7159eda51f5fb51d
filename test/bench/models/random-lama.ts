import { readFileSync } from 'node:fs'
import type { Layout } from '../../support/diffusion.ts'
import { referencePath } from '../../support/reference.ts'
import { writeRandomWeights } from '../random-weights.ts'

/** Writes a LaMa of full size with random weights. */
export function writeRandomLama(path: string): void {
  writeRandomWeights(path, lamaLayout(), 'float32')
}

/** The tensors of the published big-lama.pt, without its counters of training. */
function lamaLayout(): Layout {
  const file = referencePath('lama', 'big-lama-layout.json')
  const layout: Readonly<Record<string, string>> = JSON.parse(readFileSync(file, 'utf8'))
  return Object.fromEntries(
    Object.entries(layout)
      .filter(([, description]) => description.startsWith('float32 '))
      .map(([name, description]) => [name, JSON.parse(description.slice('float32 '.length))]),
  )
}
