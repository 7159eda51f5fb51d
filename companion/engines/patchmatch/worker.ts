import { workerData } from 'node:worker_threads'
import type { Image } from '../../image/image.ts'
import { serveTasks } from '../../thread-work.ts'
import { copyExactly } from './exact.ts'
import { whileChecking } from './kernels.ts'
import { endHelpers, startHelpers } from './team.ts'
import type { ThreadData, ThreadTask } from './thread.ts'
import { createCompleter } from './variations.ts'

startHelpers((workerData as ThreadData).threads - 1)
const complete = createCompleter()

serveTasks<ThreadTask, Image | null>(
  ({ type, task }, { onProgress, throwIfCancelled }) =>
    whileChecking(throwIfCancelled, () =>
      type === 'copy'
        ? copyExactly(task)
        : complete(task, {
            onLevel: (done, total) => onProgress({ stage: 'fill', done, total, unit: 'levels' }),
            throwIfCancelled,
          }),
    ),
  (image) => (image === null ? [] : [image.data.buffer as ArrayBuffer]),
  endHelpers,
)
