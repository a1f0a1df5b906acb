/**
 * All texts of a skill that leave the node with it: also those in its schemas, its licence, and every
 * place of its source where a text can be. A value stands behind its name, since `password` and
 * `sunflower` tell something only together.
 */
import { parse } from 'acorn'
import { full } from 'acorn-walk'
import type { AnyNode, Comment } from 'acorn'
import type { Skill } from '../skill-identity.ts'

export function textsOf({
  description,
  licence = '',
  inputSchema,
  outputSchema,
  tests,
  kind,
  source
}: Skill): string[] {
  const data = [inputSchema, outputSchema, tests].flatMap((value) => [...textsInData(value)])
  const code = kind === 'prompt' ? [source] : textsInSource(source)
  return [description, licence, ...code, ...data].filter((text) => text !== '')
}

/** Words of a schema before values of the property that it describes. */
const VALUE_WORDS: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples'])

function* textsInData(value: unknown, name = '', isCompared = false): Generator<string> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      const isList = Array.isArray(value)
      if (!isList) yield key
      const isValue = isList || VALUE_WORDS.has(key)
      yield* textsInData(each, isValue ? name : key, isList ? isCompared : key === 'enum')
    }
  } else if (typeof value === 'string' || typeof value === 'number') {
    yield String(value)
    yield isCompared ? compared(name, String(value)) : named(name, String(value))
  }
}

function textsInSource(source: string): string[] {
  const comments: Comment[] = []
  const texts: string[] = []
  const program = parse(source, { ecmaVersion: 2023, sourceType: 'module', onComment: comments })
  const add = (name: string, value: AnyNode | null | undefined): void => {
    for (const text of constantsOf(value)) texts.push(named(name, text))
  }
  const compare = (name: string, value: AnyNode | null | undefined): void => {
    for (const text of constantsOf(value)) texts.push(compared(name, text))
  }
  full(program, (each) => {
    const text = constantOf(each)
    if (text !== undefined) texts.push(text)
    if (each.type === 'TemplateElement') texts.push(each.value.cooked ?? each.value.raw)
    if (each.type === 'VariableDeclarator') add(nameOf(each.id), each.init)
    if (each.type === 'AssignmentExpression') add(nameOf(each.left), each.right)
    if (each.type === 'AssignmentPattern') add(nameOf(each.left), each.right)
    if (each.type === 'Property' || each.type === 'PropertyDefinition') {
      texts.push(nameOf(each.key))
      add(nameOf(each.key), each.value)
    }
    if (each.type === 'MethodDefinition') texts.push(nameOf(each.key))
    if (each.type === 'MemberExpression' && !each.computed) texts.push(nameOf(each.property))
    if (each.type === 'BinaryExpression' && EQUALITIES.has(each.operator)) {
      compare(nameOf(each.left), each.right)
      compare(nameOf(each.right), each.left)
    }
    if (each.type === 'SwitchStatement') {
      for (const { test } of each.cases) compare(nameOf(each.discriminant), test)
    }
  })
  return [...comments.map(({ value }) => value), ...texts]
}

const EQUALITIES: ReadonlySet<string> = new Set(['==', '===', '!=', '!=='])

/** The texts that an expression may have as its value, also in a list. */
function constantsOf(node: AnyNode | null | undefined): string[] {
  if (node === null || node === undefined) return []
  if (node.type === 'LogicalExpression') return [node.left, node.right].flatMap(constantsOf)
  if (node.type === 'ConditionalExpression') {
    return [node.consequent, node.alternate].flatMap(constantsOf)
  }
  if (node.type === 'ArrayExpression') return node.elements.flatMap(constantsOf)
  const text = constantOf(node)
  return text === undefined ? [] : [text]
}

/** The text of a literal, or of literals that are joined; undefined for what is only known at a run. */
function constantOf(node: AnyNode): string | undefined {
  if (node.type === 'Literal') {
    if (node.regex !== undefined && node.regex !== null) return unescaped(node.regex.pattern)
    if (typeof node.value === 'string') return node.value
    const isNumber = typeof node.value === 'number' || typeof node.value === 'bigint'
    return isNumber ? (node.raw ?? '').replaceAll('_', '') : undefined
  }
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) {
    return node.quasis.map(({ value }) => value.cooked ?? value.raw).join('')
  }
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return undefined
  const [left, right] = [constantOf(node.left), constantOf(node.right)]
  return left === undefined || right === undefined ? undefined : left + right
}

/** A pattern as a text that it matches: without escapes of signs and without its ends. */
function unescaped(pattern: string): string {
  return pattern.replaceAll(/\\([^\w\s])/g, '$1').replaceAll(/^\^|\$$/g, '')
}

function nameOf(node: AnyNode): string {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return node.name
  if (node.type === 'MemberExpression') return nameOf(node.property)
  return constantOf(node) ?? ''
}

function named(name: string, text: string): string {
  return name === '' ? text : `${name}: ${text}`
}

/** A token that is compared with a word is one of a language, as in a parser. */
function compared(name: string, text: string): string {
  return /^tok(?:en)?s?$/i.test(name) && /^\p{L}*$/u.test(text) ? text : named(name, text)
}
