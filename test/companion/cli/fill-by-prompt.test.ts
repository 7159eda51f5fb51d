import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Mask } from '../../../companion/image/image.ts'
import type { Samples } from '../../../companion/image/samples.ts'
import { tinyFolder } from '../../support/diffusion.ts'
import { pngOf } from '../../support/encoded.ts'
import { goldenCalls, goldenPictures, goldenWords, optionsOf } from '../../support/golden-calls.ts'
import { gradientImage, rectMask } from '../../support/images.ts'
import { Infill } from '../../support/infill.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'infill-'))
  for (const model of ['sd15-tiny', 'sd2-tiny'] as const) tinyFolder(model, join(folder, model))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('infill fill --engine stable-diffusion --weights FOLDER --raw, as built', () => {
  test.each(['sd15-crop-8', 'sd15-two-images-9x13', 'sd2-lcm-4'])(
    'writes the pictures of %s',
    async (name) => {
      const call = goldenCalls.find((one) => one.name === name)!
      const { image, mask, made } = await goldenPictures(call)
      const paths = await writeInputs(name, image, mask)
      const options = Object.entries(optionsOf(call)).flatMap(([option, value]) => [
        '--option',
        `${option}=${value}`,
      ])

      const infill = new Infill(folder, [
        ...['fill', paths.image, paths.mask, '--engine', 'stable-diffusion', '--raw'],
        ...['--weights', join(folder, call.model), '--seed', String(call.seed)],
        ...['--prompt', goldenWords.prompt, '--negative', goldenWords.negativePrompt],
        ...['--variations', String(made.length), '-o', `${name}-out.png`, '--json', ...options],
      ])

      expect(await infill.exitCode, infill.output).toBe(0)
      const lines = infill.output.trim().split('\n')
      expect(lines).toHaveLength(made.length)
      expect(JSON.parse(lines[0]!)).toMatchObject({ engine: 'stable-diffusion', seed: call.seed })
      for (const [i, expected] of made.entries()) {
        const file = join(folder, made.length === 1 ? `${name}-out.png` : `${name}-out-${i}.png`)
        const { data, info } = await sharp(readFileSync(file))
          .removeAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true })
        expect(info).toMatchObject({ width: expected.width, height: expected.height })
        const off = data.map((value, at) => Math.abs(value - expected.data[at]!))
        expect(Math.max(...off)).toBeLessThanOrEqual(1)
      }
    },
  )

  test.each([
    ['a size that is no multiple of 8', ['--option', 'width=100'], 2, /multiples of 8.*100 and 48/],
    ['an option of the pipeline without --raw', ['--no-raw'], 2, /no option "width"/],
    ['a folder that is no model', ['--weights', 'nowhere'], 4, /nowhere.*could not be opened/],
  ])('refuses %s', async (_, changes, exitCode, sentence) => {
    const name = 'sd2-lcm-4'
    const call = goldenCalls.find((one) => one.name === name)!
    const { image, mask } = await goldenPictures(call)
    const paths = await writeInputs('refused', image, mask)

    const infill = new Infill(folder, [
      ...[
        'fill',
        paths.image,
        paths.mask,
        '--engine',
        'stable-diffusion',
        '--weights',
        join(folder, call.model),
      ],
      ...[
        '-o',
        'never.png',
        ...(changes[0] === '--no-raw' ? ['--option', 'width=96'] : ['--raw', ...changes]),
      ],
    ])

    expect(await infill.exitCode, infill.output).toBe(exitCode)
    expect(infill.output).toMatch(sentence)
    expect(existsSync(join(folder, 'never.png'))).toBe(false)
  })
})

test('infill fill takes a preset, each of its numbers otherwise, and changes nothing outside the hole', async () => {
  const [width, height] = [90, 70]
  const picture = gradientImage(width, height)
  await writeFile(join(folder, 'room.png'), await pngOf(picture))
  const hole = { x: 30, y: 20, width: 28, height: 24 }
  await writeFile(join(folder, 'hole.png'), await pngOf(rectMask(width, height, hole)))
  const fillBy = async (preset: string) => {
    const options = [`preset=${preset}`, 'steps=2', 'size=256', 'growPx=0', 'featherPx=0']
    const infill = new Infill(folder, [
      ...['fill', 'room.png', 'hole.png', '--engine', 'stable-diffusion', '--json'],
      ...['--weights', join(folder, 'sd15-tiny'), '--prompt', 'a red vase', '--seed', '7'],
      ...['-o', `${preset}.png`, ...options.flatMap((option) => ['--option', option])],
    ])
    expect(await infill.exitCode, infill.output).toBe(0)
    expect(JSON.parse(infill.output)).toMatchObject({ seed: 7, used: { steps: 2, workWidth: 256 } })
    return sharp(readFileSync(join(folder, `${preset}.png`)))
      .ensureAlpha()
      .raw()
      .toBuffer()
  }
  const [car, book] = [await fillBy('car'), await fillBy('book')]

  expect(car).not.toEqual(book)
  const isInside = (pixel: number) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    return x >= hole.x && x < hole.x + hole.width && y >= hole.y && y < hole.y + hole.height
  }
  const changed = picture.data.findIndex((value, i) => !isInside(i >> 2) && car[i] !== value)
  expect(changed).toBe(-1)
})

async function writeInputs(name: string, image: Samples, mask: Mask) {
  const paths = { image: join(folder, `${name}.png`), mask: join(folder, `${name}-mask.png`) }
  const { width, height, data } = image
  await writeFile(
    paths.image,
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  )
  await writeFile(paths.mask, await pngOf(mask))
  return paths
}
