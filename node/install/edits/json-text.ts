/**
 * Edits of JSON texts that change nothing but the named values: comments, order, indentation and
 * line ends stay. Each function parses the text that it is given and returns the new text.
 */
import { createScanner, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser'
import { Refusal } from '../client.ts'
import { applySplices, lineIndent, position, styleOf } from './text-style.ts'
import type { Node, ParseError } from 'jsonc-parser'
import type { Splice } from './text-style.ts'

/** Names of properties and indexes of elements. */
export type Path = readonly (string | number)[]

/** Whether the client accepts comments and trailing commas in the file. */
export type JsonDialect = 'json' | 'jsonc'

/** Throws `Refusal` with the position unless the text is one object of the dialect. */
export function checkJson(text: string, dialect: JsonDialect): void {
  const errors: ParseError[] = []
  const isLenient = dialect === 'jsonc'
  const options = { disallowComments: !isLenient, allowTrailingComma: isLenient }
  const root = parseTree(text, errors, options)
  const [error] = errors
  if (error !== undefined) {
    const reason = wordsOf(printParseErrorCode(error.error))
    throw new Refusal(`is not valid JSON: ${reason} at ${position(text, error.offset)}`)
  }
  if (root?.type !== 'object') throw new Refusal('is not a JSON object')
}

/** "CommaExpected" in words. */
function wordsOf(code: string): string {
  return code.replaceAll(/(?!^)[A-Z]/g, ' $&').toLowerCase()
}

/** The value at a path, or undefined. */
export function valueAt(text: string, path: Path): unknown {
  const node = nodeAt(text, path)
  return node === undefined ? undefined : getNodeValue(node)
}

/** Sets a value, in place if the path has one, else as the last property; makes objects on the way. */
export function setValue(text: string, path: Path, value: unknown): string {
  const existing = nodeAt(text, path)
  if (existing !== undefined) return replaceNode(text, existing, value)
  const { parent, rest } = deepest(text, path)
  expectType(parent, 'object', path.slice(0, path.length - rest.length))
  const [key = '', ...inner] = rest
  const nested = inner.reduceRight<unknown>((child, name) => ({ [name]: child }), value)
  return insertChild(text, parent, nested, String(key))
}

/** Appends to the array at a path; makes it, and the objects on the way, if missing. */
export function appendValue(text: string, path: Path, value: unknown): string {
  const array = nodeAt(text, path)
  if (array === undefined) return setValue(text, path, [value])
  expectType(array, 'array', path)
  return insertChild(text, array, value)
}

/** Removes a property or an element, then the containers that it leaves empty. */
export function removeValue(text: string, path: Path): string {
  const node = nodeAt(text, path)
  const child = node?.parent?.type === 'property' ? node.parent : node
  const container = child?.parent
  if (child === undefined || container === undefined) return text
  const result = removeChild(text, container, child)
  const above = path.slice(0, -1)
  return above.length > 0 && isEmpty(result, above) ? removeValue(result, above) : result
}

/** Whether an object or array has neither values nor comments. */
function isEmpty(text: string, path: Path): boolean {
  const node = nodeAt(text, path)
  return node !== undefined && /^[{[]\s*[}\]]$/.test(sourceOf(text, node))
}

function rootOf(text: string): Node {
  const root = parseTree(text, [], { allowTrailingComma: true })
  if (root === undefined) throw new Refusal('is not a JSON object')
  return root
}

function nodeAt(text: string, path: Path): Node | undefined {
  const { parent, rest } = deepest(text, path)
  return rest.length === 0 ? parent : undefined
}

/** The deepest node of a path, and the names below it that the text does not have. */
function deepest(text: string, path: Path): { readonly parent: Node; readonly rest: Path } {
  let parent = rootOf(text)
  for (const [depth, name] of path.entries()) {
    const value =
      typeof name === 'number' ? elementOf(parent, name) : propertyOf(text, parent, name)
    if (value === undefined) return { parent, rest: path.slice(depth) }
    parent = value
  }
  return { parent, rest: [] }
}

function elementOf({ type, children }: Node, index: number): Node | undefined {
  return type === 'array' ? children?.[index] : undefined
}

/** Throws `Refusal` for a name that the object has twice: clients read one or the other. */
function propertyOf(text: string, { type, children }: Node, name: string): Node | undefined {
  const properties = type === 'object' ? (children ?? []) : []
  const found = properties.filter((property) => property.children?.[0]?.value === name)
  if (found.length > 1) {
    const at = position(text, found[1]?.offset ?? 0)
    throw new Refusal(`has "${name}" twice, the second at ${at}`)
  }
  return found[0]?.children?.[1]
}

function expectType(node: Node, type: 'object' | 'array', path: Path): void {
  if (node.type === type) return
  throw new Refusal(`has "${path.join('.')}" as ${node.type}, not as ${type}`)
}

function sourceOf(text: string, node: Node): string {
  return text.slice(node.offset, endOf(node))
}

function endOf(node: Node): number {
  return node.offset + node.length
}

function replaceNode(text: string, node: Node, value: unknown): string {
  if (JSON.stringify(getNodeValue(node)) === JSON.stringify(value)) return text
  const isInline = node.parent !== undefined && isOneLine(text, node.parent)
  const source = isInline
    ? inline(value, isSpaced(text, node.parent))
    : render(text, value, lineIndent(text, node.offset))
  return applySplices(text, [{ at: node.offset, length: node.length, text: source }])
}

function insertChild(text: string, container: Node, value: unknown, key?: string): string {
  const { eol, unit } = styleOf(text)
  const outer = lineIndent(text, container.offset)
  const children = container.children ?? []
  const [first] = children
  const last = children.at(-1)
  const isInline = isOneLine(text, container)
  const inner =
    first !== undefined && startsLine(text, first) ? lineIndent(text, first.offset) : outer + unit
  const spaced = !isInline || isSpaced(text, container)
  const source = isInline ? inline(value, spaced) : render(text, value, inner)
  const colon = spaced ? ': ' : ':'
  const item = key === undefined ? source : `${JSON.stringify(key)}${colon}${source}`
  const gap = spaced && last !== undefined ? ' ' : ''
  const before = isInline ? gap : eol + inner
  const close = endOf(container) - 1
  if (last === undefined) {
    const { commentEnd } = trail(text, container.offset + 1, close)
    const at = commentEnd ?? container.offset + 1
    const tail = isInline ? '' : eol + outer
    return applySplices(text, [{ at, length: close - at, text: before + item + tail }])
  }
  const { comma, commentEnd } = trail(text, endOf(last), close)
  const at = Math.max(endOf(last), (comma ?? -1) + 1, commentEnd ?? 0)
  const separator: Splice[] = comma === undefined ? [{ at: endOf(last), length: 0, text: ',' }] : []
  const added = before + item + (comma === undefined ? '' : ',')
  if (separator.length > 0 && at === endOf(last)) {
    return applySplices(text, [{ at, length: 0, text: `,${added}` }])
  }
  return applySplices(text, [...separator, { at, length: 0, text: added }])
}

function removeChild(text: string, container: Node, child: Node): string {
  const children = container.children ?? []
  const index = children.indexOf(child)
  const next = children[index + 1]
  const previous = children[index - 1]
  const end = endOf(child)
  const { comma } = trail(text, end, next?.offset ?? endOf(container) - 1)
  const start = startOfGap(text, child.offset, comma === undefined ? end : comma + 1)
  if (comma !== undefined) {
    return collapsed(
      applySplices(text, [{ at: start, length: comma + 1 - start, text: '' }]),
      container
    )
  }
  const body: Splice = { at: start, length: end - start, text: '' }
  if (previous === undefined) return collapsed(applySplices(text, [body]), container)
  const before = trail(text, endOf(previous), child.offset).comma
  if (before === undefined) return applySplices(text, [body])
  // The comma and the white space before the child may be one range.
  if (before + 1 === start) {
    return applySplices(text, [{ at: before, length: end - before, text: '' }])
  }
  return applySplices(text, [{ at: before, length: 1, text: '' }, body])
}

/**
 * Where the white space before a child begins. It stays if it ends a line and what follows the
 * child is on the child's line, which would otherwise move behind a comment.
 */
function startOfGap(text: string, offset: number, end: number): number {
  const start = text.slice(0, offset).trimEnd().length
  const endsLine = /^[ \t]*(?:\r?\n|$)/.test(text.slice(end))
  return text.slice(start, offset).includes('\n') && !endsLine ? offset : start
}

/** Closes a container of which only white space is left. */
function collapsed(text: string, { offset }: Node): string {
  const inside = /^\s*(?=[}\]])/.exec(text.slice(offset + 1))?.[0]
  return inside === undefined
    ? text
    : applySplices(text, [{ at: offset + 1, length: inside.length, text: '' }])
}

/** The first comma, and the end of the last comment, between two offsets outside of values. */
function trail(
  text: string,
  from: number,
  to: number
): { readonly comma?: number; readonly commentEnd?: number } {
  const scanner = createScanner(text, false)
  scanner.setPosition(from)
  let comma: number | undefined
  let commentEnd: number | undefined
  while (scanner.getPosition() < to) {
    scanner.scan()
    const at = scanner.getTokenOffset()
    if (at >= to || scanner.getTokenLength() === 0) break
    const token = text.slice(at, at + 2)
    if (token.startsWith(',')) comma ??= at
    if (token === '//' || token === '/*') commentEnd = at + scanner.getTokenLength()
  }
  return { comma, commentEnd }
}

function isOneLine(text: string, container: Node): boolean {
  const root = rootOf(text)
  if ((root.children ?? []).length > 0 && !sourceOf(text, root).includes('\n')) return true
  return (container.children ?? []).length > 0 && !sourceOf(text, container).includes('\n')
}

function startsLine(text: string, node: Node): boolean {
  return text.slice(0, node.offset).trimEnd().length < text.lastIndexOf('\n', node.offset) + 1
}

function render(text: string, value: unknown, indent: string): string {
  const { eol, unit } = styleOf(text)
  return JSON.stringify(value, null, unit)
    .split('\n')
    .join(eol + indent)
}

/** Whether the text beside a value has spaces after its colons and commas. */
function isSpaced(text: string, node: Node | undefined): boolean {
  const source = sourceOf(text, node?.parent?.parent ?? node ?? rootOf(text))
  return /[:,] /.test(source)
}

function inline(value: unknown, spaced: boolean): string {
  if (!spaced || typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => inline(item, true)).join(', ')}]`
  const items = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${inline(item, true)}`
  )
  return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`
}
