import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { decodeImage, decodeMask } from '../../companion/image/codec.ts'
import type { Image, Mask } from '../../companion/image/image.ts'
import { samplePictures } from '../fixtures/pictures/index.ts'

/** A picture with something to remove; paths are absolute. */
export interface BenchPicture {
  readonly name: string
  readonly file: string
  readonly mask: string
  /** The picture without it; the picture's own file where the mask covers an arbitrary part; null: nobody knows. */
  readonly truth: string | null
}

/** Decoded, as every contestant gets it. */
export interface OpenPicture {
  readonly name: string
  /** Where the picture is its own truth, what lies in the hole is blanked. */
  readonly image: Image
  /** Exactly 0 or 255. */
  readonly mask: Mask
  readonly truth: Image | null
}

/**
 * The committed sample pictures, or those of a folder: NAME.png (jpg, jpeg, webp) with NAME.mask.png, and NAME.truth.* or
 * NAME.gt.* where the truth is known. A NAME that begins with `syn-` is its own truth.
 *
 * @throws Error where the folder holds none
 */
export async function findPictures(folder: string | null, only: string): Promise<readonly BenchPicture[]> {
  const all = folder === null ? samplePictures : await picturesOf(resolve(folder))
  const chosen = all.filter(({ name }) => name.includes(only))
  if (chosen.length === 0) {
    throw new Error(`Expected pictures with masks in ${folder ?? 'test/fixtures/pictures'} but found none.`)
  }
  return chosen
}

export async function openPicture({
  name,
  file,
  mask: maskFile,
  truth: truthFile,
}: BenchPicture): Promise<OpenPicture> {
  const image = await readImage(file)
  const mask = await decodeMask(await readFile(maskFile), image, 'mask', new AbortController().signal)
  if (truthFile === null) return { name, image, mask, truth: null }
  const truth = await readImage(truthFile)
  return { name, image: truthFile === file ? blankHole(image, mask) : image, mask, truth }
}

async function picturesOf(folder: string): Promise<BenchPicture[]> {
  const files = (await readdir(folder)).sort()
  const find = (name: string) => files.find((file) => endings.some((ending) => file === `${name}.${ending}`))
  return files.flatMap((maskFile) => {
    const name = /^(.+)\.mask\.png$/.exec(maskFile)?.[1]
    const file = name === undefined ? undefined : find(name)
    if (name === undefined || file === undefined) return []
    const truth = name.startsWith('syn-') ? file : (find(`${name}.truth`) ?? find(`${name}.gt`))
    return {
      name,
      file: join(folder, file),
      mask: join(folder, maskFile),
      truth: truth === undefined ? null : join(folder, truth),
    }
  })
}

const endings = ['png', 'jpg', 'jpeg', 'webp']

async function readImage(file: string): Promise<Image> {
  return (await decodeImage(await readFile(file), { orientation: 'exif' })).image
}

/** Grey in the hole: an engine that looks under the mask gains nothing. */
function blankHole(image: Image, mask: Mask): Image {
  const blanked = { ...image, data: image.data.slice() }
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    if (mask.data[pixel] !== 0) blanked.data.fill(128, pixel * 4, pixel * 4 + 3)
  }
  return blanked
}
