import type { Request } from './connection.ts'
import { models } from './description.ts'
import type { Job, Lane } from './job.ts'
import { field, optional, read } from './requests.ts'

/** Downloads a model, or goes on where an earlier download stopped. A cancel keeps what came. */
export function install(request: Request): void {
  const { id, header, shared } = request
  const modelId = read(header, 'modelId', field.text)
  const acceptLicence = read(header, 'acceptLicence', optional(field.flag, false))
  // Waits for no other.
  change(request, Symbol('install'), (job) =>
    shared.store.install(
      modelId,
      { acceptLicence },
      { signal: job.signal, onProgress: (progress) => job.say({ type: 'progress', id, ...progress }) },
    ),
  )
}

/** Takes its turn among those that use models, so that none loses its own in the middle. */
export function uninstall(request: Request): void {
  const { header, shared } = request
  const modelId = read(header, 'modelId', field.text)
  const { store, selectors, runtime, selectRuntime } = shared
  const selects = selectors.some(({ models }) => models.includes(modelId))
  change(request, selects ? 'select' : 'model', async () => {
    // Windows deletes no file that is loaded.
    await (selects ? selectRuntime : runtime).unload()
    await store.uninstall(modelId)
  })
}

/** Once it is done, whoever asked hears what is installed now. */
function change(
  { id, client, connection, shared }: Request,
  lane: Lane,
  work: (job: Job) => Promise<void>,
): void {
  shared.jobs.submit({
    ...{ client, id, listener: connection, lane },
    async work(job) {
      await work(job)
      const installed = await models(shared)
      job.say({ type: 'done', id })
      connection.say(installed)
    },
  })
}
