import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'acorn'
import { full } from 'acorn-walk'
import { transformWithEsbuild } from 'vite'
import { T } from '../../../node/dashboard/strings.ts'
import type { CallExpression, Node } from 'acorn'

const FOLDER = fileURLToPath(new URL('../../../node/dashboard/', import.meta.url))
const SOURCES = globSync('**/*.{ts,tsx}', { cwd: FOLDER }).filter(
  (file) => !['strings.ts', 'vite.config.ts'].includes(file)
)

/** Properties whose values a reader sees or hears. */
const READ = new Set(['alt', 'aria-label', 'children', 'label', 'placeholder', 'title', 'yes'])

/** Names of what is typed, and not translated. */
const NAMES = /^(?:[^A-Za-z]*|B|kB|MB|d|h|min|ms|s)$/

describe('the texts of the dashboard', () => {
  it('are all in one file', async () => {
    const found: string[] = []
    for (const file of SOURCES) {
      const { code } = await transformWithEsbuild(readFileSync(FOLDER + file, 'utf8'), file, {
        loader: 'tsx',
        jsx: 'automatic',
        jsxImportSource: 'preact'
      })
      full(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), (node) => {
        for (const text of textsOf(node)) if (!NAMES.test(text)) found.push(`${file}: ${text}`)
      })
    }
    assert.deepEqual(found, [])
  })

  it('are all used', () => {
    const code = SOURCES.map((file) => readFileSync(FOLDER + file, 'utf8')).join('\n')
    const unused: string[] = []
    for (const [part, texts] of Object.entries(T)) {
      for (const name of Object.keys(texts)) {
        const isNamed = new RegExp(`\\b(?:T\\.${part}|t)\\.${name}\\b`).test(code)
        // Of a part that is indexed, each name may be read.
        const isIndexed = new RegExp(`T\\.${part}\\[|\\bt\\[`).test(code) && /^[a-z]+$/.test(name)
        if (!isNamed && !isIndexed) unused.push(`${part}.${name}`)
      }
    }
    assert.deepEqual(unused, [])
  })
})

describe('the components of the dashboard', () => {
  it('have at most 150 lines', () => {
    const long = SOURCES.map(
      (file) => [file, readFileSync(FOLDER + file, 'utf8').split('\n').length - 1] as const
    )
    assert.deepEqual(
      long.filter(([, lines]) => lines > 150),
      []
    )
  })
})

/** Literal texts among the read properties of an element. */
function textsOf(node: Node): string[] {
  if (node.type !== 'CallExpression') return []
  const { callee, arguments: given } = node as CallExpression
  const properties = given[1]
  if (callee.type !== 'Identifier' || !/^jsxs?$/.test(callee.name)) return []
  if (properties?.type !== 'ObjectExpression') return []
  return properties.properties.flatMap((each) => {
    if (each.type !== 'Property') return []
    const name =
      each.key.type === 'Identifier'
        ? each.key.name
        : String((each.key as { value?: unknown }).value)
    return READ.has(name) ? literalsOf(each.value) : []
  })
}

function literalsOf(node: Node): string[] {
  const texts: string[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (typeof value !== 'object' || value === null || !('type' in value)) return
    const { type } = value
    // Names within expressions are not shown: comparisons, keys of objects, arguments of calls.
    if (type === 'Literal' && 'value' in value && typeof value.value === 'string')
      texts.push(value.value.trim())
    else if (type === 'TemplateLiteral' && 'quasis' in value) {
      for (const { value: quasi } of value.quasis as { value: { cooked: string } }[])
        texts.push(quasi.cooked.trim())
    } else if (type === 'ConditionalExpression' && 'consequent' in value && 'alternate' in value) {
      visit(value.consequent)
      visit(value.alternate)
    } else if (type === 'ArrayExpression' && 'elements' in value) visit(value.elements)
  }
  visit(node)
  return texts.filter((text) => text !== '')
}
