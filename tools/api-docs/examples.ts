/**
 * Compiles the examples of the public comments, so that they keep up with the code: those of the
 * doors of the package, and all that use `db`, a `HiveNode`.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run } from '../run.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = fileURLToPath(new URL('out/examples', import.meta.url))

const EXAMPLE = /@example\n[ *]+```ts\n([^]*?)\n[ *]+```/g
const PRELUDE = "import { createHive, scriptedProvider, type HiveNode } from 'noormme-hive'"

/** The folder has a package.json above it that is not the package's. */
const TSCONFIG = {
  extends: '../../../../tsconfig.json',
  compilerOptions: {
    paths: {
      'noormme-hive': ['../../../../src/index.ts'],
      'noormme-hive/client': ['../../../../node/client/index.ts'],
      'noormme-hive/*': ['../../../../*/index.ts']
    }
  },
  include: ['*.ts'],
  exclude: []
}

/** Throws when one of them does not compile. */
export function compileExamples(): void {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  writeFileSync(`${out}/tsconfig.json`, JSON.stringify(TSCONFIG))
  for (const path of globSync('{crdt,transport,src,node/client}/**/*.ts', { cwd: root })) {
    const text = readFileSync(`${root}/${path}`, 'utf8')
    for (const [i, [, body = '']] of [...text.matchAll(EXAMPLE)].entries()) {
      const code = body.replaceAll(/^ *\* ?/gm, '')
      const isWhole = code.includes("from 'noormme-hive")
      if (!isWhole && !/\b(?:db|createHive|scriptedProvider)\b/.test(code)) continue
      const db = code.includes(' db = ') ? '' : 'declare const db: HiveNode'
      const name = `${path.replaceAll('/', '-').slice(0, -3)}-${i}.ts`
      writeFileSync(`${out}/${name}`, `${isWhole ? '' : `${PRELUDE}\n${db}`}\n${code}\nexport {}\n`)
    }
  }
  run('tsc', ['-p', out], { cwd: root })
}
