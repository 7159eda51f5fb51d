import type {
  NodeType,
  PluginAPI,
  RunEvent,
  ShowUIOptions,
} from '@figma/plugin-typings/plugin-api-standalone'
import { FakeBooleanOperation, FakeFrame, FakeGroup, FakeSection, FakeSlice } from './containers.ts'
import { file, inner, nodes, page, shown, window } from './hidden.ts'
import { type FakeImage, FakeImages } from './images.ts'
import { type FakeNode, mixed } from './node.ts'
import { FakePage } from './page.ts'
import { FakeRectangle, FakeShape } from './shapes.ts'
import { FakeClientStorage } from './storage.ts'
import { append, copyOf } from './tree.ts'
import { FakeUi } from './ui.ts'
import { UndoHistory } from './undo.ts'

export interface FigmaOptions {
  readonly editorType?: PluginAPI['editorType']
  readonly clientStorage?: FakeClientStorage
}

type Plain =
  | 'command'
  | 'editorType'
  | 'clientStorage'
  | 'mixed'
  | 'commitUndo'
  | 'triggerUndo'
  | 'showUI'
  | 'base64Encode'
  | 'base64Decode'
  | 'createImage'
  | 'getImageByHash'

type Events = { selectionchange: undefined; currentpagechange: undefined; run: RunEvent }

/** One open file, and the plugin's view of it. */
export class FakeFigma implements Pick<PluginAPI, Plain> {
  command = ''
  readonly editorType: PluginAPI['editorType']
  readonly clientStorage: FakeClientStorage
  readonly mixed: PluginAPI['mixed'] = mixed
  ui = new FakeUi()
  readonly viewport = new FakeViewport()
  readonly [nodes] = new Map<string, FakeNode>()
  readonly [file]: { images: FakeImages; history: UndoHistory; current: FakePage }
  readonly #listeners = new Map<string, Set<(event: unknown) => void>>()
  #lastId = 0

  constructor({ editorType = 'figma', clientStorage = new FakeClientStorage() }: FigmaOptions = {}) {
    this.editorType = editorType
    this.clientStorage = clientStorage
    this[file] = {
      images: new FakeImages(),
      history: new UndoHistory(this[nodes]),
      current: new FakePage(this, this.newId()),
    }
  }

  get currentPage(): FakePage {
    return this[file].current
  }
  set currentPage(_: FakePage) {
    throw new Error(
      'in set_currentPage: Cannot be called with documentAccess: dynamic-page. Use setCurrentPageAsync',
    )
  }
  async setCurrentPageAsync(next: FakePage): Promise<void> {
    // The plugin hands over a page of its own side, the same by id.
    this[file].current = this[nodes].get(next.id) as FakePage
    await this.currentPage.loadAsync()
    this.emit('currentpagechange')
  }

  getNodeById(): never {
    throw new Error(
      'in getNodeById: Cannot be called with documentAccess: dynamic-page. Use getNodeByIdAsync',
    )
  }
  async getNodeByIdAsync(id: string): Promise<FakeNode | null> {
    const node = this[nodes].get(id)
    if (!node || node[inner].state.removed) return null
    await pageOf(node).loadAsync()
    return node
  }

  createRectangle(): FakeRectangle {
    return this.#create(new FakeRectangle(this, this.newId(), 'RECTANGLE'), 'Rectangle')
  }
  createEllipse(): FakeShape {
    return this.#create(new FakeShape(this, this.newId(), 'ELLIPSE'), 'Ellipse')
  }
  createVector(): FakeShape {
    return this.#create(new FakeShape(this, this.newId(), 'VECTOR'), 'Vector')
  }
  createText(): FakeShape {
    return this.#create(new FakeShape(this, this.newId(), 'TEXT'), 'Text')
  }
  createFrame(): FakeFrame {
    return this.#create(new FakeFrame(this, this.newId(), 'FRAME'), 'Frame')
  }
  createComponent(): FakeFrame {
    return this.#create(new FakeFrame(this, this.newId(), 'COMPONENT'), 'Component')
  }
  createSection(): FakeSection {
    return this.#create(new FakeSection(this, this.newId()), 'Section')
  }
  createSlice(): FakeSlice {
    return this.#create(new FakeSlice(this, this.newId()), 'Slice')
  }

  createImage(bytes: Uint8Array): FakeImage {
    return this[file].images.create(bytes)
  }
  getImageByHash(hash: string): FakeImage | null {
    return this[file].images.get(hash)
  }

  commitUndo(): void {
    this[file].history.commit()
  }
  triggerUndo(): void {
    this[file].history.undo()
  }

  showUI(_html: string, options: ShowUIOptions = {}): void {
    const { width = 300, height = 200 } = options
    Object.assign(this.ui[window], { options, width, height })
  }

  on(event: keyof Events, listener: (event: unknown) => void): void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener))
  }

  base64Encode(bytes: Uint8Array): string {
    return Buffer.from(bytes).toString('base64')
  }
  base64Decode(text: string): Uint8Array {
    return new Uint8Array(Buffer.from(text, 'base64'))
  }

  /** Not Figma's: what happens in the file by itself. */
  emit(event: keyof Events, value?: RunEvent): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value)
  }

  /** Not Figma's: what the person selects. */
  select(...ids: readonly string[]): void {
    this.currentPage.selection = ids.map((id) => this[nodes].get(id)!)
  }

  /** Not Figma's: each run of the plugin has a window of its own. */
  openUi(): void {
    this.ui = new FakeUi()
  }

  /** Not Figma's. */
  forgetListeners(): void {
    this.#listeners.clear()
  }

  /** Not Figma's. */
  newId(): string {
    this.#lastId++
    return `1:${this.#lastId}`
  }

  /** Not Figma's: a layer of a type, in no parent. */
  newNode(type: NodeType, id: string): FakeNode {
    if (type === 'GROUP') return new FakeGroup(this, id)
    if (type === 'BOOLEAN_OPERATION') return new FakeBooleanOperation(this, id, type)
    if (type === 'SECTION') return new FakeSection(this, id)
    if (type === 'SLICE') return new FakeSlice(this, id)
    if (type === 'RECTANGLE') return new FakeRectangle(this, id, type)
    if (['FRAME', 'COMPONENT', 'COMPONENT_SET', 'INSTANCE'].includes(type))
      return new FakeFrame(this, id, type)
    return new FakeShape(this, id, type)
  }

  #create<Created extends FakeNode>(node: Created, name: string): Created {
    node.name = name
    append(this.currentPage, node)
    return node
  }
}

/** A page that is not open, as it lies in the file: its children are not loaded. */
export function addPage(figma: FakeFigma): FakePage {
  const added = new FakePage(figma, figma.newId())
  added[page].isLoaded = false
  return added
}

/** Wraps layers in a group or a boolean operation, where the lowest of them lies. */
export function group(figma: FakeFigma, type: 'GROUP' | 'BOOLEAN_OPERATION', layers: readonly FakeNode[]) {
  const wrapped = figma.newNode(type, figma.newId()) as FakeGroup | FakeBooleanOperation
  const parent = layers[0]!.parent!
  append(parent, wrapped)
  for (const layer of layers) append(wrapped, layer)
  return wrapped
}

/** An instance of a main component, on the current page. Its layers carry the ids that Figma gives them. */
export function instanceOf(component: FakeFrame): FakeFrame {
  const { figma } = component[inner]
  const id = figma.newId()
  const instance = figma.newNode('INSTANCE', id) as FakeFrame
  instance[inner].state = { ...component[inner].state, parent: null, children: [] }
  for (const child of component.children) {
    const copy = copyOf(child, (node) => `I${id};${node.id}`)
    copy[inner].state.parent = instance
    instance[inner].state.children = [...instance[inner].state.children, copy]
  }
  append(figma.currentPage, instance)
  return instance
}

/** A set of variants around main components. */
export function componentSetOf(components: readonly FakeFrame[]): FakeFrame {
  const { figma } = components[0]![inner]
  const set = figma.newNode('COMPONENT_SET', figma.newId()) as FakeFrame
  append(figma.currentPage, set)
  for (const component of components) append(set, component)
  return set
}

function pageOf(node: FakeNode): FakePage {
  return node instanceof FakePage ? node : pageOf(node[inner].state.parent!)
}

class FakeViewport {
  center = { x: 0, y: 0 }
  readonly [shown]: string[][] = []

  scrollAndZoomIntoView(layers: readonly FakeNode[]): void {
    this[shown].push(layers.map(({ id }) => id))
  }
}
