import type { GraphOptions } from '../onnx/graph.ts'
import type { ExecutionProvider } from '../onnx/providers.ts'

/** What every part of Stable Diffusion can be built with. */
export interface BuildOptions extends GraphOptions {
  readonly provider?: ExecutionProvider
}
