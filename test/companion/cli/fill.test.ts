import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FillArguments, runFill, type Surroundings } from '../../../companion/cli/fill.ts'
import { engines } from '../../../companion/engines/index.ts'
import { CompanionError } from '../../../companion/errors.ts'
import { decodeImage } from '../../../companion/image/codec.ts'
import type { Image } from '../../../companion/image/image.ts'
import { layImage } from '../../../companion/image/over.ts'
import { imageFromPlanes, planesFromImage } from '../../../companion/image/tensor.ts'
import { expectSameImage, pixelAt } from '../../support/assert-image.ts'
import { pngHeader, pngOf, sharpOf } from '../../support/encoded.ts'
import { discMask, gradientImage, paintImage, rectMask } from '../../support/images.ts'
import { Infill } from '../../support/infill.ts'
import { tinyLama, tinyMigan } from '../../support/means.ts'
import { readReference, referencePath } from '../../support/reference.ts'
import { stubEngine } from '../../support/stub-engine.ts'

let folder = ''
let image = ''
let mask = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'infill-fill-'))
  image = await put('image.png', await sharpOf(gradientImage()).withIccProfile('p3').png().toBuffer())
  mask = await put('mask.png', await pngOf(discMask(61, 43, 25, 20, 6)))
})

afterAll(() => rm(folder, { recursive: true }))

async function put(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes)
  return join(folder, name)
}

async function read(path: string): Promise<Image> {
  return (await decodeImage(await readFile(path), { orientation: 'exif' })).image
}

async function run(args: Partial<FillArguments>, surroundings: Partial<Surroundings> = {}) {
  const lines: string[] = []
  const errors: string[] = []
  const exitCode = await runFill(
    { image, mask, ...args },
    {
      engines: [stubEngine()],
      folder,
      print: (line) => lines.push(line),
      printError: (line) => errors.push(line),
      ...surroundings,
    },
  )
  return { exitCode, lines, errors }
}

describe('infill fill', () => {
  test('writes the finished picture and the patch from one fill', async () => {
    const engine = stubEngine()
    const output = join(folder, 'both.png')
    const patch = join(folder, 'both-patch.png')

    const { exitCode, lines } = await run({ output, patch, seed: '5' }, { engines: [engine] })

    expect(exitCode).toBe(0)
    expect(engine.fills).toHaveLength(1)
    expect(lines).toEqual([expect.stringContaining('both.png and ')])
    const picture = await read(image)
    const laid = { ...picture, data: picture.data.slice() }
    layImage(await read(patch), { x: 0, y: 0, width: 61, height: 43 }, laid)
    expectSameImage(await read(output), laid)
    expect(pixelAt(await read(output), 25, 20)).toEqual([200, 120, 5, 255])
  })

  test.each(['png', 'jpg', 'webp'])('writes %s with the profile of the picture', async (ending) => {
    const output = join(folder, `tagged.${ending}`)

    expect((await run({ output })).exitCode).toBe(0)

    const written = await sharp(output).metadata()
    expect(written.format).toBe(ending === 'jpg' ? 'jpeg' : ending)
    expect([written.width, written.height]).toEqual([61, 43])
    expect(written.icc).toEqual((await sharp(image).metadata()).icc)
  })

  test('prints one line of JSON for each variation, with files numbered from 0', async () => {
    const output = join(folder, 'varied.png')

    const { exitCode, lines } = await run({ output, variations: '2', seed: '4294967295', json: true })

    expect(exitCode).toBe(0)
    const results = lines.map((line) => JSON.parse(line))
    expect(results).toMatchObject([
      { engine: 'stub', seed: 4294967295, ms: expect.any(Number), used: { tiles: 1 } },
      { engine: 'stub', seed: 0, ms: expect.any(Number), used: { tiles: 1 } },
    ])
    expect(pixelAt(await read(join(folder, 'varied-0.png')), 25, 20)).toEqual([200, 120, 255, 255])
    expect(pixelAt(await read(join(folder, 'varied-1.png')), 25, 20)).toEqual([200, 120, 0, 255])
    expect(existsSync(output)).toBe(false)
  })

  test('hands task, prompts and options to the engine, each as its own kind of value', async () => {
    const engine = stubEngine({
      tasks: ['fill'],
      takesPrompt: true,
      options: [
        { name: 'steps', kind: 'integer', default: 20, min: 1, max: 50, label: 'Steps' },
        { name: 'strength', kind: 'number', default: 1, min: 0, max: 1, label: 'Strength' },
        { name: 'size', kind: 'choice', default: '512', choices: ['512', '768'], label: 'Size' },
      ],
    })

    const { exitCode } = await run(
      {
        output: join(folder, 'options.png'),
        ...{ task: 'fill', engine: 'stub', prompt: 'a red vase', negative: 'blue', seed: '3' },
        option: ['steps=7', 'strength=0.5', 'size=768', 'preview=true', 'growPx=4'],
      },
      { engines: [engine] },
    )

    expect(exitCode).toBe(0)
    expect(engine.fills[0]!.settings).toEqual({
      ...{ task: 'fill', prompt: 'a red vase', negativePrompt: 'blue', seed: 3 },
      options: { quality: 'balanced', growPx: 4, preview: true, steps: 7, strength: 0.5, size: '768' },
    })
  })

  test('hands on what must not be copied', async () => {
    const engine = stubEngine()
    const avoid = await put('avoid.png', await pngOf(rectMask(61, 43, { x: 0, y: 0, width: 61, height: 10 })))

    const args = { output: join(folder, 'avoiding.png'), avoid, option: ['growPx=0', 'featherPx=0'] }
    expect((await run(args, { engines: [engine] })).exitCode).toBe(0)

    const { tile } = engine.fills[0]!
    expect(tile.avoid!.data.lastIndexOf(255)).toBe(10 * tile.image.width - 1)
  })

  test('fills on as many threads as asked for, and ends', async () => {
    const threads = String(Math.min(2, availableParallelism()))
    const output = join(folder, 'threads.png')
    const infill = new Infill(folder, [
      'fill',
      image,
      mask,
      '-o',
      output,
      '--seed',
      '1',
      '--threads',
      threads,
    ])

    expect(await infill.exitCode).toBe(0)

    expect((await read(output)).width).toBe(61)
  })

  test('expands without a mask', async () => {
    const open = await put('open.png', await pngOf(paintImage(61, 43, (x) => [9, 9, 9, x < 50 ? 255 : 0])))
    const output = join(folder, 'expanded.png')

    expect((await run({ image: open, mask: '-', task: 'expand', output, seed: '1' })).exitCode).toBe(0)

    expect(pixelAt(await read(output), 60, 20)).toEqual([200, 120, 1, 255])
  })

  test.each([
    ['no target', {}, /-o OUT, --patch PATCH.png/],
    [
      'a target of an unknown kind',
      { output: 'out.bmp' },
      /\.png, \.jpg, \.jpeg, \.webp but received out\.bmp/,
    ],
    ['a patch that is no PNG', { patch: 'patch.jpg' }, /\.png file for --patch but received patch\.jpg/],
    ['an unknown task', { output: 'o.png', task: 'erase' }, /remove, fill, expand, shape for --task/],
    ['an unknown engine', { output: 'o.png', engine: 'magic' }, /no engine "magic".*stub/],
    ['a task that no engine does', { output: 'o.png', task: 'shape' }, /"shape".*remove, expand/],
    ['an unknown option', { output: 'o.png', option: ['speed=9'] }, /no option "speed".*quality/],
    ['an option without a value', { output: 'o.png', option: ['growPx'] }, /name=value for --option/],
    ['an option out of range', { output: 'o.png', option: ['growPx=999'] }, /0 to 256 for growPx.*999/],
    ['an option of another kind', { output: 'o.png', option: ['growPx=wide'] }, /whole number.*"wide"/],
    ['a seed that is none', { output: 'o.png', seed: '-1' }, /0 to 4294967295 for --seed but received -1/],
    ['no thread at all', { output: 'o.png', threads: '0' }, /from 1 to \d+ for --threads but received 0/],
    ['too many variations', { output: 'o.png', variations: '9' }, /1 to 8 for --variations but received 9/],
    ['no mask for a removal', { output: 'o.png', mask: '-' }, /needs a mask/],
    ['--raw for an engine without a model', { output: 'o.png', raw: true }, /takes no --raw/],
    ['--avoid with --raw', { output: 'o.png', avoid: 'a.png', raw: true }, /--raw takes no --avoid/],
    ['--weights for an engine without a model', { output: 'o.png', weights: 'w' }, /takes no --weights/],
  ])('calls %s wrong use: exit code 2', async (_name, args, sentence) => {
    const { exitCode, lines, errors } = await run(args)

    expect(exitCode).toBe(2)
    expect(errors).toEqual([expect.stringMatching(sentence)])
    expect(lines).toEqual([])
  })

  test('asks for the prompt that a task needs', async () => {
    const engines = [stubEngine({ tasks: ['fill'], takesPrompt: true })]

    expect((await run({ output: 'o.png', task: 'fill' }, { engines })).exitCode).toBe(2)
  })

  test.each([
    ['a picture that is not there', async () => ({ image: join(folder, 'nowhere.png') })],
    ['a picture that is none', async () => ({ image: await put('text.png', Buffer.from('text')) })],
    [
      'a picture of 400 megapixels',
      async () => ({ image: await put('bomb.png', pngHeader(20_000, 20_000)) }),
    ],
    ['a mask that is not there', async () => ({ mask: join(folder, 'nowhere.png') })],
    [
      'a mask of another shape',
      async () => ({ mask: await put('turned.png', await pngOf(rectMask(43, 61))) }),
    ],
    ['a mask of what to avoid that is not there', async () => ({ avoid: join(folder, 'nowhere.png') })],
    [
      'a mask of what to avoid that is no PNG',
      async () => ({ avoid: await put('avoid.txt', Buffer.from('text')) }),
    ],
    ['an empty mask', async () => ({ mask: await put('empty.png', await pngOf(rectMask(61, 43))) })],
  ])('blames %s: exit code 3', async (_name, args) => {
    const { exitCode, errors } = await run({ output: join(folder, 'never.png'), ...(await args()) })

    expect(exitCode).toBe(3)
    expect(errors).toHaveLength(1)
    expect(existsSync(join(folder, 'never.png'))).toBe(false)
  })

  test('blames a missing model: exit code 4', async () => {
    const engines = [stubEngine({ models: ['some-model'] })]

    expect(await run({ output: 'o.png' }, { engines })).toMatchObject({
      exitCode: 4,
      errors: [
        'Stub needs a model that is not installed.',
        expect.stringContaining('infill models install some-model'),
      ],
    })
  })

  describe('with weights of one’s own', () => {
    test('runs LaMa, and says where', async () => {
      const args = { engine: 'lama', weights: tinyLama, device: 'cpu', json: true }
      const { exitCode, lines } = await run({ ...args, output: join(folder, 'lama.png') }, { engines })
      expect(exitCode).toBe(0)
      expect(JSON.parse(lines[0]!)).toMatchObject({
        engine: 'lama',
        used: { device: { kind: 'cpu' }, peakBytes: expect.any(Number) },
      })
    })

    test('writes what predict.py would, with --raw', async () => {
      const reference = await readReference(referencePath('lama', 'tiny', 'expected.safetensors'))
      const size = { width: 47, height: 33 }
      const picture = imageFromPlanes(reference('33x47/image_u8').data, size)
      const hole = { ...size, data: Uint8Array.from(reference('33x47/mask_u8').data) }
      const args = {
        image: await put('reference.png', await pngOf(picture)),
        mask: await put('reference-mask.png', await pngOf(hole)),
        output: join(folder, 'raw.png'),
        ...{ engine: 'lama', weights: tinyLama, raw: true, json: true, seed: '3' },
      }
      const { exitCode, lines } = await run(args, { engines })
      expect(exitCode).toBe(0)
      expect(JSON.parse(lines[0]!)).toMatchObject({
        engine: 'lama',
        seed: 3,
        used: { workWidth: 47, workHeight: 33 },
      })
      const expected = reference('33x47/composite_u8').data
      const off = planesFromImage(await read(args.output)).map((value, i) => Math.abs(value - expected[i]!))
      expect(Math.max(...off)).toBeLessThanOrEqual(1)
    })

    test('runs any MI-GAN pipeline, and writes with --raw what the pipeline gives', async () => {
      const known = await sharp(referencePath('migan', '96x128.mask.png'))
        .negate({ alpha: false })
        .png()
        .toBuffer()
      const args = {
        image: referencePath('migan', '96x128.image.png'),
        mask: await put('migan-mask.png', known),
        ...{ engine: 'migan', weights: tinyMigan(folder), device: 'cpu', json: true },
      }
      const [output, raw] = [join(folder, 'migan.png'), join(folder, 'migan-raw.png')]
      expect(await run({ ...args, output }, { engines })).toMatchObject({ exitCode: 0 })
      expect(await run({ ...args, output: raw, raw: true }, { engines })).toMatchObject({ exitCode: 0 })
      const expected = await read(referencePath('migan', '96x128.result.png'))
      const off = (await read(raw)).data.map((value, i) => Math.abs(value - expected.data[i]!))
      expect(Math.max(...off)).toBeLessThanOrEqual(1)
    })

    test.each([
      [
        'a file that is not there',
        { weights: '/nowhere/big-lama.pt' },
        4,
        /big-lama\.pt could not be opened/,
      ],
      [
        'a file that is no weights',
        { weights: referencePath('lama', 'README.md') },
        4,
        /README\.md cannot be used/,
      ],
      ['a device that nobody knows', { device: 'tpu' }, 2, /auto, cuda.*for --device but received tpu/],
      [
        '--raw with a patch',
        { raw: true, patch: 'p.png', weights: tinyLama },
        2,
        /With --raw there is no patch/,
      ],
    ])('refuses %s', async (_, args, exitCode, sentence) => {
      const output = join(folder, 'never.png')
      const result = await run({ output, engine: 'lama', ...args }, { engines })
      expect(result).toMatchObject({
        exitCode,
        errors: expect.arrayContaining([expect.stringMatching(sentence)]),
      })
      expect(existsSync(output)).toBe(false)
    })
  })

  test('blames the device: exit code 4', async () => {
    const engine = stubEngine()
    engine.failWith(new CompanionError('out-of-memory', 'Too little memory.', { hint: 'Close something.' }))

    expect(await run({ output: 'o.png' }, { engines: [engine] })).toMatchObject({
      exitCode: 4,
      errors: ['Too little memory.', 'Close something.'],
    })
  })

  test('says that a result cannot be written: exit code 1', async () => {
    const { exitCode, errors } = await run({ output: join(folder, 'no', 'such', 'folder.png') })

    expect(exitCode).toBe(1)
    expect(errors).toEqual([expect.stringMatching(/folder\.png cannot be written: ENOENT/)])
  })

  test('ends when it is cancelled, without a file', async () => {
    const engine = stubEngine()
    const cancelling = new AbortController()
    engine.block()

    const running = run(
      { output: join(folder, 'cancelled.png') },
      { engines: [engine], signal: cancelling.signal },
    )
    await engine.blocked()
    cancelling.abort()

    expect(await running).toEqual({ exitCode: 1, lines: [], errors: ['Cancelled.'] })
    expect(engine.openCount).toBe(0)
    expect(existsSync(join(folder, 'cancelled.png'))).toBe(false)
  })

  test('ends at Ctrl-C, and listens no longer afterwards', async () => {
    const engine = stubEngine()
    const before = process.listenerCount('SIGINT')
    engine.block()

    const running = run({ output: join(folder, 'interrupted.png') }, { engines: [engine] })
    await engine.blocked()
    process.emit('SIGINT')

    expect(await running).toMatchObject({ exitCode: 1, errors: ['Cancelled.'] })
    expect(process.listenerCount('SIGINT')).toBe(before)
  })

  test('lets a bug keep its stack', async () => {
    const engine = stubEngine()
    const bug = new TypeError('undefined is not a function')
    engine.failWith(bug)

    await expect(run({ output: 'o.png' }, { engines: [engine] })).rejects.toBe(bug)
  })
})
