// Builds everything that runs into dist/:
//   code.js               Figma's sandbox
//   ui.html               the window, one self-contained file
//   playground.html       the window on a page of its own, served by the companion
//   infill.js             the companion and its command line
//   patchmatch-worker.js  the embedded engine's thread
//   patchmatch-helper.js  a thread that helps it
//   patchmatch.wasm       its kernels
//   select-worker.js      the selectors' thread
//   runtime-child.js      the process that owns ONNX Runtime
//   demo.js               `npm run demo`
//   bench.js, bench-…     `npm run bench`
//   chunks/               what infill.js and bench.js load when they need it
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import asc from 'assemblyscript/asc'
import { build as bundle } from 'esbuild'

const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, 'dist')

/** @type {import('esbuild').BuildOptions} */
const common = { absWorkingDir: root, bundle: true, write: false, logLevel: 'warning', charset: 'utf8' }

/** @create-figma-plugin/ui imports its global style sheet as '!../css/base.css', for its own bundler. */
const bangCss = {
  name: 'bang-css',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^!.*\.css$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(1)),
      sideEffects: true,
    }))
  },
}

export async function build() {
  await rm(join(dist, 'chunks'), { recursive: true, force: true })
  await mkdir(join(dist, 'chunks'), { recursive: true })
  const [code, ui, node, kernels] = await Promise.all([
    bundleSandbox(),
    bundlePage('ui/main.tsx', 'Infill'),
    bundleNode(),
    compileKernels(),
  ])
  // The playground frames the window as `srcdoc`, so that it needs no second address.
  const playground = await bundlePage('ui/playground/main.tsx', 'Infill playground', {
    __WINDOW_HTML__: JSON.stringify(ui),
  })
  await Promise.all([
    writeFile(join(dist, 'code.js'), code),
    writeFile(join(dist, 'ui.html'), ui),
    writeFile(join(dist, 'playground.html'), playground),
    writeFile(join(dist, 'patchmatch.wasm'), kernels),
    ...node.map(({ path, contents }) => writeFile(path, contents)),
  ])
}

/** Figma's sandbox: no DOM, no network; ES2017 runs on every desktop build that is still about. */
async function bundleSandbox() {
  const { outputFiles } = await bundle({
    ...common,
    entryPoints: ['plugin/main.ts'],
    outfile: 'dist/code.js',
    format: 'iife',
    platform: 'neutral',
    target: 'es2017',
  })
  return outputFiles[0].text
}

/**
 * One HTML file with its script and style inside: Figma loads nothing else.
 * @param {string} entry @param {string} title @param {Record<string, string>} define
 */
async function bundlePage(entry, title, define = {}) {
  const { outputFiles } = await bundle({
    ...common,
    entryPoints: [entry],
    outdir: 'dist',
    format: 'iife',
    platform: 'browser',
    target: ['chrome115', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    define,
    plugins: [bangCss],
  })
  const script = textOf(outputFiles, '.js').replaceAll('</script', '<\\/script')
  const style = textOf(outputFiles, '.css')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<div id="root"></div>
<script>${script}</script>
</body>
</html>
`
}

async function bundleNode() {
  /** @type {import('esbuild').BuildOptions} */
  const node = {
    ...common,
    outdir: 'dist',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
  }
  const bundles = await Promise.all([
    // Split, so that a command loads only what it runs.
    bundle({
      ...node,
      entryPoints: { infill: 'companion/main.ts', bench: 'test/bench/main.ts' },
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
    }),
    bundle({
      ...node,
      entryPoints: {
        'patchmatch-worker': 'companion/engines/patchmatch/worker.ts',
        'patchmatch-helper': 'companion/engines/patchmatch/helper.ts',
        'select-worker': 'companion/select/worker.ts',
        'runtime-child': 'companion/runtime/child.ts',
        demo: 'test/demo.ts',
        'bench-infill': 'test/bench/engine/infill.ts',
      },
    }),
  ])
  return bundles.flatMap(({ outputFiles }) => outputFiles)
}

/**
 * Disabled is "Exchange of 'v128' values is not supported by all embeddings": only kernels exchange them.
 * `threads` is for the shared memory alone.
 */
const kernelOptions = [
  '-O3 --noAssert --runtime stub --enable simd,threads --disableWarning 112',
  '--importMemory --sharedMemory --maximumMemory 65536',
].flatMap((options) => options.split(' '))

/** AssemblyScript → WebAssembly with SIMD, on a memory that the host brings along (companion/engines/patchmatch). */
async function compileKernels() {
  /** @type {Uint8Array | null} */
  let compiled = null
  const { error, stderr } = await asc.main(
    ['companion/engines/patchmatch/kernels/index.ts', '--outFile', 'patchmatch.wasm', ...kernelOptions],
    {
      readFile: (name, folder) => readFile(resolve(root, folder, name), 'utf8').catch(() => null),
      writeFile: (_, contents) => {
        compiled = contents
      },
      listFiles: () => [],
    },
  )
  if (error || !compiled) throw new Error(`The kernels do not compile.\n${stderr}`, { cause: error })
  return compiled
}

/** @param {import('esbuild').OutputFile[]} files @param {string} ending */
function textOf(files, ending) {
  return files.find(({ path }) => path.endsWith(ending))?.text ?? ''
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await build()
