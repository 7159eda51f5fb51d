import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { ports } from '../../companion/protocol.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(join(root, 'manifest.json'), 'utf8')
const manifest = JSON.parse(text)
const sources = readdirSync(join(root, 'plugin'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(root, 'plugin', name), 'utf8'))
  .join('\n')

describe('the manifest', () => {
  test('names no IP address, which Figma refuses', () => {
    expect(text).not.toMatch(/\d+\.\d+\.\d+\.\d+|\[::/)
  })

  test('lets the window reach the companion’s ports and nothing else', () => {
    const { allowedDomains, devAllowedDomains } = manifest.networkAccess
    const reachable = ['ws', 'http'].flatMap((scheme) => ports.map((port) => `${scheme}://localhost:${port}`))
    expect([...allowedDomains].sort()).toEqual(reachable.sort())
    expect(devAllowedDomains).toBeUndefined()
  })

  test('gives the reason that Figma asks for where there is a local server', () => {
    expect(manifest.networkAccess.reasoning.length).toBeGreaterThan(40)
  })

  test('asks for nothing that cannot be published', () => {
    expect(Object.keys(manifest).filter((key) => key.startsWith('enable'))).toEqual([])
    expect(manifest.permissions).toBeUndefined()
    expect(manifest.documentAccess).toBe('dynamic-page')
  })

  test('names the files that the build makes', () => {
    expect([manifest.main, manifest.ui]).toEqual(['dist/code.js', 'dist/ui.html'])
    expect(existsSync(join(root, manifest.main))).toBe(true)
    expect(readFileSync(join(root, 'build.mjs'), 'utf8')).toMatch(/writeFile\(join\(dist, 'ui\.html'\)/)
  })

  test('lists the relaunch buttons that are put on layers, and no others', () => {
    const used = [...sources.matchAll(/setRelaunchData\(\{ (\w+):/g)].map(([, command]) => command)
    expect(manifest.relaunchButtons.map(({ command }: { command: string }) => command)).toEqual([
      ...new Set(used),
    ])
  })

  test('does without the word Figma in the name', () => {
    expect(manifest.name).not.toMatch(/figma/i)
  })
})

describe('the sandbox code as built', () => {
  const code = readFileSync(join(root, manifest.main), 'utf8')

  test('uses nothing that Figma’s sandbox lacks', () => {
    const lacking =
      /\b(document|window|navigator|localStorage|XMLHttpRequest|WebSocket|fetch|TextDecoder|TextEncoder|URL|structuredClone|btoa|atob|eval|import)\b *[.(]/
    expect(code.replace(/\/\/.*$/gm, '').match(lacking)).toBeNull()
  })

  test('is a script of ES2017, which runs on old desktop builds', async () => {
    const [old, latest] = await Promise.all(
      ['es2017', 'esnext'].map(async (target) => (await transform(code, { target, charset: 'utf8' })).code),
    )
    expect(old).toBe(latest)
    expect(code).not.toMatch(/^export /m)
  })
})
