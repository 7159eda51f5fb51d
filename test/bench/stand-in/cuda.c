// A stand-in for the CUDA runtime, cuBLAS and cuDNN, for machines without a card: memory is the machine's, kernels compute nothing.
// Functions that are not here return 0, success; libraries.ts adds them. STAND_IN_FILE gets the most bytes that were held.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void *Handle;

static const size_t cardBytes = 80000000000;
static size_t heldBytes, mostBytes;

static void report(void) {
  static int file = -2;
  const char *name = getenv("STAND_IN_FILE");
  if (file == -2) file = name ? open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
  char text[32];
  const int length = snprintf(text, sizeof text, "%zu\n", mostBytes);
  if (file >= 0 && pwrite(file, text, length, 0) < 0) abort();
}

// Before each block lies its size; CUDA's own are aligned to 256 bytes.
enum { headBytes = 256 };

int cudaMalloc(void **at, size_t bytes) {
  char *block;
  if (posix_memalign((void **)&block, headBytes, bytes + headBytes)) return 2; // cudaErrorMemoryAllocation
  *(size_t *)block = bytes;
  heldBytes += bytes;
  if (heldBytes > mostBytes) mostBytes = heldBytes;
  report();
  *at = block + headBytes;
  return 0;
}

int cudaFree(void *at) {
  if (!at) return 0;
  char *block = (char *)at - headBytes;
  heldBytes -= *(size_t *)block;
  free(block);
  return 0;
}

int cudaMallocFromPoolAsync(void **at, size_t bytes) { return cudaMalloc(at, bytes); }
int cudaFreeAsync(void *at) { return cudaFree(at); }
int cudaMallocHost(void **at, size_t bytes) { return *at = calloc(1, bytes), 0; }
int cudaHostAlloc(void **at, size_t bytes) { return *at = calloc(1, bytes), 0; }
int cudaFreeHost(void *at) { return free(at), 0; }
int cudaMemGetInfo(size_t *freeBytes, size_t *total) { return *freeBytes = cardBytes - heldBytes, *total = cardBytes, 0; }
int cudaMemcpy(void *to, const void *from, size_t bytes) { return memmove(to, from, bytes), 0; }
int cudaMemcpyAsync(void *to, const void *from, size_t bytes) { return memmove(to, from, bytes), 0; }
int cudaMemset(void *at, int value, size_t bytes) { return memset(at, value, bytes), 0; }
int cudaMemsetAsync(void *at, int value, size_t bytes) { return memset(at, value, bytes), 0; }
int cudaMemcpyFromSymbol(void *to, const void *symbol, size_t bytes) { return memset(to, 0, bytes), 0; }

// An A100: compute capability 8.0. Places are those of CUDA 13's cudaDeviceProp, which has 1008 bytes.
int cudaGetDeviceProperties(char *properties) {
  memset(properties, 0, 1008);
  strcpy(properties, "Stand-in");
  *(size_t *)(properties + 288) = cardBytes;
  *(size_t *)(properties + 296) = 49152; // sharedMemPerBlock
  *(int *)(properties + 308) = 32;       // warpSize
  *(int *)(properties + 320) = 1024;     // maxThreadsPerBlock
  for (int axis = 0; axis < 3; axis++) *(int *)(properties + 336 + 4 * axis) = 65535; // maxGridSize
  *(int *)(properties + 360) = 8;        // major
  *(int *)(properties + 384) = 108;      // multiProcessorCount
  *(int *)(properties + 604) = 2048;     // maxThreadsPerMultiProcessor
  *(size_t *)(properties + 672) = 166912; // sharedMemPerBlockOptin
  return 0;
}

int cudaDeviceGetAttribute(int *value, int attribute) {
  switch (attribute) {
    case 1: *value = 1024; break;    // cudaDevAttrMaxThreadsPerBlock
    case 8: *value = 49152; break;   // MaxSharedMemoryPerBlock
    case 10: *value = 32; break;     // WarpSize
    case 16: *value = 108; break;    // MultiProcessorCount
    case 39: *value = 2048; break;   // MaxThreadsPerMultiProcessor
    case 75: *value = 8; break;      // ComputeCapabilityMajor
    case 76: *value = 0; break;      // ComputeCapabilityMinor
    case 97: *value = 166912; break; // MaxSharedMemoryPerBlockOptin
    default: *value = 1;
  }
  return 0;
}

int cudaGetDeviceCount(int *count) { return *count = 1, 0; }
int cudaGetDevice(int *device) { return *device = 0, 0; }
int cudaRuntimeGetVersion(int *version) { return *version = 13000, 0; }
int cudaDriverGetVersion(int *version) { return *version = 13000, 0; }
int cudaStreamIsCapturing(Handle stream, int *status) { return *status = 0, 0; }
int cudaEventElapsedTime(float *ms) { return *ms = 1, 0; }
int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks) { return *blocks = 2, 0; }
const char *cudaGetErrorString(int error) { return error == 2 ? "out of memory" : "stand-in"; }
const char *cudaGetErrorName(int error) { return error == 2 ? "cudaErrorMemoryAllocation" : "stand-in"; }
const char *cublasGetStatusString(int status) { return "stand-in"; }
const char *cublasGetStatusName(int status) { return "stand-in"; }
const char *cudnnGetErrorString(int status) { return "stand-in"; }
void cudnnGetLastErrorString(char *message, size_t bytes) { if (bytes) *message = 0; }
size_t cudnnGetVersion(void) { return 91900; }

int cudaFuncGetAttributes(char *attributes) {
  memset(attributes, 0, 48);
  *(int *)(attributes + 24) = 1024; // maxThreadsPerBlock
  return 0;
}

// What is created is never looked into.
#define creates(name) int name(Handle *made) { return *made = calloc(1, 64), 0; }
creates(cudaStreamCreate) creates(cudaStreamCreateWithFlags) creates(cudaEventCreate) creates(cudaEventCreateWithFlags)
creates(cudaMemPoolCreate) creates(cudaLibraryLoadData) creates(cudaLibraryGetKernel) creates(__cudaGetKernel)
creates(cublasCreate_v2) creates(cublasLtCreate) creates(cublasLtMatmulDescCreate) creates(cublasLtMatrixLayoutCreate)
creates(cublasLtMatrixTransformDescCreate) creates(cublasLtMatmulPreferenceCreate) creates(cudnnCreate)
creates(cudnnCreateTensorDescriptor) creates(cudnnCreateFilterDescriptor) creates(cudnnCreateConvolutionDescriptor)
creates(cudnnCreateActivationDescriptor) creates(cudnnCreateReduceTensorDescriptor)

Handle __cudaRegisterFatBinary(void) { return calloc(1, 64); }
int cublasGetMathMode(Handle handle, int *mode) { return *mode = 0, 0; }
int cudnnGetStream(Handle handle, Handle *stream) { return *stream = 0, 0; }
int cudnnBackendCreateDescriptor(int type, Handle *made) { return *made = calloc(1, 64), 0; }

// One plan is found for each convolution, and it needs no memory.
int cudnnBackendGetAttribute(Handle of, int name, int type, long wanted, long *count, void *values) {
  if (count) *count = 1;
  if (type != 15 && values && wanted >= 1) *(long *)values = 0; // 15: CUDNN_TYPE_BACKEND_DESCRIPTOR
  return 0;
}
