import { CompanionError } from '../errors.ts'

/** ONNX Runtime could not do what it was told, and said why in its own words. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError'
}

/** What was kept in the process for later runs is not there any more: it has to be computed again. */
export class LostError extends Error {
  override readonly name = 'LostError'
}

/** What ONNX Runtime said → an error whose code says what can be done about it, as far as that is known. */
export function failureFrom(message: string): CompanionError | OnnxError {
  if (outOfMemory.test(message)) {
    return new CompanionError('out-of-memory', 'There was too little memory to compute the fill.', {
      cause: new OnnxError(message),
    })
  }
  if (deviceLost.test(message)) {
    return new CompanionError('device-lost', 'The graphics card stopped answering. Try again.', {
      cause: new OnnxError(message),
    })
  }
  return new OnnxError(message)
}

/** As the allocators of the CPU (std::bad_alloc), of CUDA, cuDNN and cuBLAS, of DirectML and of WebGPU say it. */
const outOfMemory =
  /bad_alloc|bad allocation|out of (device )?memory|failed to allocate memory|ALLOC_FAILED|cudaErrorMemoryAllocation|E_OUTOFMEMORY|8007000E/i

/** DXGI_ERROR_DEVICE_REMOVED, _HUNG and _RESET; WebGPU's; CUDA errors after which its context is of no use. */
const deviceLost =
  /device (is |was )?(lost|removed|hung)|887A000[567]|cudaErrorLaunchFailure|cudaErrorIllegalAddress|CUDA failure (700|719)/i

/** The library that a loader looked for in vain, as Linux, macOS and Windows say it; null: none is named. */
export function missingLibraryIn(text: string): string | null {
  const found =
    /([\w.+-]+\.so[.\d]*): cannot open shared object file/.exec(text) ??
    /Library not loaded: (?:.*\/)?([\w.+-]+\.dylib)/.exec(text) ??
    /depends on "([\w.+-]+\.dll)" which is missing/.exec(text)
  return found?.[1] ?? null
}
