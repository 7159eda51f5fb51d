import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createGridGraph,
  cutGrid,
  directions,
  type GridGraph,
} from '../../../../companion/select/grabcut/max-flow.ts'

const width = 4
const height = 3
const unhurried = () => {}

const nodeOf = (x: number, y: number, { stride }: GridGraph) => (y + 1) * stride + x + 1
const pixels = Array.from({ length: width * height }, (_, i) => ({ x: i % width, y: Math.floor(i / width) }))

/** Capacities that need not be the same both ways. */
function graphOf(terminals: readonly number[], links: readonly number[]): GridGraph {
  const graph = createGridGraph(width, height)
  for (const [i, { x, y }] of pixels.entries()) {
    const node = nodeOf(x, y, graph)
    graph.terminals[node] = terminals[i]!
    for (const [direction, { dx, dy }] of directions.entries()) {
      const isInside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height
      graph.capacities[node * 8 + direction] = isInside ? links[i * 8 + direction]! : 0
    }
  }
  return graph
}

/** What flows over the border between these pixels and the rest. */
function costOf(graph: GridGraph, isSource: readonly boolean[]): number {
  return pixels.reduce((sum, { x, y }, i) => {
    const node = nodeOf(x, y, graph)
    const terminal = graph.terminals[node]!
    let cost = isSource[i] === terminal > 0 ? 0 : Math.abs(terminal)
    for (const [direction, { dx, dy }] of directions.entries()) {
      const capacity = graph.capacities[node * 8 + direction]!
      if (capacity > 0 && isSource[i] && !isSource[(y + dy) * width + x + dx]) cost += capacity
    }
    return sum + cost
  }, 0)
}

function leastCostOf(graph: GridGraph): number {
  const all = Array.from({ length: 2 ** pixels.length }, (_, choice) =>
    costOf(
      graph,
      pixels.map((_, i) => (choice >> i) % 2 === 1),
    ),
  )
  return Math.min(...all)
}

describe('cutGrid', () => {
  test('cuts where it costs least, whatever the capacities: as trying all 4096 cuts finds', () => {
    const terminals = fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 12, maxLength: 12 })
    const links = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 96, maxLength: 96 })
    fc.assert(
      fc.property(terminals, links, (terminalValues, linkValues) => {
        const graph = graphOf(terminalValues, linkValues)
        const least = leastCostOf(graph)
        const sides = cutGrid(graphOf(terminalValues, linkValues), unhurried)
        const isSource = pixels.map(({ x, y }) => sides[nodeOf(x, y, graph)] === 1)
        expect(costOf(graph, isSource)).toBe(least)
      }),
      { numRuns: 60, seed: 4 },
    )
  })

  test('joins pixels that nothing pulls to the side they hang on', () => {
    const terminals = pixels.map(({ x }) => (x === 0 ? 100 : x === 3 ? -100 : 0))
    const graph = graphOf(
      terminals,
      pixels.flatMap(({ x }) => directions.map(({ dx }) => (Math.min(x, x + dx) === 0 && dx !== 0 ? 1 : 9))),
    )
    const sides = cutGrid(graph, unhurried)
    expect(pixels.map(({ x, y }) => sides[nodeOf(x, y, graph)])).toEqual(
      pixels.map(({ x }) => (x === 0 ? 1 : 0)),
    )
  })

  test('is stopped by a cancel', () => {
    const side = 200
    const graph = createGridGraph(side, side)
    for (let node = 0; node < graph.terminals.length; node += 1) {
      const x = (node % graph.stride) - 1
      const y = Math.floor(node / graph.stride) - 1
      if (x < 0 || y < 0 || x >= side || y >= side) continue
      graph.terminals[node] = (x + y) % 2 === 0 ? 9 : -9
      if (x + 1 < side) {
        graph.capacities[node * 8] = 5
        graph.capacities[(node + 1) * 8 + 1] = 5
      }
    }
    const cancel = () => {
      throw new Error('enough')
    }
    expect(() => cutGrid(graph, cancel)).toThrow('enough')
  })
})
