export { FakeFrame, FakeGroup } from './containers.ts'
export { addPage, componentSetOf, FakeFigma, group, instanceOf } from './figma.ts'
export { file, inner, shown, window } from './hidden.ts'
export { decode, encodePng, type Pixels } from './images.ts'
export type { FakeLayer } from './layer.ts'
export { FakeNode, mixed } from './node.ts'
export { render } from './render.ts'
export {
  addPicture,
  anyMask,
  fillRequest,
  identityFill,
  imagePaint,
  noise,
  noiseFill,
  noisePng,
  recipeFor,
  snapshotOf,
} from './scene.ts'
export { FakeRectangle, FakeShape } from './shapes.ts'
export { FakeClientStorage } from './storage.ts'
export { append, copyOf } from './tree.ts'
