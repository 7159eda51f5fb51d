import type { Image } from '../image/image.ts'
import type { Run } from '../run.ts'
import { Thread } from '../thread.ts'
import type { Candidate, OpenSelector, Prompt } from './selector.ts'

export type Method = 'grabcut' | 'flat'

/** What the thread is asked. */
export interface SelectTask {
  readonly method: Method
  /** In memory that both threads see. */
  readonly image: Image
  readonly prompt: Prompt
}

/** What a thread does before anybody waits for it, so that its code is compiled. */
export interface Practice {
  image(): Image
  readonly prompts: readonly Prompt[]
}

/** A selector whose work is done in a thread of its own, which starts with its practice, or with the first `select`. */
export function openInThread(method: Method, title: string, practice: Practice): OpenSelector {
  const thread = new Thread<SelectTask, Candidate[]>({ file: 'select-worker.js', title })
  const closing = new AbortController()
  let hasPractised = false
  return {
    getReady() {
      if (hasPractised) return
      hasPractised = true
      const image = sharedCopyOf(practice.image())
      const run = { signal: closing.signal, onProgress: () => {} }
      // What is wrong with it, the first `select` will say.
      for (const prompt of practice.prompts) thread.run({ method, image, prompt }, run).catch(() => {})
    },
    async select(image: Image, prompt: Prompt, run: Run) {
      run.signal.throwIfAborted()
      return await thread.run({ method, image: sharedCopyOf(image), prompt }, run)
    },
    close() {
      closing.abort()
      return thread.close()
    },
  }
}

/** Each lives as long as its picture. */
const sharedCopies = new WeakMap<Image, Image>()

/** Copying 48 MB for every click of a 12-megapixel picture would be felt. */
function sharedCopyOf(image: Image): Image {
  const known = sharedCopies.get(image)
  if (known !== undefined) return known
  const data = new Uint8Array(new SharedArrayBuffer(image.data.byteLength))
  data.set(image.data)
  const copy = { width: image.width, height: image.height, data }
  sharedCopies.set(image, copy)
  return copy
}
