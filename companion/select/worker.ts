import { serveTasks } from '../thread-work.ts'
import { selectFlat } from './flat/flat.ts'
import { grabCut } from './grabcut/grabcut.ts'
import type { Candidate } from './selector.ts'
import type { SelectTask } from './thread.ts'

serveTasks<SelectTask, Candidate[]>(
  ({ method, image, prompt }, { onProgress, throwIfCancelled }) => {
    const onStep = (done: number, total: number) => onProgress({ stage: 'fill', done, total, unit: 'steps' })
    const select = method === 'flat' ? selectFlat : grabCut
    return select(image, prompt, { onStep, throwIfCancelled })
  },
  (candidates) => candidates.map(({ mask }) => mask.data.buffer as ArrayBuffer),
)
