import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

const ROOT = new URL('../../', import.meta.url)

describe('docs', () => {
  const folders = '{crdt,transport,src,node,bench,tools,test,examples}'
  const files = globSync([`${folders}/**/*.{ts,json}`, '*.{ts,json,md}', 'docs/**/*.md'], {
    cwd: ROOT
  })
  const pages = files.filter((file) => /^([A-Z]+|docs\/.*)\.md$/.test(file))

  it('name source files that exist', () => {
    const names = new Set(files.map((file) => basename(file)))
    const gone = pages.flatMap((page) =>
      [...read(page).matchAll(/`([\w./-]+\.ts)`/g)]
        .map(([, path = '']) => path)
        .filter((path) => !(path.includes('/') ? isPath(path, files) : names.has(path)))
        .map((path) => `${page}: ${path}`)
    )
    assert.deepEqual(gone, [])
  })

  it('list every event of a node, and no other', () => {
    const sources = [
      'src/runtime/hive-events.ts',
      'transport/swarm-init.ts',
      'src/models/model-service.ts',
      'src/skills/skill-events.ts'
    ]
    const declared = sources.flatMap((file) => matches(read(file), /^ {2}'(\w+:[\w-]+)':/gm))
    const listed = matches(read('docs/EVENTS.md'), /^\| `(\w+:[\w-]+)`/gm)
    assert.ok(declared.length > 20)
    assert.deepEqual(listed.toSorted(), declared.toSorted())
  })
})

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name)
}

function read(page: string): string {
  return readFileSync(new URL(page, ROOT), 'utf8')
}

/** A path from the root, or the end of one. */
function isPath(path: string, files: readonly string[]): boolean {
  return files.some((file) => file === path || file.endsWith(`/${path}`))
}
