import type { Optimisation } from '../runtime/child.ts'

/** Where and how a fill is computed. */
export interface Way {
  readonly on: 'best' | 'cpu'
  /** 2: guidance in one batch. */
  readonly rowsAtOnce: 1 | 2
  /** Pictures are encoded and decoded in tiles of so many latents a side, where they are larger. */
  readonly tileSide: number | undefined
  /** Several pictures are decoded one by one, in the memory of one. */
  readonly pictureByPicture: boolean
  /** At most so many queries of an attention are looked at together; undefined: all. */
  readonly queriesAtOnce: number | undefined
  /** Of the UNet on the CPU. */
  readonly optimisation: Optimisation
  /** usual: that of the device. */
  readonly precision: 'usual' | 'float32'
}
