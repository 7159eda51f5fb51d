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
