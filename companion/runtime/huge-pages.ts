/**
 * What a process needs in its environment, so that its large blocks of memory come in pages of 2 MB instead of 4 kB where
 * Linux gives such pages on request only (`madvise` in /sys/kernel/mm/transparent_hugepage/enabled, as most distributions
 * have it). Loading a large model is for the greater part the system's work of handing out gigabytes page by page: see
 * models/README.md. glibc asks for them from version 2.35 on; an older one and other C libraries ignore the variable.
 *
 * @param environment Of the process to be started; what a person has set in it stands.
 */
export function hugePagesEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): { readonly GLIBC_TUNABLES?: string } {
  const own = environment.GLIBC_TUNABLES ?? ''
  if (platform !== 'linux' || own.includes(name)) return {}
  return { GLIBC_TUNABLES: [own, `${name}=1`].filter(Boolean).join(':') }
}

/** https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html */
const name = 'glibc.malloc.hugetlb'
