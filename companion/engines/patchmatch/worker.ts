import { workerData } from 'node:worker_threads'
import { serveTasks } from '../../thread-work.ts'
import type { CompletionRun } from './complete.ts'
import { copyExactly } from './exact.ts'
import { follow } from './follow.ts'
import { whileChecking } from './kernels.ts'
import { endHelpers, startHelpers } from './team.ts'
import type { ThreadData, ThreadResult, ThreadTask } from './thread.ts'
import { createCompleter } from './variations.ts'

startHelpers((workerData as ThreadData).threads - 1)
const complete = createCompleter()

serveTasks<ThreadTask, ThreadResult>(
  ({ type, task }, { onProgress, throwIfCancelled }) => {
    const run: CompletionRun = {
      onLevel: (done, total) => onProgress({ stage: 'fill', done, total, unit: 'levels' }),
      throwIfCancelled,
    }
    return whileChecking(throwIfCancelled, () => {
      if (type === 'copy') return copyExactly(task)
      return type === 'follow' ? follow(task, run) : complete(task, run)
    })
  },
  (result) => {
    if (result === null) return []
    return [(result instanceof Int32Array ? result : result.data).buffer as ArrayBuffer]
  },
  endHelpers,
)
