/**
 * What a process needs in its environment so that glibc, which hands out memory on most Linux systems, gives large blocks from its
 * heap and uses them again. By itself it asks the system for each block above 32 MB and gives it back when it is freed; while
 * a large model is loaded, the system then clears the same gigabytes page by page more than once: see models/README.md. Other C
 * libraries ignore the variable.
 *
 * @param environment Of the process to be started; what a person has set in it stands.
 */
export function allocatorEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): { readonly GLIBC_TUNABLES?: string } {
  if (platform !== 'linux') return {}
  const own = (environment.GLIBC_TUNABLES ?? '').split(':').filter(Boolean)
  const isSet = (name: string) => own.some((each) => each.startsWith(`${name}=`))
  const added = Object.entries(tunables).filter(([name]) => !isSet(name))
  return { GLIBC_TUNABLES: [...own, ...added.map(([name, value]) => `${name}=${value}`)].join(':') }
}

/** https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html */
const tunables = {
  'glibc.malloc.mmap_max': 0,
  // Bytes at the heap's end that are kept when they are freed: room for the largest weight of a UNet, twice.
  'glibc.malloc.trim_threshold': 256 * 2 ** 20,
}
