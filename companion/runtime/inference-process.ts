import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { CompanionError } from '../errors.ts'
import { loaderEnvironment } from '../gpu/libraries.ts'
import { builtFile } from '../installation.ts'
import type { Log } from '../log.ts'
import { dataFolderAt, dataFolderPath } from '../settings.ts'
import { allocatorEnvironment } from './allocator.ts'
import type { ProcessMemory, Reply, Request } from './child.ts'
import { failureFrom, LostError, missingLibraryIn } from './failures.ts'
import { outOfMemoryKills } from './memory.ts'

/** A request as it is asked; its id is given here. */
export type Question = Request extends infer Each ? (Each extends Request ? Omit<Each, 'id'> : never) : never

/** What a question of one kind is answered with. */
export type Answer<T extends Reply['type']> = Extract<Reply, { readonly type: T }>

/** How long a cancelled request may take to end by itself, which spares loading everything again. */
const graceMs = 150
const nothing: ProcessMemory = { residentBytes: 0, peakBytes: 0 }
/** Of stderr: where ONNX Runtime fails to load a library, it names the library there only. */
const keptLines = 20

/**
 * The process that owns ONNX Runtime, seen from outside. It starts at once, and ends by `kill`, by a cancel, or by a
 * crash; then it is of no more use.
 */
export class InferenceProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #greeting: Promise<Reply>
  readonly #stopped: Promise<void>
  readonly #stderr: string[] = []
  readonly #killsBefore = outOfMemoryKills()
  #lastId = 0
  #memory: ProcessMemory = nothing
  #failure: Error | null = null

  /** @param script Another one than ONNX Runtime's own, for tests. */
  constructor(log: Log, script: string = builtFile('runtime-child.js')) {
    this.#child = fork(script, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--expose-gc'],
      env: {
        ...process.env,
        ...loaderEnvironment(dataFolderAt(dataFolderPath())),
        ...allocatorEnvironment(),
      },
    })
    this.#greeting = this.#replyTo(0)
    this.#child.on('message', (reply: Reply) => this.#hear(reply))
    createInterface(this.#child.stderr!).on('line', (line) => {
      this.#stderr.push(line)
      this.#stderr.splice(0, this.#stderr.length - keptLines)
      log.warn({ pid: this.#child.pid, line }, 'inference process')
    })
    this.#stopped = new Promise((resolve) => {
      // 'error': it could not be started.
      this.#child.once('error', (error) => this.#stop(error.message)).once('error', () => resolve())
      this.#child
        .once('exit', (code, signal) => this.#stop(signal ?? `code ${code}`))
        .once('exit', () => resolve())
    })
  }

  /** Whether nothing can be asked any more. */
  get hasStopped(): boolean {
    return this.#failure !== null
  }

  /** 0: it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0
  }

  get memory(): ProcessMemory {
    return this.#memory
  }

  /**
   * What it has: ONNX Runtime's version, and the providers for this system.
   *
   * @throws CompanionError 'engine-stopped' where ONNX Runtime cannot be loaded, and says why
   */
  async ready(signal: AbortSignal): Promise<Answer<'ready'>> {
    const reply = await this.#orKill(this.#greeting, signal)
    if (reply.type === 'ready') return reply
    throw new CompanionError('engine-stopped', unusable(reply.type === 'failed' ? reply.message : ''), {
      hint: 'Choose Quick fill, which needs no model. `infill doctor` says more.',
    })
  }

  /**
   * Asks, and waits for the answer. When cancelled, the process has a moment to finish; then it is ended.
   *
   * @throws the signal's reason; CompanionError 'engine-stopped', 'out-of-memory', 'device-lost'; OnnxError; LostError
   */
  async ask<Q extends Question>(question: Q, signal: AbortSignal): Promise<Answer<AnswerTypes[Q['type']]>> {
    signal.throwIfAborted()
    if (this.#failure !== null) throw this.#failure
    const id = ++this.#lastId
    const reply = this.#replyTo(id)
    this.#stderr.length = 0
    // Where it cannot be sent, the process has stopped, which is heard of by itself.
    this.#child.send({ ...question, id }, () => {})
    const answer = await this.#orKill(reply, signal)
    if (answer.type === 'lost') throw new LostError('Expected outputs that were kept, but they are gone.')
    if (answer.type !== 'failed') return answer as Answer<AnswerTypes[Q['type']]>
    // What it wrote before it answered may still be on its way.
    await turn()
    throw failureFrom([answer.message, ...this.#stderr].join('\n'))
  }

  /** Ends it, in the middle of whatever it does. Resolves when its memory is free again. */
  async kill(): Promise<void> {
    this.#end()
    await this.#stopped
  }

  #replyTo(id: number): Promise<Reply> {
    const reply = new Promise<Reply>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    // It may fail while nobody waits for it yet.
    reply.catch(() => {})
    return reply
  }

  #hear(reply: Reply): void {
    this.#memory = reply.memory
    this.#waiting.get(reply.id)?.resolve(reply)
    this.#waiting.delete(reply.id)
  }

  async #orKill(reply: Promise<Reply>, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted()
    const settled = new AbortController()
    try {
      await Promise.race([reply, once(signal, 'abort', { signal: settled.signal })])
      if (!signal.aborted) return await reply
      const inTime = reply.then(
        () => true,
        () => true,
      )
      if (!(await Promise.race([inTime, delay(graceMs, false, { signal: settled.signal })]))) {
        this.#end()
      }
      throw signal.reason
    } finally {
      settled.abort()
    }
  }

  #end(): void {
    this.#child.kill('SIGKILL')
    this.#stop('it was ended')
  }

  /** @param how The signal or code it ended with, or why it could not be started. */
  #stop(how: string): void {
    this.#memory = nothing
    this.#failure ??= outOfMemoryKills() > this.#killsBefore ? killedForMemory() : stopped(how, this.#stderr)
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}

interface Waiting {
  resolve(reply: Reply): void
  reject(error: Error): void
}

interface AnswerTypes {
  readonly load: 'loaded'
  readonly run: 'ran'
  readonly release: 'released'
}

function unusable(message: string): string {
  const library = missingLibraryIn(message)
  const why = library === null ? message.split('\n')[0] : `the library ${library} is missing.`
  return `ONNX Runtime, which models need, cannot be loaded here: ${why}`
}

function killedForMemory(): CompanionError {
  return new CompanionError(
    'out-of-memory',
    'The system ran out of memory, and ended what computed the fill.',
  )
}

function stopped(how: string, stderr: readonly string[]): CompanionError {
  return new CompanionError(
    'engine-stopped',
    `What computes fills stopped unexpectedly (${how}). Try again.`,
    {
      hint: 'If it happens again, the log says more, and Quick fill works without it.',
      cause: stderr.join('\n'),
    },
  )
}
