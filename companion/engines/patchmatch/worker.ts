import type { Image } from '../../image/image.ts'
import { serveTasks } from '../../thread-work.ts'
import { complete } from './complete.ts'
import { copyExactly } from './exact.ts'
import type { ThreadTask } from './thread.ts'

serveTasks<ThreadTask, Image | null>(
  ({ type, task }, { onProgress, throwIfCancelled }) =>
    type === 'copy'
      ? copyExactly(task)
      : complete(task, {
          onLevel: (done, total) => onProgress({ stage: 'fill', done, total, unit: 'levels' }),
          throwIfCancelled,
        }),
  (image) => (image === null ? [] : [image.data.buffer as ArrayBuffer]),
)
