/**
 * Mechanical mutations of a skill's source: small changes of the kinds that repair common faults.
 * They need no model; tests decide which help. The order is fixed, the most likely repairs first:
 * changes of inputs, then patterns, then the rest.
 */
import { parse } from 'acorn'
import { simple } from 'acorn-walk'
import MagicString from 'magic-string'
import { MAX_MUTATIONS } from './constants.ts'
import { NORMALIZERS, wrapInput } from './normalizers.ts'
import { relaxPattern } from './patterns.ts'
import type { Literal, Program } from 'acorn'

export interface Mutation {
  readonly source: string
  /** The change, described for people. */
  readonly how: string
}

/** A change in place: `text` replaces the source between `start` and `end`. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly how: string
}

const OPPOSITE_BOUNDS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>'
}

const RETRY = `
const retried = async (call) => {
  for (let left = 2; ; left--) {
    try { return await call() } catch (error) { if (left === 0) throw error }
  }
}`

/** At most 200 distinct ones; none if the source does not parse. */
export function mutationsOf(source: string): readonly Mutation[] {
  const program = tryParse(source)
  if (program === undefined) return []
  const all = [...normalized(source, program), ...edited(source, program)]
  const seen = new Set([source])
  const fresh: Mutation[] = []
  for (const mutation of all) {
    if (fresh.length === MAX_MUTATIONS) break
    if (seen.has(mutation.source) || tryParse(mutation.source) === undefined) continue
    seen.add(mutation.source)
    fresh.push(mutation)
  }
  return fresh
}

export function tryParse(source: string): Program | undefined {
  try {
    return parse(source, { ecmaVersion: 2023, sourceType: 'module' })
  } catch {
    return undefined
  }
}

function* normalized(source: string, program: Program): Generator<Mutation> {
  for (const { how, code } of NORMALIZERS) {
    const wrapped = wrapInput(source, program, code)
    if (wrapped !== undefined) yield { source: wrapped, how }
  }
}

function* edited(source: string, program: Program): Generator<Mutation> {
  for (const { start, end, text, how } of editsOf(source, program)) {
    const changed = new MagicString(source).overwrite(start, end, text)
    if (text.includes('retried(')) changed.append(RETRY)
    yield { source: changed.toString(), how }
  }
}

function editsOf(source: string, program: Program): readonly Edit[] {
  const patterns: Edit[] = []
  const accesses: Edit[] = []
  const calls: Edit[] = []
  const comparisons: Edit[] = []
  const numbers: Edit[] = []
  simple(program, {
    Literal(node) {
      if ('regex' in node) patterns.push(...relaxations(node))
      else if (typeof node.value === 'number') numbers.push(...nearbyNumbers(node, node.value))
    },
    MemberExpression(node) {
      if (node.optional || node.object.type === 'Super') return
      const { end } = node.object
      const how = `accepts a missing value (${source.slice(node.start, node.end).slice(0, 40)})`
      const text = node.computed ? '?.' : ''
      // The dot of a plain access follows; a computed access needs its own.
      accesses.push({ start: end, end: end + 1, text: node.computed ? `${text}[` : '?.', how })
    },
    AwaitExpression({ argument }) {
      if (argument.type !== 'CallExpression') return
      const { start, end } = argument
      const text = `retried(() => ${source.slice(start, end)})`
      calls.push({ start, end, text, how: 'repeats a failed call' })
    },
    BinaryExpression({ operator, left, right }) {
      const other = OPPOSITE_BOUNDS[operator]
      if (other === undefined) return
      const { start, end } = { start: left.end, end: right.start }
      const text = source.slice(start, end).replace(operator, other)
      comparisons.push({ start, end, text, how: `compares by ${other} for ${operator}` })
    }
  })
  const inPlace = (edit: Edit): boolean => /^(?:\.|\[)$/.test(source.slice(edit.start, edit.end))
  return [...patterns, ...accesses.filter(inPlace), ...calls, ...comparisons, ...numbers]
}

function relaxations(node: Literal): readonly Edit[] {
  const { start, end, regex } = node
  if (regex === undefined || regex === null) return []
  return relaxPattern(regex.pattern, regex.flags).map(({ pattern, flags, how }) => ({
    start,
    end,
    text: `/${pattern}/${flags}`,
    how
  }))
}

function nearbyNumbers(node: Literal, value: number): readonly Edit[] {
  const { start, end } = node
  const others = new Set([value + 1, value - 1, value * 2, Math.floor(value / 2)])
  return [...others]
    .filter((other) => other >= 0 && other !== value && Number.isFinite(other))
    .map((other) => ({ start, end, text: String(other), how: `takes ${other} for ${value}` }))
}
