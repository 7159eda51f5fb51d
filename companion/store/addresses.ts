import type { ModelDefinition, ModelFile } from '../../models/model.ts'
import { CompanionError } from '../errors.ts'

/**
 * Where to ask for a file, in turn: the mirror first, then where it was published. A mirror may hold the files as
 * BASE/MODEL/NAME, or mirror a publisher as a whole (BASE and the path that the file has there).
 *
 * @param mirror Base address, from INFILL_MIRROR; empty: none
 * @throws CompanionError 'download-failed' when it is no address
 */
export function addressesOf(model: ModelDefinition, file: ModelFile, mirror: string): string[] {
  if (mirror === '') return [...file.urls]
  if (!/^https?:\/\//.test(mirror) || !URL.canParse(mirror)) {
    throw new CompanionError(
      'download-failed',
      `INFILL_MIRROR is ${JSON.stringify(mirror)}, which is not an address. Write it like https://mirror.example/infill, or leave it out.`,
    )
  }
  const base = mirror.replace(/\/+$/, '')
  const mirrored = [
    `${base}/${model.id}/${file.name}`,
    ...file.urls.map((url) => base + new URL(url).pathname),
  ]
  return [...new Set([...mirrored, ...file.urls])]
}
