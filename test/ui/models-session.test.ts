import { expect, test } from 'vitest'
import type { ModelInfo } from '../../companion/protocol.ts'
import type { Companion } from '../../ui/companion.ts'
import { CompanionFailure } from '../../ui/companion-failure.ts'
import type { ModelsAction } from '../../ui/models.ts'
import { createModelsSession } from '../../ui/models-session.ts'

const lama: ModelInfo = {
  ...{ id: 'lama', title: 'LaMa', purpose: 'Removes.', licence: { name: 'MIT', url: 'https://example.com' } },
  ...{ bytes: 200, installed: false, installedBytes: 0, damaged: false, usedBy: [] },
}
const unknown = new CompanionFailure('job-unknown', 'There is none.')

/** A session whose companion answers when, and as, the test says. */
function start() {
  const asked: { readonly what: string; answer(failure?: CompanionFailure): void }[] = []
  const actions: ModelsAction[] = []
  const ask = (what: string) =>
    new Promise<never[]>((resolve, reject) => {
      asked.push({ what, answer: (failure) => (failure === undefined ? resolve([]) : reject(failure)) })
    })
  const companion: Pick<Companion, 'models' | 'attach' | 'install' | 'uninstall'> = {
    models: async () => [lama],
    attach: (id) => ask(`attach ${id}`),
    install: async (id, modelId) => void (await ask(`install ${id} ${modelId}`)),
    uninstall: async (modelId) => void (await ask(`uninstall ${modelId}`)),
  }
  const session = createModelsSession({
    companion: () => companion as Companion,
    dispatch: (action) => actions.push(action),
    failureFrom: (error) => ({ message: (error as Error).message }),
  })
  return { session, asked, actions }
}

/** Everything that can happen without another answer has happened. */
const calm = () => new Promise((resolve) => setImmediate(resolve))

test('an install waits for the answer to a look, which it does not take for its own', async () => {
  const { session, asked, actions } = start()
  session.look()
  await calm()
  session.install('lama')
  await calm()
  expect(asked.map(({ what }) => what)).toEqual(['attach install-lama'])
  asked[0]!.answer(unknown)
  await calm()
  expect(asked.map(({ what }) => what)).toEqual(['attach install-lama', 'install install-lama lama'])
  asked[1]!.answer(new CompanionFailure('disk-full', 'No room.'))
  await calm()
  expect(actions.at(-1)).toEqual({ type: 'ended', modelId: 'lama', failure: { message: 'No room.' } })
})

test('a look finds nothing to say where no window began a download', async () => {
  const { session, asked, actions } = start()
  session.look()
  await calm()
  asked[0]!.answer(unknown)
  await calm()
  expect(actions.at(-1)).toEqual({ type: 'ended', modelId: 'lama', failure: null })
})

test('a look leaves alone what this window is busy with', async () => {
  const { session, asked } = start()
  session.install('lama')
  session.look()
  await calm()
  expect(asked.map(({ what }) => what)).toEqual(['install install-lama lama'])
})

test('a model that cannot be removed is said so', async () => {
  const { session, asked, actions } = start()
  session.remove('lama')
  asked[0]!.answer(new CompanionFailure('download-failed', 'It is in use.'))
  await calm()
  expect(actions.at(-1)).toMatchObject({ failure: { message: 'It is in use.' } })
})
