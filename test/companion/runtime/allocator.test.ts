import { describe, expect, test } from 'vitest'
import { allocatorEnvironment } from '../../../companion/runtime/allocator.ts'

const [heapOnly, trim] = ['glibc.malloc.mmap_max=0', 'glibc.malloc.trim_threshold=268435456']

describe('allocatorEnvironment', () => {
  test.each([
    { what: 'has large blocks come from the heap on Linux', own: undefined, gives: `${heapOnly}:${trim}` },
    { what: 'takes an empty variable for none', own: '', gives: `${heapOnly}:${trim}` },
    {
      what: 'adds to what a person has set',
      own: 'glibc.malloc.arena_max=2:glibc.rtld.nns=4',
      gives: `glibc.malloc.arena_max=2:glibc.rtld.nns=4:${heapOnly}:${trim}`,
    },
    {
      what: 'leaves to a person what they have decided',
      own: 'glibc.malloc.mmap_max=65536',
      gives: `glibc.malloc.mmap_max=65536:${trim}`,
    },
  ])('$what', ({ own, gives }) => {
    const environment = own === undefined ? {} : { GLIBC_TUNABLES: own }
    expect(allocatorEnvironment(environment, 'linux')).toEqual({ GLIBC_TUNABLES: gives })
  })

  test.each(['darwin', 'win32'] as const)('sets nothing on %s', (platform) => {
    expect(allocatorEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.arena_max=2' }, platform)).toEqual({})
  })
})
