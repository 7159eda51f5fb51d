import type { ModelInfo, ProgressReply } from '../companion/protocol.ts'

/** What the window knows of the models that can be downloaded. */
export interface Models {
  /** null: not heard yet. */
  readonly list: readonly ModelInfo[] | null
  /** Downloads under way, by the model's id; null: nothing heard of it yet. */
  readonly downloads: Readonly<Record<string, ProgressReply | null>>
  /** What went wrong last, by the model's id. */
  readonly failures: Readonly<Record<string, Failure>>
}

/** In words for the person. */
export interface Failure {
  readonly message: string
  readonly hint?: string
}

export type ModelsAction =
  | { readonly type: 'listed'; readonly list: readonly ModelInfo[] }
  | { readonly type: 'began'; readonly modelId: string }
  /** Also of a download that another window began. */
  | { readonly type: 'progressed'; readonly modelId: string; readonly progress: ProgressReply }
  /** `failure` is null when all went well, and after a cancel. */
  | { readonly type: 'ended'; readonly modelId: string; readonly failure: Failure | null }

export type ModelState =
  | { readonly state: 'absent' }
  /** A download was broken off: so many bytes are here. */
  | { readonly state: 'begun'; readonly doneBytes: number }
  | { readonly state: 'downloading'; readonly progress: ProgressReply | null }
  | { readonly state: 'installed' }
  | { readonly state: 'damaged' }

export const noModels: Models = { list: null, downloads: {}, failures: {} }

export function reduceModels(models: Models, action: ModelsAction): Models {
  switch (action.type) {
    case 'listed': {
      const wereSound = new Set(models.list?.filter(isSound).map(({ id }) => id))
      const becameSound = action.list.filter((info) => isSound(info) && !wereSound.has(info.id))
      // Installed from elsewhere, after all.
      const failures = becameSound.reduce((rest, { id }) => without(rest, id), models.failures)
      return { ...models, list: action.list, failures }
    }
    case 'began':
      return {
        ...models,
        downloads: { ...models.downloads, [action.modelId]: null },
        failures: without(models.failures, action.modelId),
      }
    case 'progressed':
      return { ...models, downloads: { ...models.downloads, [action.modelId]: action.progress } }
    case 'ended': {
      const { modelId, failure } = action
      const others = without(models.failures, modelId)
      return {
        ...models,
        downloads: without(models.downloads, modelId),
        failures: failure === null ? others : { ...others, [modelId]: failure },
      }
    }
  }
}

export function stateOfModel(info: ModelInfo, { downloads }: Models): ModelState {
  const progress = downloads[info.id]
  if (progress !== undefined) return { state: 'downloading', progress }
  if (info.damaged) return { state: 'damaged' }
  if (info.installed) return { state: 'installed' }
  return info.installedBytes === 0 ? { state: 'absent' } : { state: 'begun', doneBytes: info.installedBytes }
}

function isSound({ installed, damaged }: ModelInfo): boolean {
  return installed && !damaged
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  const { [key]: _, ...rest } = record
  return rest
}
