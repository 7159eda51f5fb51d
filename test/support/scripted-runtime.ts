import type { Device } from '../../companion/protocol.ts'
import type { Model, Tensors } from '../../companion/runtime/child.ts'
import type { Runtime, Session, SessionSource } from '../../companion/runtime/session.ts'

/** A runtime whose sessions do what a test says, in turn: outputs to give, or an error to throw. */
export interface ScriptedRuntime extends Runtime {
  /** Each load, as 'slot on'. Those of a source that is loaded already count too. */
  readonly loads: readonly string[]
  /** Inputs of each run. */
  readonly runs: readonly Tensors[]
  readonly unloads: number
  budgetBytes: number
}

export type Act = Error | ((inputs: Tensors) => Tensors)

/** @param acts What each run does; the last one goes on for ever. */
export function scriptedRuntime(
  acts: readonly Act[],
  {
    device = 'cpu',
    inputs = ['image', 'mask'],
    outputs = ['result'],
  }: { device?: Device['kind']; inputs?: readonly string[]; outputs?: readonly string[] } = {},
): ScriptedRuntime {
  const loads: string[] = []
  const runs: Tensors[] = []
  let unloads = 0
  return {
    loads,
    runs,
    get unloads() {
      return unloads
    },
    budgetBytes: Number.POSITIVE_INFINITY,
    peakBytes: 1234,
    async outlook(_slots, on) {
      return { kind: on === 'cpu' ? 'cpu' : device, budgetBytes: this.budgetBytes }
    },
    async load({ slot, model }: SessionSource, on): Promise<Session> {
      loads.push(`${slot} ${on}`)
      // A graph that cannot be built shows here, as it does in earnest.
      model('cpu') satisfies Model
      return {
        device: { kind: on === 'cpu' ? 'cpu' : device, name: 'scripted', precision: 'fp32' },
        ...{ notes: [], inputs, outputs },
        async run(given) {
          runs.push(given)
          const act = acts[Math.min(runs.length, acts.length) - 1]!
          if (act instanceof Error) throw act
          return act(given)
        },
      }
    },
    async unload() {
      unloads += 1
    },
  }
}
