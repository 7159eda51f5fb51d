import type { Device } from '../protocol.ts'
import {
  type DeviceChoice,
  describeDevice,
  devicesToTry,
  hasOnnxRuntime,
  shippedProviders,
} from './device.ts'
import { tryDevice } from './examine.ts'

/** What to look among, and how: for tests. */
export interface Search {
  /** ONNX Runtime's providers. */
  readonly offered?: readonly string[]
  readonly script?: string
  readonly patienceMs?: number
}

/** Longer than any driver takes that works. */
const usualPatienceMs = 20_000

/** The device that models are computed on: the best that can compute a tiny graph. The CPU is not tried. */
export async function findDevice(
  choice: DeviceChoice,
  { offered = hasOnnxRuntime() ? shippedProviders() : [], script, patienceMs = usualPatienceMs }: Search = {},
): Promise<Device> {
  for (const kind of devicesToTry(choice, offered)) {
    if (kind === 'cpu') break
    if ((await tryDevice(kind, { script, patience: AbortSignal.timeout(patienceMs) })) === null)
      return describeDevice(kind)
  }
  return describeDevice('cpu')
}
