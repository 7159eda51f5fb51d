/** Keys of what the plugin does not see: Figma's objects have no such properties. */

/** Of a node: what it belongs to and its state. */
export const inner = Symbol('inner')
/** Of a file: its nodes by id. */
export const nodes = Symbol('nodes')
/** Of a file: its pictures, its history, its current page. */
export const file = Symbol('file')
/** Of a page: whether it is loaded, and what is selected. */
export const page = Symbol('page')
/** Of `figma.ui`: the window itself. */
export const window = Symbol('window')
/** Of an image: its decoded pixels. */
export const pixels = Symbol('pixels')
/** Of the viewport: what was brought into view, by id. */
export const shown = Symbol('shown')
