import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  getQuickJS,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSWASMModule,
} from 'quickjs-emscripten'
import { mixed } from '../fake-figma/index.ts'

/** One thing that the plugin did to Figma's objects. */
export interface FigmaCall {
  readonly target: object
  readonly kind: 'set' | 'call'
  readonly name: string
}

/** QuickJS with nothing but `figma`, `console` and `__html__` in it. */
export interface Membrane {
  /** Runs a script; its promises are driven by Figma's answers. */
  run(code: string): void
  /** What the plugin wrote to its console. */
  readonly log: readonly string[]
  close(): void
}

/** A value on its way through, as JSON; `bytes` travel beside it. */
type Encoded =
  | { readonly kind: 'undefined' | 'mixed' }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly index: number }
  | { readonly kind: 'list'; readonly items: readonly Encoded[] }
  | { readonly kind: 'record'; readonly entries: readonly (readonly [string, Encoded])[] }
  | { readonly kind: 'object'; readonly id: number; readonly name: string }
  | { readonly kind: 'promise' | 'callback'; readonly id: number }
  | { readonly kind: 'error'; readonly message: string }

/** What the membrane's inner side asks of the outer one: of which object, which property, with what value or arguments. */
type Verb = 'has' | 'kind' | 'get' | 'set' | 'call' | 'log'
type Question = readonly [id: number, key: string, value: unknown]

const quickJs = loadQuickJs()
const membraneScript = readFileSync(fileURLToPath(new URL('./membrane.js', import.meta.url)), 'utf8')

/** `onCall` sees each write and each method before it takes effect, and may throw in Figma's place. */
export async function openMembrane(figma: object, onCall: (call: FigmaCall) => void): Promise<Membrane> {
  const vm = (await quickJs).newContext()
  const objects: object[] = [figma]
  const ids = new Map<object, number>([[figma, 0]])
  const log: string[] = []
  let promises = 0
  let isOpen = true

  const encode = (value: unknown, bytes: Uint8Array[]): Encoded => {
    if (value === undefined || typeof value === 'function') return { kind: 'undefined' }
    if (value === mixed) return { kind: 'mixed' }
    if (typeof value !== 'object' || value === null) return { kind: 'value', value }
    if (value instanceof Uint8Array) return { kind: 'bytes', index: bytes.push(value) - 1 }
    if (value instanceof Promise) return { kind: 'promise', id: expect(value) }
    if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => encode(item, bytes)) }
    if (Object.getPrototypeOf(value) === Object.prototype) {
      const entries = Object.entries(value).map(([key, item]) => [key, encode(item, bytes)] as const)
      return { kind: 'record', entries }
    }
    return {
      kind: 'object',
      id: idOf(value),
      name: 'type' in value ? `${value.type} node` : value.constructor.name,
    }
  }

  const decode = (encoded: Encoded, bytes: readonly Uint8Array[]): unknown => {
    switch (encoded.kind) {
      case 'mixed':
        return mixed
      case 'value':
        return encoded.value
      case 'bytes':
        return bytes[encoded.index]
      case 'list':
        return encoded.items.map((item) => decode(item, bytes))
      case 'record':
        return Object.fromEntries(encoded.entries.map(([key, item]) => [key, decode(item, bytes)]))
      case 'object':
        return objects[encoded.id]
      case 'callback':
        return (...args: unknown[]) => invoke(encoded.id, args)
      default:
        return undefined
    }
  }

  const idOf = (object: object): number => {
    const id = ids.get(object) ?? objects.push(object) - 1
    ids.set(object, id)
    return id
  }

  const expect = (promise: Promise<unknown>): number => {
    const id = promises++
    const settle = (isFulfilled: boolean, value: unknown) => {
      if (!isOpen) return
      const bytes: Uint8Array[] = []
      const encoded = isFulfilled ? encode(value, bytes) : { message: messageOf(value) }
      callGlobal('settlePromise', [id, isFulfilled, JSON.stringify(encoded)], bytes)
    }
    promise.then(
      (value) => settle(true, value),
      (error) => settle(false, error),
    )
    return id
  }

  const invoke = (id: number, args: unknown[]): void => {
    if (!isOpen) return
    const bytes: Uint8Array[] = []
    callGlobal('invokeCallback', [id, JSON.stringify(encode(args, bytes))], bytes)
  }

  const answer = (verb: Verb, [id, key, value]: Question): unknown => {
    if (verb === 'log') {
      log.push(key)
      return undefined
    }
    const target = objects[id] as Record<string, unknown>
    if (verb === 'has') return key in target
    if (verb === 'kind') return kindOf(target, key)
    if (verb === 'get') return target[key]
    onCall({ target, kind: verb === 'set' ? 'set' : 'call', name: key })
    if (verb === 'set') {
      target[key] = value
      return undefined
    }
    return (target[key] as (...args: unknown[]) => unknown)(...(value as unknown[]))
  }

  const callGlobal = (
    name: string,
    args: readonly (string | number | boolean)[],
    bytes: readonly Uint8Array[],
  ) => {
    const handles = [...args.map((arg) => primitive(vm, arg)), byteList(vm, bytes)]
    const callee = vm.getProp(vm.global, name)
    const result = vm.callFunction(callee, vm.undefined, ...handles)
    for (const handle of [callee, ...handles]) handle.dispose()
    vm.unwrapResult(result).dispose()
    runJobs()
  }

  const runJobs = () => vm.unwrapResult(vm.runtime.executePendingJobs())

  const host = vm.newFunction('host', (json, bytes) => {
    const incoming = readByteList(vm, bytes)
    const encoded = JSON.parse(vm.getString(json)) as Encoded[]
    const [verb, ...question] = encoded.map((part) => decode(part, incoming))
    const outgoing: Uint8Array[] = []
    const reply = vm.newArray()
    let text: string
    try {
      text = JSON.stringify(encode(answer(verb as Verb, question as unknown as Question), outgoing))
    } catch (error) {
      text = JSON.stringify({ kind: 'error', message: messageOf(error) })
    }
    const parts = [vm.newString(text), byteList(vm, outgoing)]
    parts.forEach((part, i) => {
      vm.setProp(reply, i, part)
      part.dispose()
    })
    return reply
  })
  vm.setProp(vm.global, 'host', host)
  host.dispose()
  vm.unwrapResult(vm.evalCode(membraneScript, 'membrane.js')).dispose()

  return {
    log,
    run(code) {
      vm.unwrapResult(vm.evalCode(code, 'code.js')).dispose()
      runJobs()
    },
    close() {
      isOpen = false
      vm.dispose()
    },
  }
}

/**
 * quickjs-emscripten reads the result of `executePendingJobs` from a view that is stale once a job has made the WebAssembly
 * memory grow. So it grows here, before any job; it never shrinks again.
 */
async function loadQuickJs(): Promise<QuickJSWASMModule> {
  const quickJs = await getQuickJS()
  const vm = quickJs.newContext()
  vm.newArrayBuffer(new ArrayBuffer(128 * 1024 * 1024)).dispose()
  vm.dispose()
  return quickJs
}

/** Told without calling a getter. */
function kindOf(target: object, key: string): 'missing' | 'method' | 'property' {
  if (!(key in target)) return 'missing'
  let owner: object = target
  while (!Object.hasOwn(owner, key)) owner = Object.getPrototypeOf(owner)
  return typeof Object.getOwnPropertyDescriptor(owner, key)?.value === 'function' ? 'method' : 'property'
}

function primitive(vm: QuickJSContext, value: string | number | boolean): QuickJSHandle {
  if (typeof value === 'string') return vm.newString(value)
  if (typeof value === 'number') return vm.newNumber(value)
  return value ? vm.true : vm.false
}

function byteList(vm: QuickJSContext, list: readonly Uint8Array[]): QuickJSHandle {
  const array = vm.newArray()
  list.forEach((bytes, i) => {
    const buffer = vm.newArrayBuffer(bytes.slice().buffer)
    vm.setProp(array, i, buffer)
    buffer.dispose()
  })
  return array
}

function readByteList(vm: QuickJSContext, list: QuickJSHandle): Uint8Array[] {
  const length = vm.getProp(list, 'length').consume((handle) => vm.getNumber(handle))
  return Array.from({ length }, (_, i) =>
    vm.getProp(list, i).consume((handle) => vm.getArrayBuffer(handle).consume(({ value }) => value.slice())),
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
