import { type FillJob, fill, type Patch } from '../../companion/fill/fill.ts'
import type { Run } from '../../companion/run.ts'
import { gradientImage } from './images.ts'
import { noMeans } from './means.ts'
import { stubEngine } from './stub-engine.ts'

/** A job for tests: removes, with the stub engine, from a small picture. It has no mask yet. */
export function fillJob(changed: Partial<FillJob> = {}): FillJob {
  return {
    picture: { image: gradientImage(), fills: null, iccProfile: null, notes: [] },
    mask: null,
    avoid: null,
    engine: stubEngine(),
    exactEngine: null,
    largeHoleEngine: null,
    prefillEngine: null,
    detailEngine: null,
    means: noMeans,
    task: 'remove',
    prompt: '',
    negativePrompt: '',
    seed: 1,
    variations: 1,
    extent: 'rect',
    merge: false,
    options: {},
    queueMs: 0,
    ...changed,
  }
}

/** Nobody cancels, nobody watches. */
export const quietRun: Run = { signal: new AbortController().signal, onProgress: () => {} }

export async function patchesOf(job: FillJob, run: Run = quietRun): Promise<Patch[]> {
  const patches: Patch[] = []
  await fill(job, run, (patch) => {
    patches.push(patch)
  })
  return patches
}
