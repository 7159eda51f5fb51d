import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtFile } from '../companion/installation.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'infill-'))
})
afterAll(() => rmSync(home, { recursive: true }))

async function demo(...options: readonly string[]) {
  const env = { ...process.env, INFILL_HOME: home }
  const started = spawn(process.execPath, [builtFile('demo.js'), ...options], { env, cwd: home })
  let output = ''
  for (const stream of [started.stdout, started.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  const [exitCode] = await once(started, 'close')
  return { output, exitCode }
}

test('the demo with an engine that is not installed says what to install, how large it is and under which terms', async () => {
  const { output, exitCode } = await demo('--engine', 'powerpaint')

  expect(exitCode, output).toBe(1)
  expect(output).toContain('PowerPaint needs a model that is not installed')
  expect(output).toContain('Download: 4.1 GB')
  expect(output).toContain('CreativeML Open RAIL-M')
  expect(output).toContain('node dist/infill.js models install powerpaint-v1')
  expect(output).toContain('npm run demo -- --engine powerpaint')
})

test('the demo with an engine that there is not names those that there are', async () => {
  const { output, exitCode } = await demo('--engine', 'magic')

  expect(exitCode, output).toBe(1)
  expect(output).toMatch(/no engine "magic"\. Possible: auto, lama, migan, powerpaint/)
})

test('the demo erases a tree from a photograph, and says where before and after lie and how long it took', async () => {
  const { output, exitCode } = await demo()
  expect(exitCode, output).toBe(0)
  const [before, after] = ['before.jpg', 'after.png'].map((name) => join('demo-output', name))
  expect(output).toContain(before)
  expect(output).toContain(after)
  expect(output).toMatch(/\d+ ms/)
})
