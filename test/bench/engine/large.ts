import { readFile } from 'node:fs/promises'
import { decodeImage } from '../../../companion/image/codec.ts'
import type { Image, Mask, Size } from '../../../companion/image/image.ts'
import { resizeImage } from '../../../companion/image/resize.ts'
import { discMask, paintMask } from '../../support/images.ts'
import type { BenchPicture } from '../pictures.ts'
import { attempt } from './attempt.ts'
import type { EngineBenchOptions } from './command.ts'
import type { Contestant } from './contestants.ts'
import { costFigures, type Result, unknownFigures } from './figures.ts'
import { writeInputs } from './inputs.ts'

/**
 * How cost grows: the same hole in a small and a large picture, larger holes, and one that crosses the whole picture. The
 * first of the pictures is enlarged for all of them.
 */
export async function measureLarge(
  [sample]: readonly BenchPicture[],
  contestants: readonly Contestant[],
  { repeat, fresh }: EngineBenchOptions,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const { name, size, maskOf } of largeCases) {
    console.error(name)
    const files = await writeInputs('large', { image: await enlarged(sample!, size), mask: maskOf(size) })
    for (const contestant of contestants) {
      const { cost } = await attempt(contestant, files, { seed: 1, repeat, fresh })
      const figures = { ...unknownFigures, ...costFigures(cost) }
      results.push({ picture: name, contestant: contestant.name, figures })
    }
  }
  return results
}

interface LargeCase {
  readonly name: string
  readonly size: Size
  maskOf(size: Size): Mask
}

const megapixels1 = { width: 1155, height: 866 }
const megapixels12 = { width: 4000, height: 3000 }
const megapixels24 = { width: 6000, height: 4000 }

const largeCases: readonly LargeCase[] = [
  { name: '1 MP, hole of 60,000 px', size: megapixels1, maskOf: (size) => disc(size, 60_000) },
  { name: '12 MP, hole of 60,000 px', size: megapixels12, maskOf: (size) => disc(size, 60_000) },
  { name: '12 MP, hole of 2 %', size: megapixels12, maskOf: (size) => disc(size, 240_000) },
  { name: '24 MP, hole of 2 %', size: megapixels24, maskOf: (size) => disc(size, 480_000) },
  { name: '12 MP, wire across, 9 px wide', size: megapixels12, maskOf: (size) => wire(size, 9) },
]

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
