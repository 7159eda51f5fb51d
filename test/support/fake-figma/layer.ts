import type {
  BlendMode,
  Constraints,
  Effect,
  ExportSettings,
  Rect,
  RectangleNode,
  Transform,
} from '@figma/plugin-typings/plugin-api-standalone'
import { inner } from './hidden.ts'
import { arrangementChanged, FakeNode, refuseInsideInstance, stateOf } from './node.ts'
import { exportPng } from './render.ts'
import { absoluteTransformOf, boundingBoxOf, renderBoundsOf, sizeOf, transformOf } from './space.ts'
import { append, copyOf } from './tree.ts'

type LayerPlain =
  | 'visible'
  | 'locked'
  | 'x'
  | 'y'
  | 'width'
  | 'height'
  | 'rotation'
  | 'relativeTransform'
  | 'absoluteTransform'
  | 'absoluteBoundingBox'
  | 'absoluteRenderBounds'
  | 'resize'
  | 'opacity'
  | 'blendMode'
  | 'isMask'
  | 'effects'
  | 'exportSettings'
  | 'layoutPositioning'
  | 'constraints'

/** What has a place and a size. */
export abstract class FakeLayer extends FakeNode implements Pick<RectangleNode, LayerPlain> {
  get visible(): boolean {
    return stateOf(this).visible
  }
  set visible(visible: boolean) {
    stateOf(this).visible = visible
  }

  get locked(): boolean {
    return stateOf(this).locked
  }
  set locked(locked: boolean) {
    stateOf(this).locked = locked
  }

  get width(): number {
    stateOf(this)
    return sizeOf(this).width
  }
  get height(): number {
    stateOf(this)
    return sizeOf(this).height
  }
  resize(width: number, height: number): void {
    refuseInsideInstance(this, 'resize')
    if (!(width >= 0.01 && height >= 0.01)) throw new Error('in resize: Expected values of at least 0.01')
    Object.assign(stateOf(this), { width, height })
    const { parent } = stateOf(this)
    if (parent) arrangementChanged(parent)
  }

  get x(): number {
    return transformOf(this)[0][2]
  }
  set x(x: number) {
    const [[a, c], [b, d, f]] = transformOf(this)
    this.relativeTransform = [
      [a, c, x],
      [b, d, f],
    ]
  }
  get y(): number {
    return transformOf(this)[1][2]
  }
  set y(y: number) {
    const [[a, c, e], [b, d]] = transformOf(this)
    this.relativeTransform = [
      [a, c, e],
      [b, d, y],
    ]
  }

  /** Degrees, counter-clockwise, about the top left. */
  get rotation(): number {
    const [[m00], [m10]] = transformOf(this)
    return (Math.atan2(-m10, m00) * 180) / Math.PI
  }
  set rotation(degrees: number) {
    const radians = (degrees * Math.PI) / 180
    const [cos, sin] = [Math.cos(radians), Math.sin(radians)]
    this.relativeTransform = [
      [cos, sin, this.x],
      [-sin, cos, this.y],
    ]
  }

  get relativeTransform(): Transform {
    stateOf(this)
    return transformOf(this)
  }
  set relativeTransform([[a, c, e], [b, d, f]]: Transform) {
    refuseInsideInstance(this, 'set_relativeTransform')
    if (Math.abs(Math.hypot(a, b) - 1) > 1e-4 || Math.abs(Math.hypot(c, d) - 1) > 1e-4) {
      throw new Error('in set_relativeTransform: Expected axes of length 1')
    }
    const state = stateOf(this)
    state.transform = [
      [a, c, e],
      [b, d, f],
    ]
    if (state.parent) arrangementChanged(state.parent)
  }

  get absoluteTransform(): Transform {
    stateOf(this)
    return absoluteTransformOf(this)
  }
  get absoluteBoundingBox(): Rect | null {
    stateOf(this)
    return boundingBoxOf(this)
  }
  get absoluteRenderBounds(): Rect | null {
    stateOf(this)
    return renderBoundsOf(this)
  }

  get opacity(): number {
    return stateOf(this).opacity
  }
  set opacity(opacity: number) {
    stateOf(this).opacity = opacity
  }

  get blendMode(): BlendMode {
    return stateOf(this).blendMode
  }
  set blendMode(blendMode: BlendMode) {
    stateOf(this).blendMode = blendMode
  }

  get isMask(): boolean {
    return stateOf(this).isMask
  }
  set isMask(isMask: boolean) {
    stateOf(this).isMask = isMask
  }

  get effects(): readonly Effect[] {
    return stateOf(this).effects
  }
  set effects(effects: readonly Effect[]) {
    stateOf(this).effects = effects
  }

  get constraints(): Constraints {
    return stateOf(this).constraints
  }
  set constraints(constraints: Constraints) {
    stateOf(this).constraints = constraints
  }

  get layoutPositioning(): 'AUTO' | 'ABSOLUTE' {
    return stateOf(this).layoutPositioning
  }
  set layoutPositioning(positioning: 'AUTO' | 'ABSOLUTE') {
    const { parent } = stateOf(this)
    if (positioning === 'ABSOLUTE' && parent?.[inner].state.layoutMode === 'NONE') {
      throw new Error('in set_layoutPositioning: The parent has no auto-layout')
    }
    stateOf(this).layoutPositioning = positioning
    if (parent) arrangementChanged(parent)
  }

  get exportSettings(): readonly ExportSettings[] {
    return stateOf(this).exportSettings
  }
  set exportSettings(settings: readonly ExportSettings[]) {
    stateOf(this).exportSettings = settings
  }

  async exportAsync(settings: ExportSettings = { format: 'PNG' }): Promise<Uint8Array> {
    stateOf(this)
    return exportPng(this, settings)
  }

  /** Onto the current page; to be put in its place by the caller. */
  clone(): FakeLayer {
    const { figma } = this[inner]
    const copy = copyOf(this, () => figma.newId())
    append(figma.currentPage, copy)
    return copy
  }
}
