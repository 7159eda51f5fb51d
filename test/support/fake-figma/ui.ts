import type { ShowUIOptions, UIAPI } from '@figma/plugin-typings/plugin-api-standalone'
import { window } from './hidden.ts'

/** The sandbox's end of the window. */
export class FakeUi implements Pick<UIAPI, 'postMessage' | 'resize' | 'onmessage'> {
  #onmessage: UIAPI['onmessage']
  readonly [window] = new FakeWindow()

  get onmessage(): UIAPI['onmessage'] {
    return this.#onmessage
  }
  set onmessage(listener: UIAPI['onmessage']) {
    this.#onmessage = listener
    if (listener) this[window].listening.resolve()
  }

  postMessage(message: unknown): void {
    for (const listener of [...this[window].listeners]) listener(message)
  }

  resize(width: number, height: number): void {
    Object.assign(this[window], { width, height })
  }
}

class FakeWindow {
  readonly listeners = new Set<(message: unknown) => void>()
  readonly listening = newDeferred()
  options: ShowUIOptions | null = null
  width = 0
  height = 0
}

function newDeferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
