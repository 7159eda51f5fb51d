import { describe, expect, test } from 'vitest'
import { failureFrom, missingLibraryIn, OnnxError } from '../../../companion/runtime/failures.ts'

describe('failureFrom', () => {
  test.each([
    ['std::bad_alloc', 'out-of-memory'],
    ['Failed to allocate memory for requested buffer of size 4294967296', 'out-of-memory'],
    ['CUDA failure 2: out of memory ; GPU=0', 'out-of-memory'],
    ['CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED', 'out-of-memory'],
    ['Exception(2) 8007000E Not enough memory resources', 'out-of-memory'],
    ['The GPU device instance has been suspended. 887A0005', 'device-lost'],
    ['WebGPU device lost (reason: unknown)', 'device-lost'],
    ['CUDA failure 719: unspecified launch failure', 'device-lost'],
  ])('takes "%s" for %s', (message, code) => {
    expect(failureFrom(message)).toMatchObject({ name: 'CompanionError', code })
  })

  test('leaves anything else as ONNX Runtime said it', () => {
    const failure = failureFrom('Got invalid dimensions for input: image')
    expect(failure).toBeInstanceOf(OnnxError)
    expect(failure.message).toBe('Got invalid dimensions for input: image')
  })
})

test.each([
  [
    'Failed to load library /x/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory',
    'libcublasLt.so.13',
  ],
  ['dlopen(/x.node): Library not loaded: @rpath/libonnxruntime.1.29.0.dylib', 'libonnxruntime.1.29.0.dylib'],
  [
    'Error loading "C:\\x\\a.dll" which depends on "cudnn64_9.dll" which is missing. (Error 126)',
    'cudnn64_9.dll',
  ],
  ['Failed to get a WebGPU adapter', null],
])('missingLibraryIn finds the name in "%s"', (text, library) => {
  expect(missingLibraryIn(text)).toBe(library)
})
