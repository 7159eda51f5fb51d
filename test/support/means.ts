import type { Means } from '../../companion/engines/engine.ts'

/** No model is installed, and there is no ONNX Runtime. */
export const noMeans: Means = {
  files: () => Promise.reject(new Error('Expected an engine without models.')),
  runtime: {
    load: () => Promise.reject(new Error('Expected an engine without models.')),
    unload: async () => {},
    memory: { budgetBytes: 0, peakBytes: 0 },
  },
}
