/**
 * The anonymiser: the fields of a record in, the same fields with typed placeholders out, or the
 * reason why the record must stay. Pure: equal input gives equal output on every machine but for
 * its own names, so the same strategy found on two hosts becomes one record.
 */
import { ENVIRONMENT_RULES } from './environment.ts'
import { PERSONAL_RULES } from './personal.ts'
import { hidesText, isEmptied, residualRisk } from './residual.ts'
import { applyRule, FINDING_KINDS } from './rule.ts'
import { SECRET_RULES } from './secrets.ts'
import type { WithheldReason } from './residual.ts'
import type { FindingKind, Rule } from './rule.ts'

/** The identity fields of a record; a placeholder means the same thing in each of them. */
export interface AnonymizerInput {
  readonly entity: string
  readonly content: string
  readonly attribute?: string
  readonly value?: string
}

/** What was replaced. Never holds the text itself. */
export interface Finding {
  readonly kind: FindingKind
  readonly rule: string
  readonly placeholder: string
}

export type Anonymized =
  | {
      readonly verdict: 'clear'
      readonly record: AnonymizerInput
      /** Empty when the record is unchanged. */
      readonly findings: readonly Finding[]
    }
  | {
      readonly verdict: 'withheld'
      readonly reason: WithheldReason
      readonly findings: readonly Finding[]
    }

export interface Anonymizer {
  anonymize(input: AnonymizerInput): Anonymized
}

export interface AnonymizerInit {
  /** Names of this machine and its users: exact strings, found whatever their case. */
  readonly knownNames?: readonly string[]
}

/** Placeholders of an earlier pass, or of the author's own. */
const PLACEHOLDER = new RegExp(`<(?:${FINDING_KINDS.join('|').toUpperCase()})_[1-9]\\d{0,3}>`, 'g')

/** One private-use character stands for each finding until all are found and can be numbered. */
const FIRST_MARK = 0xe000
const MAX_MARKS = 0x1900

interface Found {
  readonly kind: FindingKind
  readonly rule: string
}

export function anonymizer({ knownNames = [] }: AnonymizerInit = {}): Anonymizer {
  // Names last: a home directory is a path on every machine, and a name on this one only.
  const rules = [...SECRET_RULES, ...PERSONAL_RULES, ...ENVIRONMENT_RULES, ...nameRules(knownNames)]
  return { anonymize: (input) => anonymize(input, rules) }
}

function anonymize(input: AnonymizerInput, rules: readonly Rule[]): Anonymized {
  const { entity, attribute, value, content } = input
  if ([entity, attribute, value, content].some((text) => text !== undefined && hidesText(text))) {
    return { verdict: 'withheld', reason: 'hidden-text', findings: [] }
  }
  const marks = new Map<string, number>()
  const found: Found[] = []
  const mark = (text: string, finding: Found): string => {
    const key = `${finding.kind} ${text}`
    const index = marks.get(key) ?? found.length
    if (index === MAX_MARKS) return text
    if (index === found.length) {
      marks.set(key, index)
      found.push(finding)
    }
    return String.fromCharCode(FIRST_MARK + index)
  }
  const redact = (text: string): string => {
    let marked = text.replaceAll(PLACEHOLDER, (held) => mark(held, heldPlaceholder(held)))
    for (const rule of rules) {
      marked = applyRule(marked, rule, (hit) => mark(hit, { kind: rule.kind, rule: rule.name }))
    }
    return marked
  }
  // In the order in which the placeholders are numbered.
  const fields = [entity, attribute, value, content].map((text) =>
    text === undefined ? undefined : redact(text)
  )
  const findings: Finding[] = []
  const name = numbering(found, findings)
  const [newEntity = '', newAttribute, newValue, newContent = ''] = fields.map((text) =>
    text === undefined ? undefined : name(text)
  )
  for (const text of [newEntity, newAttribute, newValue, newContent]) {
    const reason = text === undefined ? undefined : residualRisk(text)
    if (reason !== undefined) return { verdict: 'withheld', reason, findings }
  }
  if (findings.length > 0 && isEmptied(newContent, PLACEHOLDER)) {
    return { verdict: 'withheld', reason: 'nothing-left', findings }
  }
  const record = { entity: newEntity, content: newContent }
  const isProperty = newAttribute !== undefined && newValue !== undefined
  return {
    verdict: 'clear',
    record: isProperty ? { ...record, attribute: newAttribute, value: newValue } : record,
    findings
  }
}

/** Replaces marks by placeholders, numbered by kind in the order of their first appearance. */
function numbering(found: readonly Found[], findings: Finding[]): (text: string) => string {
  const placeholders = new Map<number, string>()
  const counts = new Map<FindingKind, number>()
  return (text) =>
    text.replaceAll(/[\ue000-\uf8ff]/g, (char) => {
      const index = char.charCodeAt(0) - FIRST_MARK
      const known = placeholders.get(index)
      if (known !== undefined) return known
      const finding = found[index]
      if (finding === undefined) return char
      const count = (counts.get(finding.kind) ?? 0) + 1
      counts.set(finding.kind, count)
      const placeholder = `<${finding.kind.toUpperCase()}_${count}>`
      placeholders.set(index, placeholder)
      findings.push({ ...finding, placeholder })
      return placeholder
    })
}

function heldPlaceholder(text: string): Found {
  const kind = FINDING_KINDS.find((each) => text.startsWith(`<${each.toUpperCase()}_`))
  return { kind: kind ?? 'name', rule: 'placeholder' }
}

/** Longer names first, so that a home directory goes before the user's name in it. */
function nameRules(names: readonly string[]): Rule[] {
  return names
    .toSorted((a, b) => b.length - a.length)
    .map((text) => ({
      name: 'known-name',
      kind: 'name',
      pattern: new RegExp(`(?<![\\p{L}\\d])${RegExp.escape(text)}(?![\\p{L}\\d])`, 'giu')
    }))
}
