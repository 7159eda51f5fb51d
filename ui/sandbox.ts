import type {
  Event,
  Failure,
  FailureCode,
  RequestMessage,
  RequestName,
  Requests,
  SandboxMessage,
} from '../plugin/messages.ts'

/** Figma's side said no; `message` is for the person at the screen. */
export class SandboxFailure extends Error {
  override readonly name = 'SandboxFailure'
  readonly code: FailureCode

  constructor({ code, message }: Failure) {
    super(message)
    this.code = code
  }
}

export interface Sandbox {
  /** @throws SandboxFailure */
  ask<Name extends RequestName>(name: Name, asks: Requests[Name]['asks']): Promise<Requests[Name]['gets']>
}

interface Call {
  readonly resolve: (gets: never) => void
  readonly reject: (failure: SandboxFailure) => void
}

/** Figma's sandbox, or the playground's stand-in for it: both are the page around this one. */
export function openSandbox(onEvent: (event: Event) => void): Sandbox {
  const calls = new Map<number, Call>()
  let lastCall = 0

  window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
    if (source !== window.parent || !isFromSandbox(data)) return
    const message = data.pluginMessage
    if (message.type !== 'reply' && message.type !== 'refusal') {
      onEvent(message)
      return
    }
    const call = calls.get(message.call)
    calls.delete(message.call)
    if (message.type === 'reply') call?.resolve(message.gets as never)
    else call?.reject(new SandboxFailure(message.failure))
  })

  return {
    ask(name, asks) {
      const call = ++lastCall
      return new Promise((resolve, reject) => {
        calls.set(call, { resolve, reject })
        const pluginMessage = { type: 'request', call, name, asks } as RequestMessage
        // Figma's frame has no origin that could be named.
        window.parent.postMessage({ pluginMessage }, '*')
      })
    },
  }
}

function isFromSandbox(data: unknown): data is { readonly pluginMessage: SandboxMessage } {
  return typeof data === 'object' && data !== null && 'pluginMessage' in data
}
