import { UnreadableFile } from './weight-file.ts'

/**
 * What a pickle's names and calls mean. A pickle is a program for a small stack machine; all that it could do to the
 * outside goes through here, and nothing is ever imported or run.
 */
export interface PickleMeaning {
  /** What stands for a class or function of this name. */
  find(module: string, name: string): unknown
  /** What a call gives, or the making of an object. */
  call(callee: unknown, args: readonly unknown[]): unknown
  /** An object's attributes, given after it was made. */
  build(object: unknown, state: unknown): void
  /** What an id stands for whose bytes lie outside the pickle. */
  load(id: unknown): unknown
}

/**
 * Runs a pickle as Python's protocols 2 to 5 write it. None → null, numbers → number (integers beyond 2^53 → bigint),
 * str → string, bytes → Uint8Array, list, tuple and set → array, dict → Map; everything else is as `meaning` says.
 *
 * Opcodes: Python's Lib/pickletools.py.
 *
 * @throws UnreadableFile, and what `meaning` throws
 */
export function unpickle(pickle: Buffer, meaning: PickleMeaning): unknown {
  const machine = new Machine(pickle, meaning)
  for (;;) {
    const opcode = machine.uint8()
    if (opcode === STOP) return machine.pop()
    const operation = operations.get(opcode)
    if (operation === undefined) {
      throw new UnreadableFile(
        `its list of tensors has an unknown opcode, 0x${opcode.toString(16).padStart(2, '0')}.`,
      )
    }
    operation(machine)
  }
}

/** Stack, marks and memo, and the pickle as far as it is not read yet. */
class Machine {
  readonly meaning: PickleMeaning
  readonly #bytes: Buffer
  #at = 0
  readonly #stack: unknown[] = []
  /** Heights of the stack, to which the opcodes for many items go back. */
  readonly #marks: number[] = []
  readonly #memo = new Map<number, unknown>()

  constructor(bytes: Buffer, meaning: PickleMeaning) {
    this.#bytes = bytes
    this.meaning = meaning
  }

  push(value: unknown): void {
    this.#stack.push(value)
  }

  top(): unknown {
    this.#require(1)
    return this.#stack[this.#stack.length - 1]
  }

  pop(): unknown {
    this.#require(1)
    return this.#stack.pop()
  }

  popMany(count: number): unknown[] {
    this.#require(count)
    return this.#stack.splice(this.#stack.length - count)
  }

  mark(): void {
    this.#marks.push(this.#stack.length)
  }

  popToMark(): unknown[] {
    const mark = this.#marks.pop()
    if (mark === undefined || mark > this.#stack.length) throw new UnreadableFile(missingOperand)
    return this.#stack.splice(mark)
  }

  remember(slot = this.#memo.size): void {
    this.#memo.set(slot, this.top())
  }

  recall(slot: number): void {
    if (!this.#memo.has(slot)) {
      throw new UnreadableFile(`its list of tensors refers to an object ${slot} that it never made.`)
    }
    this.push(this.#memo.get(slot))
  }

  bytes(byteLength: number): Buffer {
    const end = this.#at + byteLength
    if (end > this.#bytes.length) throw new UnreadableFile(cutPickle)
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  line(): string {
    const end = this.#bytes.indexOf('\n', this.#at)
    if (end < 0) throw new UnreadableFile(cutPickle)
    const line = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return line
  }

  uint8(): number {
    return this.bytes(1).readUInt8()
  }

  uint16(): number {
    return this.bytes(2).readUInt16LE()
  }

  uint32(): number {
    return this.bytes(4).readUInt32LE()
  }

  /** Beyond 2^53 no longer exact, but then also beyond the end of the pickle. */
  uint64(): number {
    return Number(this.bytes(8).readBigUInt64LE())
  }

  #require(count: number): void {
    if (this.#stack.length < count) throw new UnreadableFile(missingOperand)
  }
}

const cutPickle = 'its list of tensors ends in the middle.'
const missingOperand = 'its list of tensors is damaged: an instruction lacks what it works on.'

const STOP = 0x2e

/** By opcode, in the groups and with the names of pickletools. */
const operations = new Map<number, (m: Machine) => unknown>([
  [0x80, (m) => m.uint8()], // PROTO
  [0x95, (m) => m.bytes(8)], // FRAME

  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x49, (m) => m.push(decimal(m.line()))], // INT
  [0x4b, (m) => m.push(m.uint8())], // BININT1
  [0x4d, (m) => m.push(m.uint16())], // BININT2
  [0x4a, (m) => m.push(m.bytes(4).readInt32LE())], // BININT
  [0x8a, (m) => m.push(integer(m.bytes(m.uint8())))], // LONG1
  [0x8b, (m) => m.push(integer(m.bytes(m.uint32())))], // LONG4
  [0x47, (m) => m.push(m.bytes(8).readDoubleBE())], // BINFLOAT
  [0x8c, (m) => m.push(m.bytes(m.uint8()).toString('utf8'))], // SHORT_BINUNICODE
  [0x58, (m) => m.push(m.bytes(m.uint32()).toString('utf8'))], // BINUNICODE
  [0x8d, (m) => m.push(m.bytes(m.uint64()).toString('utf8'))], // BINUNICODE8
  [0x55, (m) => m.push(m.bytes(m.uint8()).toString('latin1'))], // SHORT_BINSTRING
  [0x54, (m) => m.push(m.bytes(m.uint32()).toString('latin1'))], // BINSTRING
  [0x43, (m) => m.push(m.bytes(m.uint8()))], // SHORT_BINBYTES
  [0x42, (m) => m.push(m.bytes(m.uint32()))], // BINBYTES
  [0x8e, (m) => m.push(m.bytes(m.uint64()))], // BINBYTES8
  [0x96, (m) => m.push(m.bytes(m.uint64()))], // BYTEARRAY8

  [0x29, (m) => m.push([])], // EMPTY_TUPLE
  [0x85, (m) => m.push(m.popMany(1))], // TUPLE1
  [0x86, (m) => m.push(m.popMany(2))], // TUPLE2
  [0x87, (m) => m.push(m.popMany(3))], // TUPLE3
  [0x74, (m) => m.push(m.popToMark())], // TUPLE
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x6c, (m) => m.push(m.popToMark())], // LIST
  [0x61, (m) => append(m, m.popMany(1))], // APPEND
  [0x65, (m) => append(m, m.popToMark())], // APPENDS
  [0x8f, (m) => m.push([])], // EMPTY_SET
  [0x91, (m) => m.push(m.popToMark())], // FROZENSET
  [0x90, (m) => append(m, m.popToMark())], // ADDITEMS
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x64, (m) => pushDict(m, m.popToMark())], // DICT
  [0x73, (m) => setItems(m, m.popMany(2))], // SETITEM
  [0x75, (m) => setItems(m, m.popToMark())], // SETITEMS

  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => m.pop()], // POP
  [0x31, (m) => m.popToMark()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP
  [0x71, (m) => m.remember(m.uint8())], // BINPUT
  [0x72, (m) => m.remember(m.uint32())], // LONG_BINPUT
  [0x94, (m) => m.remember()], // MEMOIZE
  [0x68, (m) => m.recall(m.uint8())], // BINGET
  [0x6a, (m) => m.recall(m.uint32())], // LONG_BINGET

  [0x63, (m) => m.push(m.meaning.find(m.line(), m.line()))], // GLOBAL
  [0x93, (m) => find(m, m.popMany(2))], // STACK_GLOBAL
  [0x52, (m) => call(m, m.popMany(2))], // REDUCE
  [0x81, (m) => call(m, m.popMany(2))], // NEWOBJ
  [0x92, (m) => call(m, m.popMany(3))], // NEWOBJ_EX, whose third operand are named arguments
  [0x69, (m) => call(m, [m.meaning.find(m.line(), m.line()), m.popToMark()])], // INST
  [0x6f, (m) => callFirst(m, m.popToMark())], // OBJ
  [0x62, (m) => build(m, m.pop())], // BUILD
  [0x51, (m) => m.push(m.meaning.load(m.pop()))], // BINPERSID

  [0x82, () => refuseExtension('EXT1')],
  [0x83, () => refuseExtension('EXT2')],
  [0x84, () => refuseExtension('EXT4')],
])

/** What is added to something that is no list is lost with the placeholder that it is. */
function append(m: Machine, items: readonly unknown[]): void {
  const list = m.top()
  if (Array.isArray(list)) for (const item of items) list.push(item)
}

function pushDict(m: Machine, items: readonly unknown[]): void {
  m.push(new Map())
  setItems(m, items)
}

function setItems(m: Machine, items: readonly unknown[]): void {
  if (items.length % 2 !== 0) throw new UnreadableFile(missingOperand)
  const dict = m.top()
  if (!(dict instanceof Map)) return
  for (let index = 0; index < items.length; index += 2) dict.set(items[index], items[index + 1])
}

function find(m: Machine, [module, name]: readonly unknown[]): void {
  if (typeof module !== 'string' || typeof name !== 'string') {
    throw new UnreadableFile('its list of tensors names a class by something that is no text.')
  }
  m.push(m.meaning.find(module, name))
}

function call(m: Machine, [callee, args]: readonly unknown[]): void {
  if (!Array.isArray(args))
    throw new UnreadableFile('its list of tensors makes a call without a list of arguments.')
  m.push(m.meaning.call(callee, args))
}

function callFirst(m: Machine, [callee, ...args]: readonly unknown[]): void {
  m.push(m.meaning.call(callee, args))
}

function build(m: Machine, state: unknown): void {
  m.meaning.build(m.top(), state)
}

function refuseExtension(opcode: string): never {
  throw new UnreadableFile(`its list of tensors uses the opcode ${opcode}, which no weights need.`)
}

/** Two's complement, little-endian. */
function integer(bytes: Buffer): number | bigint {
  if (bytes.length === 0) return 0
  const unsigned = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
  const value = BigInt.asIntN(bytes.length * 8, unsigned)
  return narrowed(value)
}

function decimal(line: string): number | bigint {
  if (!/^-?\d{1,100}$/.test(line)) throw new UnreadableFile('its list of tensors has a number that is none.')
  return narrowed(BigInt(line))
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
