import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder with Infill's own package.json: the same whether this runs from `dist/` or from the sources. */
export const installationFolder = findInstallation(dirname(fileURLToPath(import.meta.url)))

export const version: string = JSON.parse(
  readFileSync(join(installationFolder, 'package.json'), 'utf8'),
).version

/** A file that `npm run build` made, by its name in `dist/`. */
export function builtFile(name: string): string {
  return join(installationFolder, 'dist', name)
}

function findInstallation(folder: string): string {
  const found = join(folder, 'package.json')
  if (existsSync(found) && JSON.parse(readFileSync(found, 'utf8')).name === 'infill') return folder
  const parent = dirname(folder)
  if (parent === folder)
    throw new Error('Expected infill to lie in its own package, but no package.json of it was found.')
  return findInstallation(parent)
}
