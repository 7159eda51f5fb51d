import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const rooms = ['plugin', 'ui', 'companion', 'models'] as const
type Room = (typeof rooms)[number]

/** Which room may import what: a folder, or a single file. */
const allowed: Record<Room, readonly string[]> = {
  plugin: ['plugin'],
  ui: ['ui', 'plugin/messages.ts', 'companion/protocol.ts'],
  companion: ['companion', 'models'],
  models: ['models'],
}

/** The contracts run on both sides of a border, so they import nothing and use neither Node nor the DOM. */
const contracts = ['companion/protocol.ts', 'plugin/messages.ts']

describe('imports', () => {
  test.each(rooms)('of %s stay within what it may know', (room) => {
    const strays = importsOf(room).filter(
      ({ target }) => !allowed[room].some((place) => target === place || target.startsWith(`${place}/`)),
    )
    expect(strays).toEqual([])
  })

  test('never lead from one engine to another', () => {
    const engineOf = (path: string) => /^companion\/engines\/([^/]+)\//.exec(path)?.[1]
    const strays = importsOf('companion').filter(({ file, target }) => {
      const [from, to] = [engineOf(file), engineOf(target)]
      return from !== undefined && to !== undefined && from !== to
    })
    expect(strays).toEqual([])
  })

  test.each(rooms)('of %s never run in a circle, types included', (room) => {
    expect(circlesIn(importsOf(room))).toEqual([])
  })

  test.each(contracts)('are not needed by the contract %s', (file) => {
    const source = withoutComments(readFileSync(join(root, file), 'utf8'))
    expect(source).not.toMatch(/^import .*from/m)
    expect(source).not.toMatch(/\b(Buffer|process|document|window|figma)\./)
  })

  test('of node stay in the companion, and figma in the plugin', () => {
    for (const room of rooms) {
      for (const file of sourcesOf(room)) {
        const source = withoutComments(readFileSync(join(root, file), 'utf8'))
        if (room !== 'companion') expect(source, file).not.toMatch(/from 'node:/)
        if (room !== 'plugin') expect(source, file).not.toMatch(/\bfigma\.[a-z]/)
      }
    }
  })
})

interface Import {
  readonly file: string
  readonly target: string
}

/** The files of each circle in the order of its imports; each file begins at most one. */
function circlesIn(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>()
  for (const { file, target } of imports) targets.set(file, [...(targets.get(file) ?? []), target])
  const cleared = new Set<string>()
  const circles: string[][] = []
  for (const file of targets.keys()) follow(file, [])
  return circles

  function follow(file: string, path: readonly string[]): void {
    if (path.includes(file)) circles.push(path.slice(path.indexOf(file)))
    if (path.includes(file) || cleared.has(file)) return
    for (const target of targets.get(file) ?? []) follow(target, [...path, file])
    cleared.add(file)
  }
}

/** Relative imports of a room, both ends as paths from the root. */
function importsOf(room: Room): Import[] {
  return sourcesOf(room).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import) ?\(?'(\.[^']+)'/g)].map(
      ([, specifier]) => ({
        file,
        target: toPosix(relative(root, resolve(root, dirname(file), specifier!))),
      }),
    ),
  )
}

function sourcesOf(room: Room): string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => toPosix(join(room, name)))
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')
}

function toPosix(path: string): string {
  return path.split(sep).join('/')
}
