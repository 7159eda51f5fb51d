import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './data-folder.ts'

/** An environment whose `npm` knows one address, whatever it is asked for; null: it knows nothing, and fails. */
export function environmentWithNpm(address: string | null): NodeJS.ProcessEnv {
  const folder = temporaryFolder()
  const npm = join(folder, 'npm')
  const body = address === null ? 'exit 1' : `echo '${JSON.stringify(address)}'`
  writeFileSync(npm, `#!/bin/sh\n${body}\n`)
  chmodSync(npm, 0o755)
  return { PATH: `${folder}:${process.env.PATH}` }
}
