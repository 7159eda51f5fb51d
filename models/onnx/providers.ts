/** ONNX Runtime's execution providers that Infill builds graphs for. */
export type ExecutionProvider = 'cpu' | 'cuda' | 'webgpu' | 'dml' | 'coreml'

/** The form in which an operator is written where the providers' kernels differ. */
export interface Variants {
  /**
   * pad: the Pad operator · slices: rows and columns cut out and joined. A node without a kernel runs on the CPU,
   * with a copy of its input and output each way, and nothing says so.
   */
  readonly reflectPad: 'pad' | 'slices'
}

/**
 * From ONNX Runtime's docs/OperatorKernels.md, and for Core ML from coreml_supported_mlprogram_ops.md, which has no Pad.
 */
export const variants: Readonly<Record<ExecutionProvider, Variants>> = {
  cpu: { reflectPad: 'pad' },
  cuda: { reflectPad: 'pad' },
  webgpu: { reflectPad: 'pad' },
  dml: { reflectPad: 'pad' },
  coreml: { reflectPad: 'slices' },
}
