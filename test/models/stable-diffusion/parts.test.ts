import { expect, test } from 'vitest'
import { createGraph, type Graph, GraphError, type Tensor } from '../../../models/onnx/graph.ts'
import { add, mul, resizeNearest, scalar } from '../../../models/onnx/operators.ts'
import { byPicture, byTile } from '../../../models/stable-diffusion/parts.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'
import type { Values } from '../../support/reference.ts'
import { noise } from '../../support/weights.ts'

test.each([
  { side: 8, shape: [2, 3, 21, 13] },
  { side: 12, shape: [1, 2, 6, 30] },
  { side: 4, shape: [1, 1, 17, 4] },
])('tiles of $side fit together where what is run looks at single pixels', async ({ side, shape }) => {
  const x = noise(shape)
  const enlarge = (g: Graph, part: Tensor) => resizeNearest(g, part, 4 * part.shape[2], 4 * part.shape[3])
  const whole = await runOn(x, enlarge)
  const tiled = await runOn(x, (g, input) => byTile(g, input, (part) => enlarge(g, part), { side, scale: 4 }))
  expectClose(tiled, whole, 1e-6)
})

test('a tile fades into the next over a quarter of its side', async () => {
  let tile = 0
  const number = (g: Graph, part: Tensor) => add(g, mul(g, part, scalar(g, 0)), scalar(g, tile++))
  const row = await runOn(noise([1, 1, 1, 14]), (g, x) =>
    byTile(g, x, (part) => number(g, part), { side: 8, scale: 1 }),
  )
  // Tiles at 0, 6 and 12. The last is narrower than the fade, which begins at the tile's first column all the same.
  const expected = Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0.5, 1, 1, 1, 1, 1, 1.5)
  expectClose(row, { shape: [1, 1, 1, 14], data: expected }, 0)
})

test('what fits into one tile is run whole', () => {
  const g = createGraph(new Map())
  const x = g.input('x', 'float32', [1, 3, 7, 8])
  expect(byTile(g, x, (part) => part, { side: 8, scale: 1 })).toBe(x)
})

test('tiles that do not divide into quarters are refused', () => {
  const g = createGraph(new Map())
  const x = g.input('x', 'float32', [1, 3, 7, 8])
  expect(() => byTile(g, x, (part) => part, { side: 6, scale: 8 })).toThrow(
    new GraphError('Expected tiles with a side that is a multiple of 4 but received 6.'),
  )
})

test('pictures are run one by one and joined in order', async () => {
  const x = noise([3, 2, 4, 5])
  let runs = 0
  const joined = await runOn(x, (g, input) =>
    byPicture(g, input, (part) => {
      expect(part.shape).toEqual([1, 2, 4, 5])
      return add(g, part, scalar(g, runs++))
    }),
  )
  expectClose(joined, { ...x, data: x.data.map((value, i) => value + Math.floor(i / 40)) }, 1e-6)
})

async function runOn(x: Values, operator: (g: Graph, x: Tensor) => Tensor): Promise<Values> {
  const g = createGraph(new Map())
  g.output('y', operator(g, g.input('x', 'float32', x.shape)))
  return (await runGraph(g.definition, { x: x.data })).y!
}
