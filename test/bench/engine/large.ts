import { readFile } from 'node:fs/promises'
import { decodeImage } from '../../../companion/image/codec.ts'
import type { Image, Mask, Size } from '../../../companion/image/image.ts'
import { resizeImage } from '../../../companion/image/resize.ts'
import { discMask, paintMask } from '../../support/images.ts'
import type { BenchPicture } from '../pictures.ts'

/** A large picture that is made when it is needed. */
export interface LargeCase {
  readonly name: string
  open(): Promise<{ image: Image; mask: Mask; truth: null }>
}

/** How cost grows: the same hole in a small and a large picture, larger holes, and one that crosses the whole picture. */
export function largeCases(pictures: readonly BenchPicture[]): readonly LargeCase[] {
  const size1 = { width: 1155, height: 866 }
  const size12 = { width: 4000, height: 3000 }
  const size24 = { width: 6000, height: 4000 }
  const sample = pictures[0]!
  const of = (name: string, size: Size, makeMask: (size: Size) => Mask): LargeCase => ({
    name,
    async open() {
      return { image: await enlarged(sample, size), mask: makeMask(size), truth: null }
    },
  })
  return [
    of('1 MP, hole of 60,000 px', size1, (size) => disc(size, 60_000)),
    of('12 MP, hole of 60,000 px', size12, (size) => disc(size, 60_000)),
    of('12 MP, hole of 2 %', size12, (size) => disc(size, 240_000)),
    of('24 MP, hole of 2 %', size24, (size) => disc(size, 480_000)),
    of('12 MP, wire across, 9 px wide', size12, (size) => wire(size, 9)),
  ]
}

async function enlarged({ file }: BenchPicture, size: Size): Promise<Image> {
  const { image } = await decodeImage(await readFile(file), { orientation: 'exif' })
  const large = resizeImage(image, size)
  addGrain(large, 6)
  return large
}

/** A camera's picture is not as smooth as an enlarged one. Up to ± `levels` out of 255, the same every time. */
function addGrain({ data }: Image, levels: number): void {
  let state = 1
  for (let sample = 0; sample < data.length; sample += 1) {
    if (sample % 4 === 3) continue
    // xorshift32: G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const grain = ((state >>> 0) % (2 * levels + 1)) - levels
    data[sample] = Math.min(255, Math.max(0, data[sample]! + grain))
  }
}

/** In the middle. */
function disc({ width, height }: Size, areaPx: number): Mask {
  return discMask(width, height, width / 2, height / 2, Math.sqrt(areaPx / Math.PI))
}

/** Hangs from the left side to the right one. */
function wire({ width, height }: Size, thicknessPx: number): Mask {
  return paintMask(width, height, (x, y) => {
    const sag = 4 * (x / width) * (1 - x / width)
    return Math.abs(y - height * (0.25 + 0.25 * sag)) <= thicknessPx / 2
  })
}
