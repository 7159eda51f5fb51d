/** ONNX Runtime's execution providers that Infill builds graphs for. */
export type ExecutionProvider = 'cpu' | 'cuda' | 'webgpu' | 'dml' | 'coreml'

/** What numbers are computed in. */
export type Precision = 'float32' | 'float16'

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
  /** fours: convolutions of more than four channels get channels of zeros up to the next multiple of four. */
  readonly convChannels: 'any' | 'fours'
  /** What LaMa's convolutions over pixels are computed in; its Fourier part and what runs past the layers are always float32. */
  readonly lamaConv: Precision
}

/**
 * From ONNX Runtime's docs/OperatorKernels.md, and for Core ML from coreml_supported_mlprogram_ops.md, which has no Pad
 * and nothing of com.microsoft but Gelu's like. Where GroupNormalization has no kernel it is expanded into 29 nodes, no
 * faster than InstanceNormalization; ONNX's own Attention is three times as slow as the fused one on the CPU.
 *
 * Two of WebGPU's kernels give wrong numbers in ONNX Runtime 1.29, and nothing says so: MultiHeadAttention wherever there is more
 * than one query (microsoft/onnxruntime pull request 26715 tells of the same), by 1 % and more; and Conv where nine channels
 * become 320, as in the first layer of Stable Diffusion's UNet (issue 29651). `webgpu.test.ts` would show others.
 */
export const variants: Readonly<Record<ExecutionProvider, Variants>> = {
  cpu: {
    reflectPad: 'pad',
    attention: 'fused',
    groupNorm: 'instances',
    gelu: 'Gelu',
    convChannels: 'any',
    lamaConv: 'float32',
  },
  cuda: {
    reflectPad: 'pad',
    attention: 'fused',
    groupNorm: 'instances',
    gelu: 'Gelu',
    convChannels: 'any',
    lamaConv: 'float16',
  },
  webgpu: {
    reflectPad: 'pad',
    attention: 'products',
    groupNorm: 'instances',
    gelu: 'Gelu',
    convChannels: 'fours',
    lamaConv: 'float32',
  },
  dml: {
    reflectPad: 'pad',
    attention: 'fused',
    groupNorm: 'instances',
    gelu: 'com.microsoft.Gelu',
    convChannels: 'any',
    lamaConv: 'float32',
  },
  coreml: {
    reflectPad: 'slices',
    attention: 'products',
    groupNorm: 'groups',
    gelu: 'Gelu',
    convChannels: 'any',
    lamaConv: 'float32',
  },
}

/**
 * What diffusion models are computed with. float16 is half the memory and, on a graphics card, several times the speed; the CPU's
 * kernels would only convert to and fro. WebGPU has it on some cards only, and Core ML takes it by itself where it is faster.
 */
export const diffusionPrecision: Readonly<Record<ExecutionProvider, Precision>> = {
  cpu: 'float32',
  cuda: 'float16',
  webgpu: 'float32',
  dml: 'float16',
  coreml: 'float32',
}
