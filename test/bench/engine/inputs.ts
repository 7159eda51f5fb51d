import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePatch } from '../../../companion/image/codec.ts'
import type { Image, Mask } from '../../../companion/image/image.ts'
import { sharpFrom } from '../../../companion/image/samples.ts'
import { installationFolder } from '../../../companion/installation.ts'

/** What the benchmark writes, unless told otherwise. Ignored by git. */
export const outputFolder = join(installationFolder, 'bench-output')

/** A picture as every contestant reads it: PNG, so that no two decoders of JPEG differ. */
export interface PictureFiles {
  readonly image: string
  readonly mask: string
}

export async function writeInputs(
  name: string,
  { image, mask }: { readonly image: Image; readonly mask: Mask },
): Promise<PictureFiles> {
  const files = { image: inputFile(`${name}.png`), mask: inputFile(`${name}.mask.png`) }
  await mkdir(inputFile('.'), { recursive: true })
  await writeFile(files.image, await encodePatch(image, null))
  await sharpFrom(mask).toColourspace('b-w').png().toFile(files.mask)
  return files
}

export async function writeTruth(name: string, truth: Image): Promise<string> {
  const file = inputFile(`${name}.truth.png`)
  await writeFile(file, await encodePatch(truth, null))
  return file
}

function inputFile(name: string): string {
  return join(outputFolder, 'inputs', name)
}
