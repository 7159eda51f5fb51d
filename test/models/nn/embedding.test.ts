import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { embedding, timesteps } from '../../../models/nn/embedding.ts'
import { createGraph } from '../../../models/onnx/graph.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'
import { noise, writeWeights } from '../../support/weights.ts'

const folder = mkdtempSync(join(tmpdir(), 'infill-embedding-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('embedding takes a row of the table for each id', async () => {
  const table = noise([9, 4])
  const g = createGraph(writeWeights(join(folder, 'table'), { 'words.weight': table }))
  g.output('y', embedding(g.at('words'), g.input('ids', 'int64', [2, 3])))
  const ids = [8, 0, 3, 3, 1, 7]
  const { y } = await runGraph(g.definition, { ids: Float32Array.from(ids) })
  const rows = ids.flatMap((id) => [...table.data.slice(4 * id, 4 * id + 4)])
  expectClose(y, { shape: [2, 3, 4], data: Float32Array.from(rows) }, 0)
})

test('a table in another type than the graph is never converted as a whole', () => {
  const checkpoint = writeWeights(join(folder, 'table'), { 'words.weight': noise([9, 4]) })
  const g = createGraph(checkpoint, 'cpu', { precision: 'float16' })
  expect(embedding(g.at('words'), g.input('ids', 'int64', [2, 3])).dtype).toBe('float16')
  expect(g.definition.nodes.map(({ op }) => op)).toEqual(['Gather', 'Cast'])
})

test('timesteps are cosines, then sines, of falling frequency', async () => {
  const g = createGraph(new Map())
  g.output('y', timesteps(g, g.input('t', 'float32', [2]), 4))
  const { y } = await runGraph(g.definition, { t: Float32Array.of(0, 3) })
  const expected = [1, 1, 0, 0, Math.cos(3), Math.cos(0.03), Math.sin(3), Math.sin(0.03)]
  expectClose(y, { shape: [2, 4], data: Float32Array.from(expected) }, 1e-6)
})
