import type { Size } from '../../../companion/image/image.ts'
import type { Optimisation } from '../../../companion/runtime/child.ts'
import type { Cost } from '../cost.ts'
import type { BenchModel, Piece } from './command.ts'

/** One that can do a piece of work, and has loaded what it needs for that alone. */
export interface Contestant {
  /** From warm files. */
  readonly loadMs: number
  readonly loadProcessorMs: number
  /** The part of loading that is a run for nothing, which a card needs; 0: there was none. */
  readonly warmUpMs: number
  /** The first time after that. */
  readonly firstMs: number
  /** Does it once. */
  run(): Promise<Ran>
  /** Ends it. @returns The most memory that its process held, bytes. */
  close(): Promise<number>
}

export interface Ran extends Cost {
  /** Some of the numbers that came out, of the same places with each; none of a whole fill. */
  readonly values: readonly number[]
}

export interface Work {
  readonly piece: Piece
  readonly kind: BenchModel
  /** What `--weights` would name. */
  readonly model: string
  /** Of the picture. */
  readonly size: Size
  readonly steps: number
  readonly device: BenchDevice
  /** How many rows the UNet is given at once: 2 as with guidance. */
  readonly rows: 1 | 2
  /** Changes the UNet; null: none. */
  readonly lora: string | null
  /** Of the UNet on the CPU; a whole fill chooses its own. */
  readonly optimisation: Optimisation
}

/** Where both compute: on the CPU in float32, on a card in float16. */
export type BenchDevice = 'cpu' | 'cuda'

export const prompt = 'a red vase on a wooden table, soft light'

/** Numbers that every contestant makes in the same way: the sine of 0.37 i. */
export function wave(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(0.37 * i))
}

/** 64 of them, evenly spread. */
export function sampleOf(values: Float32Array): number[] {
  return Array.from({ length: 64 }, (_, i) => values[Math.floor((i * values.length) / 64)]!)
}
