import type { ExecutionProvider, Precision } from '../../models/onnx/providers.ts'
import { CompanionError } from '../errors.ts'
import { type CardMemory, findCardMemory } from '../gpu/card.ts'
import type { Log } from '../log.ts'
import { notes } from '../notes.ts'
import type { Device } from '../protocol.ts'
import type { Run } from '../run.ts'
import type { GraphInMemory, Keeping, Model, Optimisation, Tensors } from './child.ts'
import {
  absence,
  type DeviceChoice,
  describeDevice,
  devicesToTry,
  lackFrom,
  providerOf,
  titles,
} from './device.ts'
import { OnnxError } from './failures.ts'
import { InferenceProcess, type Question } from './inference-process.ts'
import { availableBytes } from './memory.ts'

/** What a session is made from. */
export interface SessionSource {
  /** Of each slot one session is kept; another source takes its place. */
  readonly slot: string
  /** The slot on the CPU, where that is another. */
  readonly slotOnCpu?: string
  /** Tells sources of one slot apart: a session of this key that is loaded already is used again. */
  readonly key: string
  model(provider: ExecutionProvider): Model
  /** Graphs without inputs, run once on the CPU while this is loaded: what comes out goes into every run. Default none. */
  readonly before?: (provider: ExecutionProvider) => readonly GraphInMemory[]
  /** What the model computes with there. Default float32. */
  readonly precision?: (provider: ExecutionProvider) => Precision
  /** What it will take of a card's memory, about. Sessions that were not asked for longest make room for it. */
  readonly neededBytes?: (provider: ExecutionProvider) => number
  /** Default 'all'. */
  readonly optimisation?: (provider: ExecutionProvider) => Optimisation
  /** Inputs like those to come. Run once on a graphics card, whose first run can take many times as long. */
  warmUp(): Tensors
}

export interface Session {
  readonly device: Device
  /** Why a better device was not used, in plain words. */
  readonly notes: readonly string[]
  /** Names of the graph's own. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /**
   * @throws the signal's reason; CompanionError 'engine-stopped', 'out-of-memory', 'device-lost'; OnnxError; LostError where
   *   something is to go in that is not kept any more
   */
  run(inputs: Tensors, run: { readonly signal: AbortSignal } & Keeping): Promise<Tensors>
}

/** Where sessions live. One job at a time uses it. */
export interface Runtime {
  /**
   * A session, loaded if it is not yet, on the best device that can load it; valid until another takes its slot.
   *
   * @param on cpu: there and nowhere else
   * @throws the signal's reason; CompanionError 'engine-stopped', 'out-of-memory'; OnnxError when not even the CPU can
   */
  load(source: SessionSource, on: 'best' | 'cpu', run: Run): Promise<Session>
  /**
   * Where sources of these slots will be tried first, and the memory there, as it is now.
   *
   * @param on As for `load`
   * @throws the signal's reason; CompanionError 'engine-stopped'
   */
  outlook(slots: readonly string[], on: 'best' | 'cpu', run: Run): Promise<Outlook>
  /** Gives back all memory. The next `load` starts anew. */
  unload(): Promise<void>
  /** What it held at most since it last held nothing: of an NVIDIA card's memory where that computes, else of the machine's. */
  readonly peakBytes: number
}

export interface Outlook {
  readonly kind: Device['kind']
  /** What is held there, and may still be taken; null: unknown. */
  readonly budgetBytes: number | null
}

export interface RuntimeOptions {
  readonly device: DeviceChoice
  readonly log: Log
  /** After so long without work everything is unloaded. */
  readonly idleMs?: number
  /** A session fails to load on a card where one of its nodes would run on the CPU. For checks. */
  readonly strict?: boolean
  /** The script of the process, for tests. */
  readonly script?: string
  /** Of an NVIDIA card, and what the process has of it. Default: what its driver tells. */
  readonly cardMemory?: (pid: number) => Promise<CardMemory | null>
}

interface CardReading {
  readonly freeBytes: number
  /** By the process. */
  readonly heldBytes: number
}

const usualIdleMs = 5 * 60_000
/** Asking a driver takes 50 ms and more, as long as some fills on a fast card. */
const cardFreshMs = 5000

/** ONNX Runtime in a process of its own, which starts with the first `load` and after a crash, and ends when idle. */
export class OnnxRuntime implements Runtime {
  readonly #options: RuntimeOptions
  /** By slot and device, why that cannot be used: found by the first try, and not tried again. */
  readonly #lacks = new Map<string, string>()
  /** By slot; the one that was asked for last comes last. */
  readonly #loaded = new Map<string, { readonly key: string; readonly session: Session }>()
  #process: InferenceProcess | null = null
  #idle: NodeJS.Timeout | undefined
  /** As it was read last; null: there is none, or no driver that could be asked. */
  #card: CardReading | null = null
  #cardReadAt = Number.NEGATIVE_INFINITY
  /** Of the card, before the process that runs now had anything of it. */
  #freeBefore: number | undefined
  #cardPeak = 0

  constructor(options: RuntimeOptions) {
    this.#options = options
  }

  get peakBytes(): number {
    return this.#cardPeak || (this.#process?.memory.peakBytes ?? 0)
  }

  async outlook(slots: readonly string[], on: 'best' | 'cpu', run: Run): Promise<Outlook> {
    const owner = await this.#running()
    return this.#busy(async () => {
      const { providers } = await owner.ready(run.signal)
      const lacks = (kind: Device['kind']) =>
        absence(kind, providers) !== null || slots.some((slot) => this.#lacks.has(`${slot} ${kind}`))
      const kinds = devicesToTry(on === 'cpu' ? 'cpu' : this.#options.device, providers)
      const kind = kinds.find((each) => !lacks(each)) ?? 'cpu'
      if (kind === 'cpu') return { kind, budgetBytes: owner.memory.residentBytes + availableBytes() }
      const card = this.#isCardFresh() ? this.#card : await this.#readCard(owner)
      return { kind, budgetBytes: card && card.freeBytes + card.heldBytes }
    })
  }

  async load(source: SessionSource, on: 'best' | 'cpu', run: Run): Promise<Session> {
    const owner = await this.#running()
    return this.#busy(async () => {
      const { providers } = await owner.ready(run.signal)
      const said: string[] = []
      for (const kind of devicesToTry(on === 'cpu' ? 'cpu' : this.#options.device, providers)) {
        const tried = `${source.slot} ${kind}`
        const lack = this.#lacks.get(tried) ?? absence(kind, providers)
        const loaded = lack ?? (await this.#loadOn(kind, source, owner, run, said))
        if (typeof loaded !== 'string') return loaded
        this.#lacks.set(tried, loaded)
        said.push(notes.deviceNotUsed(titles[kind], loaded))
      }
      throw new Error('Expected the CPU to be among the devices.')
    })
  }

  async unload(): Promise<void> {
    clearTimeout(this.#idle)
    const owner = this.#process
    this.#process = null
    this.#cardReadAt = Number.NEGATIVE_INFINITY
    this.#freeBefore = undefined
    this.#cardPeak = 0
    this.#loaded.clear()
    await owner?.kill()
  }

  /** The process, a new one where there is none, or none that works. */
  async #running(): Promise<InferenceProcess> {
    if (this.#process?.hasStopped) await this.unload()
    this.#process ??= new InferenceProcess(this.#options.log, this.#options.script)
    return this.#process
  }

  /** What that device lacks, where it cannot be used. */
  async #loadOn(
    kind: Device['kind'],
    source: SessionSource,
    owner: InferenceProcess,
    run: Run,
    said: readonly string[],
  ): Promise<Session | string> {
    const slot = kind === 'cpu' ? (source.slotOnCpu ?? source.slot) : source.slot
    const provider = providerOf[kind]
    const optimisation = source.optimisation?.(provider) ?? 'all'
    const key = `${kind} ${optimisation} ${source.key}`
    const known = this.#loaded.get(slot)
    this.#loaded.delete(slot)
    if (known?.key === key) {
      this.#loaded.set(slot, known)
      return known.session
    }
    try {
      if (kind !== 'cpu') {
        if (known !== undefined) await owner.ask({ type: 'release', slot }, run.signal)
        await this.#makeRoomFor(source.neededBytes?.(provider) ?? 0, owner, run.signal)
      }
      run.onProgress({ stage: 'load', done: 0, total: 1, unit: 'steps' })
      const strict = this.#options.strict === true && kind !== 'cpu'
      const question: Question = {
        ...{ type: 'load', slot, model: source.model(provider), before: source.before?.(provider) },
        ...{ provider, optimisation, strict },
      }
      const { inputs, outputs } = await this.#makingRoom(owner, run.signal, () =>
        owner.ask(question, run.signal),
      )
      run.onProgress({ stage: 'load', done: 1, total: 1, unit: 'steps' })
      const session: Session = {
        ...{ device: await describeDevice(kind, source.precision?.(provider)), notes: said, inputs, outputs },
        run: (given, { signal, keep, kept, only }) =>
          this.#busy(async () => {
            const question = { type: 'run', slot, inputs: given, keep, kept, only } as const
            return (await owner.ask(question, signal)).outputs
          }),
      }
      if (kind !== 'cpu') {
        run.onProgress({ stage: 'warm-up', done: 0, total: 1, unit: 'steps' })
        await this.#makingRoom(owner, run.signal, () => session.run(source.warmUp(), run))
        run.onProgress({ stage: 'warm-up', done: 1, total: 1, unit: 'steps' })
      }
      if (kind !== 'cpu') await this.#readCard(owner)
      this.#loaded.set(slot, { key, session })
      return session
    } catch (error) {
      if (kind === 'cpu' || !(error instanceof OnnxError)) throw error
      return lackFrom(kind, error.message)
    }
  }

  async #readCard({ pid }: InferenceProcess): Promise<CardReading | null> {
    const read = await (this.#options.cardMemory ?? findCardMemory)(pid)
    this.#cardReadAt = performance.now()
    this.#card = null
    if (read === null) return null
    const { freeBytes } = read
    this.#freeBefore ??= freeBytes
    const heldBytes = read.heldBytes ?? Math.max(0, this.#freeBefore - freeBytes)
    this.#cardPeak = Math.max(this.#cardPeak, heldBytes)
    this.#card = { freeBytes, heldBytes }
    return this.#card
  }

  #isCardFresh(): boolean {
    return performance.now() - this.#cardReadAt < cardFreshMs
  }

  /** Gives back what has to go so that a session of that size fits, and no more. */
  async #makeRoomFor(neededBytes: number, owner: InferenceProcess, signal: AbortSignal): Promise<void> {
    let card = await this.#readCard(owner)
    while (card !== null && card.freeBytes < neededBytes && (await this.#releaseOldest(owner, signal))) {
      card = await this.#readCard(owner)
    }
  }

  /** Where memory is short, sessions are given back that were not asked for longest, one after the other. */
  async #makingRoom<T>(owner: InferenceProcess, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        const isShort = error instanceof CompanionError && error.code === 'out-of-memory'
        if (!isShort || owner.hasStopped || !(await this.#releaseOldest(owner, signal))) throw error
      }
    }
  }

  /** Whether there was one. */
  async #releaseOldest(owner: InferenceProcess, signal: AbortSignal): Promise<boolean> {
    const [oldest] = this.#loaded.keys()
    if (oldest === undefined) return false
    this.#loaded.delete(oldest)
    await owner.ask({ type: 'release', slot: oldest }, signal)
    return true
  }

  /** Work, after which the time without begins. */
  async #busy<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#idle)
    try {
      return await work()
    } finally {
      this.#idle = setTimeout(() => this.unload(), this.#options.idleMs ?? usualIdleMs)
      this.#idle.unref()
    }
  }
}
