import { expect, test } from 'vitest'
import type { EngineInfo, Used } from '../../companion/protocol.ts'
import type { Rect, Source } from '../../plugin/messages.ts'
import { wouldModelDoBetter } from '../../ui/advice.ts'
import type { Result } from '../../ui/work.ts'

const builtIn = engine('built-in', [], true)
const neural = engine('neural', ['weights'], false)
const large: Rect = { x: 0, y: 0, width: 40, height: 20 }
const source = { widthPx: 100, heightPx: 80 } as Source

test.each<[string, Partial<Result>, readonly EngineInfo[], boolean]>([
  ['a large removal without a model, where one could be had', {}, [builtIn, neural], true],
  ['a small one', { region: { ...large, height: 8 } }, [builtIn, neural], false],
  ['one with a model', {}, [engine('built-in', ['weights'], true), neural], false],
  ['one where none could be had', {}, [builtIn, engine('neural', ['weights'], true)], false],
  ['one whose size is not known', { region: null }, [builtIn, neural], false],
])('a model would do better than %s: %#', (_, change, engines, expected) => {
  const request = { recipe: { task: 'remove' } } as Result['request']
  const used = { engine: 'built-in' } as Used
  const variations = [{ used }] as unknown as Result['variations']
  const result = { request, region: large, variations, chosen: 0, ...change } as Result
  expect(wouldModelDoBetter(result, { source }, engines)).toBe(expected)
})

function engine(id: string, models: readonly string[], ready: boolean): EngineInfo {
  return { id, models, ready, tasks: ['remove'] } as unknown as EngineInfo
}
