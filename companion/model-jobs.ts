import type { Request } from './connection.ts'
import { models } from './description.ts'
import type { Job } from './job.ts'
import { field, optional, read } from './requests.ts'

/** Downloads a model, or goes on where an earlier download stopped. A cancel keeps what came. */
export function install(request: Request): void {
  const { id, header, shared } = request
  const modelId = read(header, 'modelId', field.text)
  const acceptLicence = read(header, 'acceptLicence', optional(field.flag, false))
  change(request, (job) =>
    shared.store.install(
      modelId,
      { acceptLicence },
      { signal: job.signal, onProgress: (progress) => job.say({ type: 'progress', id, ...progress }) },
    ),
  )
}

export function uninstall(request: Request): void {
  const modelId = read(request.header, 'modelId', field.text)
  change(request, () => request.shared.store.uninstall(modelId))
}

/** A job that waits for no other; once it is done, whoever asked hears what is installed now. */
function change({ id, client, connection, shared }: Request, work: (job: Job) => Promise<void>): void {
  shared.jobs.submit({
    ...{ client, id, listener: connection, lane: Symbol('store') },
    async work(job) {
      await work(job)
      const installed = await models(shared)
      job.say({ type: 'done', id })
      connection.say(installed)
    },
  })
}
