import type { Connection, Request, Shared } from './connection.ts'
import { installedModels, models, ready } from './description.ts'
import { CompanionError } from './errors.ts'
import { failedReply } from './failure.ts'
import { fill } from './fill/fill.ts'
import { readFill } from './fill-request.ts'
import { readPicture } from './image-request.ts'
import { install, uninstall } from './model-jobs.ts'
import { type Frame, protocolVersion } from './protocol.ts'
import { field, optional, read } from './requests.ts'
import type { Progress } from './run.ts'
import { select } from './select/select.ts'
import { readSelect } from './select-request.ts'
import type { ClientId } from './tokens.ts'
import { words } from './words.ts'

/** Says what there is to say to one message. Whatever goes wrong is said too; nothing is thrown. */
export async function answer(frame: Frame, connection: Connection, shared: Shared): Promise<void> {
  // Known when it was checked: what is wrong with an id itself is said without it.
  let about: string | undefined
  try {
    const { type } = frame.header
    if (type === 'hello') return await hello(frame, connection, shared)
    if (type === 'pair') return await pair(frame, connection, shared)

    const { client } = connection
    if (client === null) {
      if (type === 'cancel') return
      throw new CompanionError('not-paired', words.notPaired)
    }
    if (type === 'models') return connection.say(await models(shared))
    const take = requests.get(type)
    if (take === undefined) throw new CompanionError('message-unknown', words.unknownMessage(type))

    const id = read(frame.header, 'id', field.id)
    if (startsJob.has(type)) refuseBusy(client, id, shared)
    about = id
    await take({ ...frame, id, client, connection, shared })
  } catch (error) {
    connection.say(failedReply(error, about, shared.log))
  }
}

const requests = new Map<string, (request: Request) => void | Promise<void>>([
  ['image', image],
  ['fill', startFill],
  ['select', startSelect],
  ['cancel', cancel],
  ['attach', attach],
  ['install', install],
  ['uninstall', uninstall],
])

const startsJob: ReadonlySet<string> = new Set(['fill', 'select', 'install', 'uninstall'])

/** The running job must not be disturbed by a second one of its name. */
function refuseBusy(client: ClientId, id: string, { jobs }: Shared): void {
  if (jobs.isBusy(client, id)) throw new CompanionError('option-invalid', words.busyId(id))
}

async function hello({ header }: Frame, connection: Connection, shared: Shared): Promise<void> {
  if (header.protocol !== protocolVersion) {
    connection.say({
      type: 'failed',
      code: 'protocol-unsupported',
      message: words.otherProtocol(header.protocol),
      supported: [protocolVersion],
    })
    return
  }
  read(header, 'client', field.client)
  connection.locale = read(header, 'locale', optional(field.locale, 'en'))
  const token = read(header, 'token', optional(field.text, ''))
  // Said again without a token, it changes nothing.
  if (token !== '') connection.client = shared.pairing.clientOf(token)
  if (connection.client !== null) connection.say(await ready(shared))
  else connection.say({ type: 'pair-needed', attemptsLeft: shared.pairing.attemptsLeft })
}

async function pair({ header }: Frame, connection: Connection, shared: Shared): Promise<void> {
  const { pairing } = shared
  const result = pairing.pair(read(header, 'code', field.text))
  switch (result.outcome) {
    case 'paired':
      connection.client = pairing.clientOf(result.token)
      connection.say({ type: 'paired', token: result.token })
      connection.say(await ready(shared))
      break
    case 'wrong':
      connection.say({
        type: 'failed',
        code: 'pair-wrong',
        message: words.wrongCode(result.attemptsLeft),
        attemptsLeft: result.attemptsLeft,
      })
      break
    case 'locked':
      connection.say({
        type: 'failed',
        code: 'pair-locked',
        message: words.pairingLocked(result.retryAfterMs),
        retryAfterMs: result.retryAfterMs,
      })
  }
}

async function image({ id, connection, shared, ...frame }: Request): Promise<void> {
  const { images } = shared
  // A picture that cannot be read must not leave the one that it was to replace.
  const pictureOf = (imageId: string) => images.find(connection, imageId)
  const picture = await readPicture(frame, pictureOf).catch((error: unknown) => {
    images.forget(connection, id)
    throw error
  })
  if (!connection.isOpen) return
  images.add(connection, id, picture)
  if (shared.warmsUp) warmUp(shared)
  const { width, height } = picture.image
  connection.say({ type: 'image-ready', id, width, height })
}

/** What a first click and a first fill would wait for begins now. */
function warmUp({ engines, selectors, openSelectors }: Shared): void {
  for (const engine of engines) engine.getReady?.()
  for (const selector of selectors) openSelectors.open(selector).getReady?.()
}

async function startFill({ id, client, connection, shared, ...frame }: Request): Promise<void> {
  const { engines, images, jobs, store, runtime } = shared
  const installed = installedModels(await store.list())
  const checked = readFill(frame, engines, installed, (imageId) => images.find(connection, imageId))
  const means = { runtime, files: (modelId: string) => store.files(modelId) }
  jobs.submit({
    ...{ client, id, listener: connection },
    // Whoever may fill in the end.
    lane: (checked.largeHoleEngine ?? checked.engine).lane,
    work: (job, queueMs) =>
      fill(
        { ...checked, means, queueMs },
        {
          signal: job.signal,
          onProgress: ({ preview, ...progress }) =>
            job.say(
              { type: 'progress', id, ...progress },
              preview === undefined ? [] : [{ name: 'preview', bytes: preview }],
            ),
        },
        ({ png, ...patch }) => job.say({ type: 'patch', id, ...patch }, [{ name: 'patch', bytes: png }]),
      ),
  })
}

async function startSelect({ id, client, connection, shared, ...frame }: Request): Promise<void> {
  const { selectors, openSelectors, images, jobs, store } = shared
  const installed = installedModels(await store.list())
  const pictureOf = (imageId: string) => images.find(connection, imageId)
  const { selector, ...checked } = readSelect(frame, selectors, installed, pictureOf)
  jobs.submit({
    ...{ client, id, listener: connection },
    lane: 'select',
    async work(job) {
      const onProgress = (progress: Progress) => job.say({ type: 'progress', id, ...progress })
      const found = await select(checked, openSelectors.open(selector), { signal: job.signal, onProgress })
      job.say(
        { type: 'selection', id, candidates: found.map(({ rect, score }) => ({ rect, score })) },
        found.map(({ png }) => ({ name: 'mask', bytes: png })),
      )
    },
  })
}

function cancel({ id, client, shared: { jobs } }: Request): void {
  jobs.cancel(client, id)
}

async function attach({ id, client, connection, shared: { jobs } }: Request): Promise<void> {
  const job = jobs.find(client, id)
  if (job === undefined) throw new CompanionError('job-unknown', words.jobUnknown(id))
  await job.attach(connection)
}
