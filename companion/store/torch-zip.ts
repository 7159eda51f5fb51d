import { bytesPerElement, type Checkpoint, type DType, type StoredTensor } from '../../models/checkpoint.ts'
import { type PickleMeaning, unpickle } from './unpickle.ts'
import { UnreadableFile, type WeightFile } from './weight-file.ts'
import { listEntries, locateEntry, readEntry, type ZipEntry } from './zip.ts'

/**
 * The tensors of a file that `torch.save` or `torch.jit.save` wrote (.pt, .bin, .ckpt): a zip archive with a pickle that
 * describes them, `data.pkl`, and an entry with the bytes of each storage. Names are the path to a tensor through dicts,
 * lists and TorchScript modules, joined by dots. Nothing in the file is run.
 *
 * @throws UnreadableFile
 */
export async function readTorchZip(file: WeightFile): Promise<Checkpoint> {
  const entries = await listEntries(file)
  const pickle = findPickle(entries)
  const root = pickle.name.slice(0, -pickleName.length)
  const program = await readEntry(file, pickle, mostPickleBytes)
  await checkByteOrder(file, entries.get(`${root}/byteorder`))

  const storageEntry = (key: string) => entries.get(`${root}/data/${key}`)
  const content = unpickle(program, torchMeaning(storageEntry))
  const tensors = nameTensors(content)
  if (tensors.size === 0) throw new UnreadableFile('there is no tensor in it.')

  const offsets = new Map<ZipEntry, number>()
  const checkpoint = new Map<string, StoredTensor>()
  for (const [name, { storage, offset, shape, strides, byteLength }] of tensors) {
    const start = offsets.get(storage.entry) ?? (await locateEntry(file, storage.entry))
    offsets.set(storage.entry, start)
    checkpoint.set(name, {
      dtype: storage.dtype,
      shape,
      strides,
      file: file.path,
      offset: start + offset * bytesPerElement[storage.dtype],
      byteLength,
    })
  }
  return checkpoint
}

const pickleName = '/data.pkl'

/** That of a full Stable Diffusion checkpoint has about 1 MB. */
const mostPickleBytes = 64 * 1024 * 1024

function findPickle(entries: ReadonlyMap<string, ZipEntry>): ZipEntry {
  const [pickle, another] = [...entries.values()].filter(({ name }) => name.endsWith(pickleName))
  if (pickle === undefined) throw new UnreadableFile('it is a zip archive, but not one that PyTorch wrote.')
  if (another !== undefined) throw new UnreadableFile('it has two lists of tensors.')
  return pickle
}

async function checkByteOrder(file: WeightFile, entry: ZipEntry | undefined): Promise<void> {
  const order = entry === undefined ? 'little' : (await readEntry(file, entry, 100)).toString('utf8')
  if (order !== 'little') {
    throw new UnreadableFile('its numbers are big-endian. Save it again on a little-endian machine.')
  }
}

/** Numbers of one type, one after the other. */
class Storage {
  readonly dtype: DType
  readonly elementCount: number
  readonly entry: ZipEntry

  constructor(dtype: DType, elementCount: number, entry: ZipEntry) {
    this.dtype = dtype
    this.elementCount = elementCount
    this.entry = entry
  }
}

/** A view of a storage. Offset and strides in elements. */
class Tensor {
  readonly storage: Storage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly byteLength: number

  /** @throws UnreadableFile unless every element lies in the storage. */
  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    if (shape.length !== strides.length)
      throw new UnreadableFile('a tensor in it has not as many strides as sizes.')
    const count = shape.reduce((product, size) => product * size, 1)
    if (!Number.isSafeInteger(count))
      throw new UnreadableFile('a tensor in it has more elements than can be counted.')
    const span = count === 0 ? 0 : shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, 1)
    if (offset + span > storage.elementCount)
      throw new UnreadableFile('a tensor in it reaches beyond its data.')
    if (count > Math.max(storage.elementCount, mostRepeatedElements)) {
      throw new UnreadableFile(
        `a tensor in it repeats its data up to ${count} elements, which no weights need.`,
      )
    }
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
    this.byteLength = span * bytesPerElement[storage.dtype]
  }
}

/** An expanded tensor (stride 0) has more elements than its storage: a bias over a picture, say. 64 MB as float32. */
const mostRepeatedElements = 16 * 1024 * 1024

/** A class or function by its name. It is never looked up. */
class Global {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}

/** Stands where Python would have made an object of a class that says nothing about weights. */
class Placeholder {}

/** A module of a TorchScript archive. */
class ScriptObject {
  attributes: ReadonlyMap<unknown, unknown> = new Map()
}

function torchMeaning(storageEntry: (key: string) => ZipEntry | undefined): PickleMeaning {
  return {
    find(module, name) {
      refuseDangerous(module, name)
      return new Global(`${module}.${name}`)
    },
    call(callee, args) {
      if (!(callee instanceof Global)) return new Placeholder()
      if (callee.path.startsWith('__torch__.')) return new ScriptObject()
      return meanings.get(callee.path)?.(args) ?? new Placeholder()
    },
    build(object, state) {
      if (object instanceof ScriptObject && state instanceof Map) object.attributes = state
    },
    load: (id) => readStorage(id, storageEntry),
  }
}

/** What `torch.load` would call to rebuild weights; every other function and class gives a placeholder. */
const meanings = new Map<string, (args: readonly unknown[]) => unknown>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', ([tensor]) => tensorOf(tensor)],
  ['torch._utils._rebuild_parameter_with_state', ([tensor]) => tensorOf(tensor)],
  ['torch._tensor._rebuild_from_type_v2', rebuildFromType],
  ['torch.jit._pickle.build_intlist', ([list]) => list],
  ['torch.jit._pickle.build_doublelist', ([list]) => list],
  ['torch.jit._pickle.build_boollist', ([list]) => list],
  ['torch.jit._pickle.build_tensorlist', ([list]) => list],
  ['torch.jit._pickle.restore_type_tag', ([value]) => value],
])

const dangerousModules = new Set(
  'os posix nt sys subprocess shutil socket importlib runpy ctypes pty'.split(' '),
)
const dangerousBuiltins = new Set(
  'eval exec compile open __import__ getattr setattr delattr globals vars input breakpoint'.split(' '),
)

/** A name may be a path too, `os.system` in the module `torch.serialization`: it goes through the modules it passes. */
function refuseDangerous(module: string, name: string): void {
  const [top = ''] = module.split('.')
  const passed = [top, ...name.split('.').slice(0, -1)]
  const isBuiltin = top === 'builtins' || top === '__builtin__'
  if (passed.some((each) => dangerousModules.has(each)) || (isBuiltin && dangerousBuiltins.has(name))) {
    throw new UnreadableFile(
      `it asks for ${module}.${name}, which no weights need. It may be made to harm: delete it.`,
    )
  }
}

/** ('storage', torch.FloatStorage, key, device, number of elements) */
function readStorage(id: unknown, storageEntry: (key: string) => ZipEntry | undefined): Storage {
  if (!Array.isArray(id))
    throw new UnreadableFile('it describes the data of a tensor in a way that PyTorch does not.')
  const [kind, type, key, , elementCount] = id as unknown[]
  if (kind !== 'storage' || !(type instanceof Global) || typeof key !== 'string' || !isCount(elementCount)) {
    throw new UnreadableFile('it describes the data of a tensor in a way that PyTorch does not.')
  }
  const dtype = storageTypes.get(type.path)
  if (dtype === undefined)
    throw new UnreadableFile(`the element type ${type.path} in it is not one that is read here.`)
  const entry = storageEntry(key)
  if (entry === undefined)
    throw new UnreadableFile(`the data ${JSON.stringify(key)} of a tensor are not in it.`)
  if (entry.stored && entry.byteLength < elementCount * bytesPerElement[dtype]) {
    throw new UnreadableFile(
      `the data ${JSON.stringify(key)} have ${entry.byteLength} bytes, too few for ${elementCount} elements of ${dtype}.`,
    )
  }
  return new Storage(dtype, elementCount, entry)
}

const storageTypes = new Map<string, DType>([
  ['torch.BoolStorage', 'bool'],
  ['torch.ByteStorage', 'uint8'],
  ['torch.CharStorage', 'int8'],
  ['torch.ShortStorage', 'int16'],
  ['torch.IntStorage', 'int32'],
  ['torch.LongStorage', 'int64'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.HalfStorage', 'float16'],
  ['torch.FloatStorage', 'float32'],
  ['torch.DoubleStorage', 'float64'],
])

/** None, or a list of pairs, as Python 2 wrote it. */
function orderedDict([pairs]: readonly unknown[]): Map<unknown, unknown> {
  if (pairs === undefined) return new Map()
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw new UnreadableFile('it makes a dict of something that is no list of pairs.')
  }
  return new Map(pairs)
}

/** (storage, offset, size, stride, requires_grad, hooks, …) */
function rebuildTensor([storage, offset, shape, strides]: readonly unknown[]): Tensor {
  if (!(storage instanceof Storage)) throw new UnreadableFile('a tensor in it has no data.')
  if (!isCount(offset) || !isListOfCounts(shape) || !isListOfCounts(strides)) {
    throw new UnreadableFile('a tensor in it has a negative or impossible size, stride or offset.')
  }
  return new Tensor(storage, offset, shape, strides)
}

/** (function, type, its arguments, attributes): a tensor with attributes, or of a subclass. */
function rebuildFromType([rebuild, type, args]: readonly unknown[]): Tensor {
  const isTensor = rebuild instanceof Global && rebuild.path === 'torch._utils._rebuild_tensor_v2'
  if (!isTensor || !(type instanceof Global) || !Array.isArray(args)) return tensorOf(undefined)
  return rebuildTensor(args)
}

function tensorOf(value: unknown): Tensor {
  if (!(value instanceof Tensor)) throw new UnreadableFile('something in it stands where a tensor should be.')
  return value
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isListOfCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount)
}

/** A path through a real network is at most about fifteen names long, a Stable Diffusion checkpoint has 1500 tensors. */
const deepestPath = 100
const mostTensors = 100_000

/** Every tensor by each path that leads to it. */
function nameTensors(content: unknown): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>()
  const barren = new Set<object>()
  const passed = new Set<object>()

  /** Objects without a tensor are entered once: the paths to an object can be more than can ever be walked. */
  function visit(value: unknown, path: string): void {
    if (value instanceof Tensor) add(path, value)
    const members = membersOf(value)
    if (members === null || barren.has(members)) return
    if (passed.has(members)) throw new UnreadableFile('its list of tensors contains itself.')
    if (passed.size === deepestPath)
      throw new UnreadableFile(`it is nested more than ${deepestPath} levels deep.`)
    const before = tensors.size
    passed.add(members)
    for (const [key, member] of entriesOf(members)) visit(member, path === '' ? key : `${path}.${key}`)
    passed.delete(members)
    if (tensors.size === before) barren.add(members)
  }

  function add(path: string, tensor: Tensor): void {
    if (tensors.has(path)) throw new UnreadableFile(`two tensors in it are named ${JSON.stringify(path)}.`)
    if (tensors.size === mostTensors) throw new UnreadableFile(`it has more than ${mostTensors} tensors.`)
    tensors.set(path, tensor)
  }

  visit(content, '')
  return tensors
}

type Members = ReadonlyMap<unknown, unknown> | readonly unknown[]

/** Null: not something that has members with names. */
function membersOf(value: unknown): Members | null {
  if (value instanceof ScriptObject) return value.attributes
  return value instanceof Map || Array.isArray(value) ? value : null
}

/** Members whose key is no text and no number cannot be asked for, so they are left out. */
function* entriesOf(members: Members): Iterable<[string, unknown]> {
  for (const [key, member] of members.entries()) {
    if (typeof key === 'string' || typeof key === 'number') yield [String(key), member]
  }
}
