import { edgeTam, sam21Tiny } from '../../../models/sam/model.ts'
import type { Selector } from '../selector.ts'
import { openSam } from './sam.ts'

/** Knows things by their looks, with one of the models that Segment Anything 2 has brought forth. */
export const sam: Selector = {
  id: 'sam',
  title: 'Segment Anything',
  takesBox: true,
  takesPoints: true,
  // The better one first.
  models: [sam21Tiny.id, edgeTam.id],
  licences: [sam21Tiny.licence, edgeTam.licence],
  suits: () => true,
  open: openSam,
}
