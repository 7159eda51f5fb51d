import type { Image } from '../../image/image.ts'
import { serveTasks } from '../../thread-work.ts'
import { type CompletionTask, complete } from './complete.ts'

serveTasks<CompletionTask, Image>(
  (task, { onProgress, throwIfCancelled }) =>
    complete(task, {
      onLevel: (done, total) => onProgress({ stage: 'fill', done, total, unit: 'levels' }),
      throwIfCancelled,
    }),
  ({ data }) => [data.buffer as ArrayBuffer],
)
