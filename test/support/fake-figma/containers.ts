import type { FrameNode, Transform } from '@figma/plugin-typings/plugin-api-standalone'
import { FakeLayer } from './layer.ts'
import { arrangementChanged, FakeNode, type NodeState, stateOf } from './node.ts'
import { FakeRectangle, FakeShape } from './shapes.ts'
import { absoluteTransformOf } from './space.ts'
import { insert } from './tree.ts'

type FramePlain = 'clipsContent' | 'layoutMode'

/** FRAME, COMPONENT, COMPONENT_SET, INSTANCE */
export class FakeFrame extends FakeRectangle implements Pick<FrameNode, FramePlain> {
  get children(): readonly FakeNode[] {
    return [...stateOf(this).children]
  }
  appendChild(child: FakeNode): void {
    insert(this, stateOf(this).children.length, child)
  }
  insertChild(index: number, child: FakeNode): void {
    insert(this, index, child)
  }

  get clipsContent(): boolean {
    return stateOf(this).clipsContent
  }
  set clipsContent(clips: boolean) {
    stateOf(this).clipsContent = clips
  }

  get layoutMode(): NodeState['layoutMode'] {
    return stateOf(this).layoutMode
  }
  set layoutMode(mode: NodeState['layoutMode']) {
    stateOf(this).layoutMode = mode
    arrangementChanged(this)
  }
}

/** As large as what it holds. */
export class FakeGroup extends FakeLayer {
  readonly type = 'GROUP'

  get children(): readonly FakeNode[] {
    return [...stateOf(this).children]
  }
  appendChild(child: FakeNode): void {
    insert(this, stateOf(this).children.length, child)
  }
  insertChild(index: number, child: FakeNode): void {
    insert(this, index, child)
  }
}

/** Like a group, and painted itself. */
export class FakeBooleanOperation extends FakeShape {
  get children(): readonly FakeNode[] {
    return [...stateOf(this).children]
  }
  appendChild(child: FakeNode): void {
    insert(this, stateOf(this).children.length, child)
  }
  insertChild(index: number, child: FakeNode): void {
    insert(this, index, child)
  }
}

/** Not painted, not blended: it has a place, and can be exported. */
export class FakeSlice extends FakeNode {
  readonly type = 'SLICE'

  get visible(): boolean {
    return stateOf(this).visible
  }
  get locked(): boolean {
    return stateOf(this).locked
  }
}

/** Has no opacity, rotation or render bounds. */
export class FakeSection extends FakeNode {
  readonly type = 'SECTION'

  get visible(): boolean {
    return stateOf(this).visible
  }
  get locked(): boolean {
    return stateOf(this).locked
  }
  set locked(locked: boolean) {
    stateOf(this).locked = locked
  }
  get x(): number {
    return stateOf(this).transform[0][2]
  }
  set x(x: number) {
    const { transform } = stateOf(this)
    stateOf(this).transform = [[1, 0, x], transform[1]]
  }
  get y(): number {
    return stateOf(this).transform[1][2]
  }
  set y(y: number) {
    const { transform } = stateOf(this)
    stateOf(this).transform = [transform[0], [0, 1, y]]
  }
  get absoluteTransform(): Transform {
    return absoluteTransformOf(this)
  }
  get children(): readonly FakeNode[] {
    return [...stateOf(this).children]
  }
  appendChild(child: FakeNode): void {
    insert(this, stateOf(this).children.length, child)
  }
  insertChild(index: number, child: FakeNode): void {
    insert(this, index, child)
  }
}
