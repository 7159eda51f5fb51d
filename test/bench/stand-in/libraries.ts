import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installationFolder } from '../../../companion/installation.ts'

/**
 * Builds stand-ins for the libraries that ONNX Runtime's CUDA provider needs. Wants a C compiler (`cc`) and `nm`.
 *
 * @param provider Its file.
 * @returns the folder for LD_LIBRARY_PATH
 */
export function buildStandIns(provider: string, folder: string): string {
  const libraries = join(folder, 'stand-in')
  mkdirSync(libraries)
  for (const [name, symbols] of Object.entries(neededBy(provider))) {
    const source = join(libraries, `${name}.c`)
    writeFileSync(source, sourceWith(symbols))
    // The provider asks for symbols of each library in a version of that library's name.
    const versions = join(libraries, `${name}.map`)
    writeFileSync(versions, `${name} { global: *; };\n`)
    const versioned = name.endsWith('.so.13') ? [`-Wl,--version-script=${versions}`] : []
    const options = ['-O1', '-w', '-shared', '-fPIC', `-Wl,-soname,${name}`, ...versioned]
    execFileSync('cc', [...options, '-o', join(libraries, name), source])
  }
  return libraries
}

/** By library, what the provider asks of it: by its table of symbols, and of what it opens by name by their names in it. */
function neededBy(provider: string): Record<string, readonly string[]> {
  const undefinedSymbols = execFileSync('nm', ['-D', '--undefined-only', provider], { encoding: 'utf8' })
  const needed: Record<string, string[]> = { 'libcurand.so.10': [] }
  for (const [, symbol, library] of undefinedSymbols.matchAll(/ U (\w+)@(libcu\S+)/g)) {
    needed[library!] ??= []
    needed[library!]!.push(symbol!)
  }
  const text = readFileSync(provider).toString('latin1')
  const named = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))]
  needed['libcudnn.so.9'] = named(/\0(cudnn[A-Z]\w+)(?=\0)/g)
  needed['libcuda.so.1'] = named(/\0(cu[A-Z]\w+)(?=\0)/g)
  return needed
}

function sourceWith(symbols: readonly string[]): string {
  const known = readFileSync(join(installationFolder, 'test/bench/stand-in/cuda.c'), 'utf8')
  const others = symbols.filter((symbol) => !new RegExp(`\\b${symbol}[()]`).test(known))
  return [known, ...others.map((symbol) => `int ${symbol}(void) { return 0; }`), ''].join('\n')
}
