export { findShift, listGradients, sumGradients } from './clone'
export { applyCopies, chooseCopies } from './copy'
export { distanceToKnown } from './distance'
export { compareEdges } from './edges'
export { sumCosts, upsampleField } from './field'
export { clearBorder, countFlags, eitherOf, flagAtLeast, growByBox, invert, listFlags } from './flags'
export { clear } from './memory'
export { patchDistance } from './patch-distance'
export { blendCopies } from './poisson'
export { halve } from './pyramid'
export { describeColours } from './scene'
export { refreshCosts, searchPass } from './search'
export { bestSource } from './starts'
export { measureTexture } from './texture'
export { vote, voteOnSteps } from './vote'

/** Where the kernels' own data ends: the host may use all from here. */
export const firstFree: usize = __heap_base
