import { describe, expect, test } from 'vitest'
import type { ModelInfo, ProgressReply } from '../../companion/protocol.ts'
import { type ModelsAction, noModels, reduceModels, stateOfModel } from '../../ui/models.ts'

const lama: ModelInfo = {
  id: 'lama',
  title: 'LaMa',
  purpose: 'Removes.',
  licence: { name: 'MIT', url: 'https://example.com' },
  bytes: 200,
  installed: false,
  installedBytes: 0,
  damaged: false,
  usedBy: [],
}
const progress: ProgressReply = {
  ...{ type: 'progress', id: 'install-lama', stage: 'download' },
  ...{ done: 50, total: 200, unit: 'bytes' },
}
const failure = { message: 'No.', hint: 'Try.' }
const modelId = 'lama'

describe('a model', () => {
  test.each([
    ['is not here', {}, { state: 'absent' }],
    ['is here in part', { installedBytes: 50 }, { state: 'begun', doneBytes: 50 }],
    ['is installed', { installed: true, installedBytes: 200 }, { state: 'installed' }],
    ['is damaged', { installed: true, damaged: true }, { state: 'damaged' }],
  ])('%s', (_, changes, state) => {
    expect(stateOfModel({ ...lama, ...changes }, noModels)).toEqual(state)
  })

  test('is downloading, whatever is known of what is here', () => {
    const began = reached({ type: 'began', modelId })
    expect(stateOfModel({ ...lama, damaged: true }, began)).toEqual({ state: 'downloading', progress: null })
    const further = reduceModels(began, { type: 'progressed', modelId, progress })
    expect(stateOfModel(lama, further)).toEqual({ state: 'downloading', progress })
    expect(stateOfModel({ ...lama, id: 'other' }, further)).toEqual({ state: 'absent' })
  })

  test('is downloading when another window began that', () => {
    expect(stateOfModel(lama, reached({ type: 'progressed', modelId, progress }))).toMatchObject({ progress })
  })
})

describe('a download', () => {
  test('that fails says why, until it is begun again', () => {
    const failed = reached({ type: 'began', modelId }, { type: 'ended', modelId, failure })
    expect(failed).toEqual({ list: null, downloads: {}, failures: { lama: failure } })
    expect(reduceModels(failed, { type: 'began', modelId }).failures).toEqual({})
  })

  test('that failed is forgotten when the model was installed from elsewhere', () => {
    const installed = { ...lama, installed: true, installedBytes: 200 }
    const failed = reached({ type: 'listed', list: [lama] }, { type: 'ended', modelId, failure })
    expect(reduceModels(failed, { type: 'listed', list: [lama] }).failures).toEqual({ lama: failure })
    const there = reduceModels(failed, { type: 'listed', list: [installed] })
    expect(there.failures).toEqual({})
    // It could not be removed.
    const kept = reduceModels(there, { type: 'ended', modelId, failure })
    expect(reduceModels(kept, { type: 'listed', list: [installed] }).failures).toEqual({ lama: failure })
  })

  test('that ends well leaves nothing to say', () => {
    const ended = reached(
      { type: 'ended', modelId, failure },
      { type: 'listed', list: [lama] },
      { type: 'ended', modelId, failure: null },
    )
    expect(ended).toEqual({ ...noModels, list: [lama] })
  })
})

function reached(...actions: readonly ModelsAction[]) {
  return actions.reduce(reduceModels, noModels)
}
