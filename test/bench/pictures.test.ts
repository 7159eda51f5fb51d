import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { samplePicture } from '../fixtures/pictures/index.ts'
import { findPictures, openPicture } from './pictures.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('findPictures takes the pictures that have a mask, with their truth', async () => {
  const names = ['hill.jpg', 'hill.mask.png', 'chart.png', 'chart.mask.png', 'chart.gt.jpg', 'no-mask.png']
  await Promise.all(names.map((name) => writeFile(join(folder, name), '')))

  expect(await findPictures(folder, '')).toEqual([
    { name: 'chart', file: at('chart.png'), mask: at('chart.mask.png'), truth: at('chart.gt.jpg') },
    { name: 'hill', file: at('hill.jpg'), mask: at('hill.mask.png'), truth: null },
  ])
})

test('findPictures takes a synthetic picture for its own truth', async () => {
  await writeFile(at('syn-brick.png'), '')
  await writeFile(at('syn-brick.mask.png'), '')

  expect(await findPictures(folder, '')).toMatchObject([{ truth: at('syn-brick.png') }])
})

test('findPictures keeps those whose name has the text', async () => {
  const names = (await findPictures(null, 'syn-')).map(({ name }) => name)

  expect(names).toEqual(['syn-brick', 'syn-grass'])
})

test('findPictures says where it found none', async () => {
  await expect(findPictures(folder, '')).rejects.toThrow(folder)
})

test('openPicture blanks the hole of a picture that is its own truth, and nothing else', async () => {
  const { image, mask, truth } = await openPicture(samplePicture('syn-brick'))

  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    const expected = mask.data[pixel] === 0 ? truth!.data[pixel * 4] : 128
    if (image.data[pixel * 4] !== expected) expect.fail(`Pixel ${pixel} is ${image.data[pixel * 4]}.`)
  }
})

function at(name: string): string {
  return join(folder, name)
}
