import type {
  NodeType,
  Paint,
  PluginAPI,
  Reaction,
  RectangleNode,
} from '@figma/plugin-typings/plugin-api-standalone'
import type { FakeFigma } from './figma.ts'
import { FakeLayer } from './layer.ts'
import { stateOf } from './node.ts'

type ShapePlain = 'fills' | 'strokes' | 'strokeAlign' | 'strokeWeight' | 'reactions' | 'setReactionsAsync'

/** What is painted. */
export class FakeShape extends FakeLayer implements Pick<RectangleNode, ShapePlain> {
  readonly type: NodeType

  constructor(figma: FakeFigma, id: string, type: NodeType) {
    super(figma, id)
    this.type = type
  }

  get fills(): readonly Paint[] | PluginAPI['mixed'] {
    return stateOf(this).fills
  }
  set fills(fills: readonly Paint[] | PluginAPI['mixed']) {
    if (typeof fills === 'symbol') throw new Error('in set_fills: Expected a list of paints')
    for (const paint of fills) {
      const needsCrop = paint.type === 'IMAGE' && paint.scaleMode !== 'CROP' && paint.imageTransform
      if (needsCrop) throw new Error('in set_fills: imageTransform is only for the scale mode CROP')
    }
    stateOf(this).fills = fills
  }

  get strokes(): readonly Paint[] {
    return stateOf(this).strokes
  }
  set strokes(strokes: readonly Paint[]) {
    stateOf(this).strokes = strokes
  }

  get strokeAlign(): 'CENTER' | 'INSIDE' | 'OUTSIDE' {
    return stateOf(this).strokeAlign
  }
  set strokeAlign(align: 'CENTER' | 'INSIDE' | 'OUTSIDE') {
    stateOf(this).strokeAlign = align
  }

  get strokeWeight(): number {
    return stateOf(this).strokeWeight
  }
  set strokeWeight(weight: number) {
    stateOf(this).strokeWeight = weight
  }

  get reactions(): readonly Reaction[] {
    return stateOf(this).reactions
  }
  set reactions(_: readonly Reaction[]) {
    throw new Error(
      'in set_reactions: Cannot be called with documentAccess: dynamic-page. Use setReactionsAsync',
    )
  }
  async setReactionsAsync(reactions: readonly Reaction[]): Promise<void> {
    stateOf(this).reactions = reactions
  }
}

type CornerPlain =
  | 'cornerRadius'
  | 'topLeftRadius'
  | 'topRightRadius'
  | 'bottomRightRadius'
  | 'bottomLeftRadius'
  | 'cornerSmoothing'

/** What has four corners. */
export class FakeRectangle extends FakeShape implements Pick<RectangleNode, CornerPlain> {
  get cornerRadius(): number {
    return stateOf(this).radii[0]
  }
  set cornerRadius(radius: number) {
    stateOf(this).radii = [radius, radius, radius, radius]
  }
  get topLeftRadius(): number {
    return stateOf(this).radii[0]
  }
  set topLeftRadius(radius: number) {
    stateOf(this).radii = [radius, stateOf(this).radii[1], stateOf(this).radii[2], stateOf(this).radii[3]]
  }
  get topRightRadius(): number {
    return stateOf(this).radii[1]
  }
  set topRightRadius(radius: number) {
    stateOf(this).radii = [stateOf(this).radii[0], radius, stateOf(this).radii[2], stateOf(this).radii[3]]
  }
  get bottomRightRadius(): number {
    return stateOf(this).radii[2]
  }
  set bottomRightRadius(radius: number) {
    stateOf(this).radii = [stateOf(this).radii[0], stateOf(this).radii[1], radius, stateOf(this).radii[3]]
  }
  get bottomLeftRadius(): number {
    return stateOf(this).radii[3]
  }
  set bottomLeftRadius(radius: number) {
    stateOf(this).radii = [stateOf(this).radii[0], stateOf(this).radii[1], stateOf(this).radii[2], radius]
  }
  get cornerSmoothing(): number {
    return stateOf(this).cornerSmoothing
  }
  set cornerSmoothing(smoothing: number) {
    stateOf(this).cornerSmoothing = smoothing
  }
}
