import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Failure, RequestMessage, RequestName, Requests, SandboxMessage } from '../../plugin/messages.ts'
import { type FakeFigma, window } from './fake-figma/index.ts'
import { type FigmaCall, openMembrane } from './sandbox/membrane.ts'

const code = readFileSync(fileURLToPath(new URL('../../dist/code.js', import.meta.url)), 'utf8')

export interface PluginOptions {
  readonly figma: FakeFigma
  /** Of the manifest's menu or relaunch buttons. */
  readonly command?: 'open' | 'edit'
  /** The layer whose relaunch button was pressed: Figma selects it. */
  readonly relaunchNode?: { readonly id: string }
  /** Sees each write and each call before it takes effect; what it throws, Figma throws. */
  readonly onCall?: (call: FigmaCall) => void
}

export interface OpenPlugin {
  /** As the window's `parent.postMessage` does. */
  send(message: RequestMessage): void
  /** Everything that the plugin posts to its window. Returns how to stop listening. */
  onMessage(listener: (message: SandboxMessage) => void): () => void
  /** Sends a request and waits for its answer; a refusal rejects with `RefusedRequest`. */
  request<Name extends RequestName>(name: Name, asks: Requests[Name]['asks']): Promise<Requests[Name]['gets']>
  /** What the plugin wrote to its console. */
  readonly log: readonly string[]
  close(): void
}

export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(`${failure.code}: ${failure.message}`)
    this.failure = failure
  }
}

/** Runs the plugin as it was built, in QuickJS, against a fake of Figma. Ready when it listens to its window. */
export async function openPlugin({
  figma,
  command = 'open',
  relaunchNode,
  onCall = () => {},
}: PluginOptions): Promise<OpenPlugin> {
  figma.openUi()
  figma.command = command
  if (relaunchNode) figma.select(relaunchNode.id)
  const membrane = await openMembrane(figma, onCall)
  const shell = figma.ui[window]
  membrane.run(code)
  figma.emit('run', { command, parameters: undefined })
  await shell.listening.promise

  const onMessage = (listener: (message: SandboxMessage) => void) => {
    const relay = (message: unknown) => listener(message as SandboxMessage)
    shell.listeners.add(relay)
    return () => {
      shell.listeners.delete(relay)
    }
  }
  const send = (message: RequestMessage) => figma.ui.onmessage?.(message, { origin: '' })

  // Counted downwards, so that a window which counts its own calls upwards may use the same sandbox.
  let lastCall = 0
  return {
    send,
    onMessage,
    request: (name, asks) => {
      const call = --lastCall
      return new Promise((resolve, reject) => {
        const stop = onMessage((message) => {
          if (!('call' in message) || message.call !== call) return
          stop()
          if (message.type === 'refusal') reject(new RefusedRequest(message.failure))
          else resolve(message.gets as never)
        })
        send({ type: 'request', call, name, asks } as RequestMessage)
      })
    },
    log: membrane.log,
    close() {
      figma.forgetListeners()
      membrane.close()
    },
  }
}
