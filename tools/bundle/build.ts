/**
 * Bundles the `hive` binary and the workers into `dist/`, over what `tsc` wrote there. One module of
 * 2,000 takes time at each start and memory for its whole text; a bundle takes half of both. The
 * library (`dist/src` and others) stays as it is, and so do packages that have native code, WebAssembly
 * or a size that few starts need.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'
import { inAscii } from './ascii.ts'
import { licencesOf } from './licences.ts'
import type { BuildOptions, Plugin } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Beside `dist/node`, so that paths relative to a chunk and to the binary are the same. */
const CHUNKS = 'binary'

const WORKERS = [
  'crdt/voices/voice-worker.ts',
  'src/anonymity/anonymizer-worker.ts',
  'src/sandbox/sandbox-worker.ts',
  'src/search/search-worker.ts'
]

const EXTERNAL = [
  'abstract-level',
  'classic-level',
  'level',
  'memory-level',
  'usearch',
  '@jitl/quickjs-wasmfile-release-sync',
  'quickjs-emscripten-core',
  'libsodium-wrappers-sumo',
  '@anthropic-ai/sdk',
  'openai',
  // Its entry loads its parts in a way that no bundler sees.
  'jsonc-parser',
  // Loaded by fastify for a log of its own, which no node has.
  'pino'
]

/** A file that is not in the bundle. */
const RELATIVE_REQUIRE = /\brequire\d*\(\s*['"]\.[^)]*\)/

/** A file finds its neighbours by its own address, which a bundle has to tell it. */
function ownAddresses(toDist: string): Plugin {
  return {
    name: 'own-addresses',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8')
        if (path.includes('node_modules') || !text.includes('import.meta.url')) return undefined
        const built = relative(ROOT, path).replaceAll('\\', '/').replace(/ts$/, 'js')
        const address = `new URL(${JSON.stringify(`${toDist}/${built}`)}, import.meta.url).href`
        return { contents: text.replaceAll('import.meta.url', address), loader: 'ts' }
      })
    }
  }
}

const SHARED = {
  absWorkingDir: ROOT,
  outdir: 'dist',
  outbase: '.',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'esnext',
  // None of those for bundlers: packages resolve as they do in Node.js.
  conditions: [] as string[],
  external: [...EXTERNAL],
  minifyWhitespace: true,
  // Node.js prints the line in which a program ends with an error.
  lineLimit: 160,
  metafile: true,
  logLevel: 'warning',
  write: false,
  // LICENCES.txt has them.
  legalComments: 'none',
  banner: {
    js: "import{createRequire as createRequireHere}from'node:module';const require=createRequireHere(import.meta.url);"
  }
} as const satisfies BuildOptions

const outputs = await Promise.all([
  bundle({
    ...SHARED,
    entryPoints: ['node/hive.ts'],
    splitting: true,
    chunkNames: `${CHUNKS}/[name]-[hash]`,
    plugins: [ownAddresses('..')]
  }),
  ...WORKERS.map((worker) =>
    bundle({ ...SHARED, entryPoints: [worker], plugins: [ownAddresses('../..')] })
  )
])
for (const { outputFiles } of outputs) {
  for (const { path, text } of outputFiles) {
    const [missing] = RELATIVE_REQUIRE.exec(text) ?? []
    if (missing !== undefined) throw new Error(`"${path}" needs a file beside it: ${missing}.`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, inAscii(text))
  }
}
const inputs = outputs.flatMap(({ metafile }) => Object.keys(metafile.inputs))
writeFileSync(join(ROOT, 'dist', CHUNKS, 'LICENCES.txt'), licencesOf(ROOT, inputs))
for (const file of ['node/hive.ts', ...WORKERS]) {
  // The map of what tsc wrote.
  rmSync(join(ROOT, 'dist', file.replace(/ts$/, 'js.map')), { force: true })
}
