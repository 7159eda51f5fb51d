import { describe, expect, test } from 'vitest'
import { hugePagesEnvironment } from '../../../companion/runtime/huge-pages.ts'

describe('hugePagesEnvironment', () => {
  test.each([
    { what: 'asks for them on Linux', own: undefined, gives: 'glibc.malloc.hugetlb=1' },
    { what: 'takes an empty variable for none', own: '', gives: 'glibc.malloc.hugetlb=1' },
    {
      what: 'adds to what a person has set',
      own: 'glibc.malloc.arena_max=2:glibc.rtld.nns=4',
      gives: 'glibc.malloc.arena_max=2:glibc.rtld.nns=4:glibc.malloc.hugetlb=1',
    },
    { what: 'leaves to a person what they have decided', own: 'glibc.malloc.hugetlb=0', gives: undefined },
  ])('$what', ({ own, gives }) => {
    const environment = own === undefined ? {} : { GLIBC_TUNABLES: own }
    expect(hugePagesEnvironment(environment, 'linux').GLIBC_TUNABLES).toBe(gives)
  })

  test.each(['darwin', 'win32'] as const)('sets nothing on %s', (platform) => {
    expect(hugePagesEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.arena_max=2' }, platform)).toEqual({})
  })
})
