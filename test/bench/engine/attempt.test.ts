import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { samplePicture } from '../../fixtures/pictures/index.ts'
import { attempt } from './attempt.ts'
import type { Contestant } from './contestants.ts'

const { file: image, mask } = samplePicture('astronaut-patch')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('attempt takes the median cost of its runs', async () => {
  const { cost } = await attempt(copying('1'), { image, mask }, { seed: 1, repeat: 3, fresh: false, folder })

  expect(await runs()).toBe(3)
  expect(cost).toEqual({ wallMs: 20, processorMs: 2, wholeProcessorMs: 4, peakBytes: 8 })
})

test('attempt keeps a peer’s fill until it is to be fresh, or the peer is another', async () => {
  const options = { seed: 1, repeat: 1, fresh: false, folder }
  const first = await attempt(copying('1'), { image, mask }, options)
  const second = await attempt(copying('1'), { image, mask }, options)
  expect([second.file, second.cost]).toEqual([first.file, first.cost])
  expect(await runs()).toBe(1)

  await attempt(copying('1'), { image, mask }, { ...options, fresh: true })
  await attempt(copying('2'), { image, mask }, options)
  expect(await runs()).toBe(3)
})

test('attempt never keeps what has no fingerprint', async () => {
  const options = { seed: 1, repeat: 1, fresh: false, folder }
  await attempt(copying(null), { image, mask }, options)
  await attempt(copying(null), { image, mask }, options)

  expect(await runs()).toBe(2)
})

test('attempt fails with the contestant’s own words', async () => {
  const broken = { ...copying('1'), arguments: ['-e', 'throw new Error("no luck")'] }
  const options = { seed: 1, repeat: 1, fresh: false, folder }

  await expect(attempt(broken, { image, mask }, options)).rejects.toThrow('no luck')
})

/** Hands the picture back as it is; its n-th run costs 10 n ms. */
function copying(fingerprint: string | null): Contestant {
  const script = `
    const { appendFileSync, copyFileSync, readFileSync } = require('node:fs')
    const [log, image, mask, output] = process.argv.slice(1)
    appendFileSync(log, '.')
    copyFileSync(image, output)
    console.log(JSON.stringify({ wallMs: 10 * readFileSync(log).length, processorMs: 2, wholeProcessorMs: 4, peakBytes: 8 }))`
  return {
    name: 'copying',
    version: '1',
    program: process.execPath,
    arguments: ['-e', script, join(folder, 'log')],
    seeded: false,
    fingerprint,
  }
}

async function runs(): Promise<number> {
  return (await readFile(join(folder, 'log'), 'utf8')).length
}
