import { flat } from './flat/index.ts'
import { grabcut } from './grabcut/index.ts'
import { sam } from './sam/index.ts'
import type { Selector } from './selector.ts'

/** Every way to select; `auto` takes the first that suits. To add one: make its folder, then add its line here. */
export const selectors: readonly Selector[] = [flat, sam, grabcut]
