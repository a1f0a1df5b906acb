import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parse as parseJsonc } from 'jsonc-parser'
import { parse as parseToml, stringify as stringifyToml } from 'smol-toml'
import { parse as parseYaml, stringify as stringifyYaml } from 'yaml'
import { CLIENTS } from '../../../node/install/index.ts'
import { undoOf } from '../../../node/install/record.ts'
import { applySplices } from '../../../node/install/edits/text-style.ts'
import { LAUNCH } from '../../fixtures/install-cases.ts'
import type { ParseError } from 'jsonc-parser'
import type { Place } from '../../../node/install/index.ts'

const PLACE: Place = { home: '/home/ada', platform: 'linux', env: {} }
const OPTIONS = { force: false }

const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/)
const string = fc.string({ maxLength: 12 })
const scalar = fc.oneof(string, fc.integer({ min: -1e6, max: 1e6 }), fc.boolean())
const server = fc.record(
  { command: string, args: fc.array(string, { maxLength: 3 }) },
  { noNullPrototype: true }
)
const servers = fc.dictionary(word, server, { minKeys: 1, maxKeys: 3, noNullPrototype: true })
const rest = fc.dictionary(
  word,
  fc.oneof(scalar, fc.dictionary(word, scalar, { noNullPrototype: true })),
  { maxKeys: 3, noNullPrototype: true }
)

/** The edits of the file that has the client's MCP entry, one after the other. */
function editsOf(name: string): { install(text: string): string; remove(text: string): string } {
  const files = CLIENTS.find((client) => client.name === name)?.files(PLACE, LAUNCH) ?? []
  const edits = files.filter(({ paths }) => paths.at(-1) === files[0]?.paths.at(-1))
  return {
    install: (before) => edits.reduce((result, { edit }) => edit.install(result, OPTIONS), before),
    remove: (after) =>
      edits.toReversed().reduce((result, { edit }) => edit.remove(result) ?? '', after)
  }
}

/** JSON with comments on half of its lines, and trailing commas. */
function decorated(value: unknown, unit: string, eol: string): string {
  const lines = JSON.stringify(value, null, unit).split('\n')
  const commented = lines.map((line, index) => (index % 2 === 0 ? `${line} // ${index}` : line))
  const text = ['// head', ...commented].join(eol)
  return text.replaceAll(/([}\]"\w])((?: \/\/ \d+)?\r?\n\s*[}\]])/g, '$1,$2')
}

describe('edits of configurations', () => {
  const style = fc.constantFrom('\t', '  ', '    ')
  const lineEnd = fc.constantFrom('\n', '\r\n')

  for (const [name, key] of [
    ['cursor', 'mcpServers'],
    ['gemini', 'mcpServers'],
    ['vscode', 'servers'],
    ['zed', 'context_servers']
  ] as const) {
    it(`add one entry to any JSON of ${name}, and take it out again to the byte`, () => {
      const edits = editsOf(name)
      fc.assert(
        fc.property(
          rest,
          servers,
          style,
          lineEnd,
          fc.boolean(),
          (others, map, unit, eol, plain) => {
            const value = { ...others, [key]: map, last: 1 }
            const before = plain
              ? JSON.stringify(value, null, unit).replaceAll('\n', eol)
              : decorated(value, unit, eol)
            const after = edits.install(before)
            const { [key]: edited, hooks: _, ...kept } = Object(parseJsonc(after))
            const { [key]: __, ...expected } = value
            assert.deepEqual({ ...kept }, expected)
            const { hive, ...left } = Object(edited)
            assert.equal(hive.args.at(-1), 'mcp')
            assert.deepEqual(left, { ...map })
            assert.equal(edits.install(after), after)
            assert.equal(edits.remove(after), before)
            assert.equal(applySplices(after, undoOf(before, after)), before)
          }
        ),
        { numRuns: 150 }
      )
    })
  }

  it('do not push what follows an entry into a comment before it', () => {
    const { remove } = editsOf('cursor')
    const hive = '"hive": { "command": "/n/node", "args": ["/p/hive.js", "mcp"] }'
    for (const [entries, left] of [
      [`// c\n${hive}, "b": 1`, { b: 1 }],
      [`"a": 1, // c\n${hive}`, { a: 1 }],
      [`"a": 1, // c\n${hive}, "b": 1`, { a: 1, b: 1 }],
      [`"a": 1 // c\n, ${hive}`, { a: 1 }]
    ] as const) {
      const errors: ParseError[] = []
      const after = remove(`{ "mcpServers": { ${entries} } }`)
      assert.deepEqual(parseJsonc(after, errors), { mcpServers: left }, after)
      assert.deepEqual(errors, [])
    }
  })

  it('add one table to any TOML, and take it out again', () => {
    const edits = editsOf('codex')
    fc.assert(
      fc.property(rest, servers, fc.boolean(), (others, map, hasServers) => {
        const value = hasServers ? { ...others, mcp_servers: map } : others
        const before = `# head\n${stringifyToml(value)}`
        const after = edits.install(before)
        const { mcp_servers: edited, ...kept } = Object(parseToml(after))
        const { hive, ...left } = edited
        assert.equal(hive.command, LAUNCH.node)
        const expected: Record<string, unknown> = JSON.parse(JSON.stringify(parseToml(before)))
        const { mcp_servers: expectedServers = {}, ...expectedRest } = expected
        assert.deepEqual(JSON.parse(JSON.stringify(kept)), expectedRest)
        assert.deepEqual(JSON.parse(JSON.stringify(left)), expectedServers)
        assert.equal(edits.install(after), after)
        const removed = edits.remove(after)
        assert.equal(removed, before.endsWith('\n') ? before : `${before}\n`)
      }),
      { numRuns: 150 }
    )
  })

  it('refuse a table whose header is in a text too', () => {
    const table = '[mcp_servers.hive]\ncommand = "/old/node"\nargs = ["/old/hive.js", "mcp"]\n'
    const before = `notes = """\n[mcp_servers.hive]\n"""\n\n${table}`
    const { install, remove } = editsOf('codex')
    assert.throws(() => install(before), /in a form that hive does not edit/)
    assert.throws(() => remove(before), /in a form that hive does not edit/)
  })

  it('add one entry to any YAML, and take it out again', () => {
    const edits = editsOf('goose')
    fc.assert(
      fc.property(rest, servers, fc.constantFrom(2, 4), (others, map, indent) => {
        const value = { ...others, extensions: map, last: 'x' }
        const before = `# head\n${stringifyYaml(value, { indent })}# tail\n`
        const after = edits.install(before)
        const { extensions, ...kept } = Object(parseYaml(after))
        const { hive, ...left } = extensions
        assert.equal(hive.cmd, LAUNCH.node)
        const { extensions: _, ...expected } = value
        assert.deepEqual(kept, { ...expected })
        assert.deepEqual(left, { ...map })
        assert.equal(edits.install(after), after)
        assert.equal(edits.remove(after), before)
      }),
      { numRuns: 150 }
    )
  })

  it('are undone by the difference of any two texts', () => {
    const lines = fc
      .array(fc.constantFrom('a\n', 'b\n', '\n', 'ab\r\n', 'c'))
      .map((all) => all.join(''))
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        assert.equal(applySplices(after, undoOf(before, after)), before)
      })
    )
  })
})
