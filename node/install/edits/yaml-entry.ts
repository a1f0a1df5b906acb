/**
 * The MCP entry in a YAML configuration. The text is spliced, since a document that is printed
 * again loses indentation, quotes and folds. Each result is parsed and compared.
 */
import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, parseAllDocuments, stringify } from 'yaml'
import { Refusal } from '../client.ts'
import { isMcpCommand } from '../launch.ts'
import { applySplices, isBlank, styleOf } from './text-style.ts'
import type { Document, Pair, YAMLMap } from 'yaml'
import type { Edit } from '../client.ts'

export interface YamlEntry {
  /** The map that has the entries, at the top of the document. */
  readonly map: string
  readonly name: string
  /** Properties that hive sets at each installation: `cmd` and `args` among them. */
  readonly properties: Readonly<Record<string, unknown>>
  /** Properties that hive sets once; users may change them. */
  readonly defaults: Readonly<Record<string, unknown>>
}

type Values = Readonly<Record<string, unknown>>

export function yamlEntry(entry: YamlEntry): Edit {
  const { map, name, properties, defaults } = entry
  return {
    command: (text) => commandOf(valuesOf(parse(text), map)[name]),
    install(text, { force }) {
      const base = text ?? ''
      const document = parse(base)
      const existing = valuesOf(document, map)[name]
      const isOurs = commandOf(existing) !== undefined
      if (existing !== undefined && !isOurs && !force) {
        throw new Refusal(
          `already has an entry "${map}.${name}" that hive did not write. Rename that entry, or add --force to replace it`
        )
      }
      const value = { ...(isOurs ? Object(existing) : defaults), ...properties }
      if (isDeepStrictEqual(existing, value)) return base
      const place = pairs(mapOf(document, map)).find((pair) => keyOf(pair) === name)
      const result =
        place === undefined
          ? added(base, document, entry, value)
          : replaced(base, place, entry, value)
      return checked(result, map, document, { ...valuesOf(document, map), [name]: value })
    },
    remove(text) {
      if (isBlank(text)) return text
      const document = parse(text)
      const { [name]: existing, ...others } = valuesOf(document, map)
      if (commandOf(existing) === undefined) return text
      return checked(removed(text, document, entry), map, document, others)
    }
  }
}

function parse(text: string): Document.Parsed {
  const documents = parseAllDocuments(text)
  // A text of blanks and comments has no document.
  if (!Array.isArray(documents) || documents.length === 0) return parseOne('{}')
  const [document] = documents
  const [error] = document?.errors ?? []
  if (error !== undefined) {
    const [reason = ''] = error.message.split('\n')
    throw new Refusal(`is not valid YAML: ${reason.replace(/:$/, '')}`)
  }
  if (document === undefined || documents.length > 1)
    throw new Refusal('has more than one YAML document')
  const { contents } = document
  const isEmpty = contents === null || (isScalar(contents) && contents.value === null)
  if (!isEmpty && !isMap(contents)) throw new Refusal('is not a YAML map')
  return document
}

function parseOne(text: string): Document.Parsed {
  const [document] = parseAllDocuments(text)
  if (document === undefined) throw new Refusal('is not a YAML document')
  return document
}

function valuesOf(document: Document.Parsed, map: string): Values {
  const value = valuesOfDocument(document)[map] ?? {}
  if (typeof value !== 'object' || Array.isArray(value))
    throw new Refusal(`has "${map}", but not as a map`)
  return { ...value }
}

function valuesOfDocument(document: Document.Parsed): Values {
  const values: unknown = document.toJS()
  return typeof values === 'object' && values !== null ? { ...values } : {}
}

function commandOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { cmd, args }: { readonly cmd?: unknown; readonly args?: unknown } = value
  const words: unknown[] = [cmd, ...(Array.isArray(args) ? args : [])]
  return isMcpCommand(words) ? words.filter((word) => typeof word === 'string') : undefined
}

function mapOf(document: Document.Parsed, map: string): YAMLMap | undefined {
  const found: unknown = document.get(map, true)
  return isMap(found) ? found : undefined
}

function pairs(map: YAMLMap | undefined): readonly Pair[] {
  return map?.items ?? []
}

function keyOf({ key }: Pair): unknown {
  return isScalar(key) ? key.value : key
}

function rangeOf(node: unknown): readonly [number, number] {
  const range: unknown =
    typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  const [start, end]: readonly unknown[] = Array.isArray(range) ? range : []
  if (typeof start !== 'number' || typeof end !== 'number') {
    throw new Refusal('has the entry in a form that hive does not edit. Edit it by hand')
  }
  return [start, end]
}

function added(text: string, document: Document.Parsed, entry: YamlEntry, value: Values): string {
  const { eol } = styleOf(text)
  const unit = unitOf(text)
  const root = isMap(document.contents) ? pairs(document.contents) : []
  const parent = root.find((pair) => keyOf(pair) === entry.map)
  const map = mapOf(document, entry.map)
  const [first] = pairs(map)
  const last = pairs(map).at(-1)
  if (parent === undefined) {
    const gap = text === '' || text.endsWith('\n') ? '' : eol
    return text + gap + block({ [entry.map]: { [entry.name]: value } }, '', unit, eol)
  }
  if (map?.flow === true && first !== undefined && last !== undefined) {
    const [, at] = rangeOf(last.value ?? last.key)
    return applySplices(text, [
      { at, length: 0, text: `, ${entry.name}: ${JSON.stringify(value)}` }
    ])
  }
  if (first !== undefined && last !== undefined) {
    const [start] = rangeOf(first.key)
    const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
    return insertLines(
      text,
      endOfPair(text, last),
      block({ [entry.name]: value }, indent, unit, eol),
      eol
    )
  }
  const [, keyEnd] = rangeOf(parent.key)
  const child = block({ [entry.name]: value }, unit, unit, eol)
  const braces = map === undefined ? undefined : rangeOf(map)
  const cut = text.indexOf(':', keyEnd) + 1
  const open = braces === undefined ? text : text.slice(0, cut) + text.slice(braces[1])
  return insertLines(open, lineEnd(open, cut), child, eol)
}

function replaced(text: string, pair: Pair, entry: YamlEntry, value: Values): string {
  const [start] = rangeOf(pair.key)
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  if (before.trim() !== '') {
    const [at, end] = rangeOf(pair.value)
    return applySplices(text, [{ at, length: end - at, text: JSON.stringify(value) }])
  }
  const { eol } = styleOf(text)
  const at = start - before.length
  const lines = block({ [entry.name]: value }, before, unitOf(text), eol)
  return applySplices(text, [{ at, length: endOfPair(text, pair) - at, text: lines }])
}

function removed(text: string, document: Document.Parsed, entry: YamlEntry): string {
  const map = mapOf(document, entry.map)
  const items = pairs(map)
  const index = items.findIndex((pair) => keyOf(pair) === entry.name)
  const pair = items[index]
  if (pair === undefined) return text
  if (map?.flow === true) {
    const [start] = rangeOf(pair.key)
    const [, end] = rangeOf(pair.value)
    const previous = items[index - 1]
    const next = items[index + 1]
    if (previous !== undefined)
      return text.slice(0, rangeOf(previous.value ?? previous.key)[1]) + text.slice(end)
    return text.slice(0, start) + text.slice(next === undefined ? end : rangeOf(next.key)[0])
  }
  const root = isMap(document.contents) ? pairs(document.contents) : []
  const parent = root.find((each) => keyOf(each) === entry.map)
  const whole = items.length === 1 && parent !== undefined ? parent : pair
  const start = text.lastIndexOf('\n', rangeOf(whole.key)[0] - 1) + 1
  return text.slice(0, start) + text.slice(endOfPair(text, whole))
}

function insertLines(text: string, at: number, lines: string, eol: string): string {
  const gap = at === 0 || text[at - 1] === '\n' ? '' : eol
  return text.slice(0, at) + gap + lines + text.slice(at)
}

function endOfPair(text: string, pair: Pair): number {
  return lineEnd(text, rangeOf(pair.value ?? pair.key)[1])
}

function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset
  const found = text.indexOf('\n', offset)
  return found === -1 ? text.length : found + 1
}

/** YAML forbids tabs as indentation. */
function unitOf(text: string): string {
  const { unit } = styleOf(text)
  return unit === '\t' ? '  ' : unit
}

function block(value: Values, indent: string, unit: string, eol: string): string {
  const lines = stringify(value, { indent: unit.length, lineWidth: 0 }).trimEnd().split('\n')
  return lines.map((line) => indent + line + eol).join('')
}

/** The splice must have changed the one entry and nothing else. */
function checked(text: string, map: string, before: Document.Parsed, entries: Values): string {
  const { [map]: _, ...expected } = valuesOfDocument(before)
  try {
    const { [map]: changed, ...others } = valuesOfDocument(parse(text))
    const isExact = isDeepStrictEqual({ ...Object(changed) }, entries)
    if (isExact && isDeepStrictEqual(others, expected)) return text
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  throw new Refusal(`has "${map}" in a form that hive does not edit. Edit it by hand`)
}
