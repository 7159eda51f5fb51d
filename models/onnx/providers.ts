/** ONNX Runtime's execution providers that Infill builds graphs for. */
export type ExecutionProvider = 'cpu' | 'cuda' | 'webgpu' | 'dml' | 'coreml'

/** The form in which an operator is written where the providers' kernels differ. */
export interface Variants {
  /**
   * pad: the Pad operator · slices: rows and columns cut out and joined. A node without a kernel runs on the CPU,
   * with a copy of its input and output each way, and nothing says so.
   */
  readonly reflectPad: 'pad' | 'slices'
  /**
   * fused: com.microsoft.MultiHeadAttention, which never holds all products of queries and keys · products: MatMul and
   * Softmax.
   */
  readonly attention: 'fused' | 'products'
  /** instances: InstanceNormalization of each group, then scale and shift · groups: GroupNormalization. */
  readonly groupNorm: 'instances' | 'groups'
  readonly gelu: 'Gelu' | 'com.microsoft.Gelu'
}

/**
 * From ONNX Runtime's docs/OperatorKernels.md, and for Core ML from coreml_supported_mlprogram_ops.md, which has no Pad
 * and nothing of com.microsoft but Gelu's like. Where GroupNormalization has no kernel it is expanded into 29 nodes, no
 * faster than InstanceNormalization; ONNX's own Attention is three times as slow as the fused one on the CPU.
 */
export const variants: Readonly<Record<ExecutionProvider, Variants>> = {
  cpu: { reflectPad: 'pad', attention: 'fused', groupNorm: 'instances', gelu: 'Gelu' },
  cuda: { reflectPad: 'pad', attention: 'fused', groupNorm: 'instances', gelu: 'Gelu' },
  webgpu: { reflectPad: 'pad', attention: 'fused', groupNorm: 'instances', gelu: 'Gelu' },
  dml: { reflectPad: 'pad', attention: 'fused', groupNorm: 'instances', gelu: 'com.microsoft.Gelu' },
  coreml: { reflectPad: 'slices', attention: 'products', groupNorm: 'groups', gelu: 'Gelu' },
}
