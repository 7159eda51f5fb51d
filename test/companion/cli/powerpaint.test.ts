import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Mask } from '../../../companion/image/image.ts'
import type { Samples } from '../../../companion/image/samples.ts'
import { pngOf } from '../../support/encoded.ts'
import { Infill } from '../../support/infill.ts'
import { powerPaintCalls, powerPaintFolder, powerPaintReference } from '../../support/powerpaint.ts'

let folder: string
let weights: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'infill-'))
  weights = await powerPaintFolder(join(folder, 'weights'), 'original')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('infill fill --engine powerpaint --weights FOLDER, as built', () => {
  test.each(powerPaintCalls)('with --raw writes the picture of $name', async (call) => {
    const { image, mask, made } = await powerPaintReference(call)
    const paths = await writeInputs(call.name, image, mask)
    const { mode, steps, guidance, fitting } = call
    const options = Object.entries({ mode, steps, guidance, fitting })

    const infill = new Infill(folder, [
      ...['fill', ...paths, '--engine', 'powerpaint', '--weights', weights, '--raw'],
      ...['--prompt', call.prompt, '--negative', call.negativePrompt, '--seed', String(call.seed)],
      ...options.flatMap(([name, value]) => ['--option', `${name}=${value}`]),
      ...['-o', `${call.name}-out.png`, '--json'],
    ])

    expect(await infill.exitCode, infill.output).toBe(0)
    expect(JSON.parse(infill.output)).toMatchObject({ engine: 'powerpaint', seed: call.seed })
    const out = sharp(readFileSync(join(folder, `${call.name}-out.png`)))
    const { data, info } = await out.removeAlpha().raw().toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width: call.width, height: call.height })
    const off = data.map((value, at) => Math.abs(value - made.data[at]!))
    expect(Math.max(...off)).toBeLessThanOrEqual(1)
  })

  test('follows a shape', async () => {
    const { image, mask } = await powerPaintReference(powerPaintCalls[0]!)
    const paths = await writeInputs('shape', image, mask)
    const infill = new Infill(folder, [
      ...['fill', ...paths, '--engine', 'powerpaint', '--weights', weights, '--task', 'shape'],
      ...['--prompt', 'a red vase', '--option', 'fitting=0.6', '--option', 'size=256'],
      ...['--option', 'steps=2', '-o', 'shape-out.png', '--json'],
    ])

    expect(await infill.exitCode, infill.output).toBe(0)
    expect(JSON.parse(infill.output).used).toMatchObject({ engine: 'powerpaint', steps: 2 })
  })

  test.each([
    [
      'a task that it does not know',
      ['--raw', '--option', 'mode=magic'],
      /one of text-guided, object-removal/,
    ],
    ['a mode without --raw', ['--option', 'mode=text-guided'], /no option "mode"/],
  ])('refuses %s', async (_, changes, sentence) => {
    const { image, mask } = await powerPaintReference(powerPaintCalls[0]!)
    const paths = await writeInputs('refused', image, mask)
    const infill = new Infill(folder, [
      ...['fill', ...paths, '--engine', 'powerpaint', '--weights', weights, '-o', 'never.png', ...changes],
    ])

    expect(await infill.exitCode, infill.output).toBe(2)
    expect(infill.output).toMatch(sentence)
  })
})

async function writeInputs(name: string, { data, width, height }: Samples, mask: Mask) {
  const [picture, hole] = [join(folder, `${name}.png`), join(folder, `${name}-mask.png`)]
  const png = sharp(data, { raw: { width, height, channels: 3 } }).png()
  await writeFile(picture, await png.toBuffer())
  await writeFile(hole, await pngOf(mask))
  return [picture, hole]
}
