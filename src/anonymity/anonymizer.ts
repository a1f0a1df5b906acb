/**
 * The anonymiser replaces parts of a record's fields by typed placeholders, or returns the reason
 * why the record must stay. Pure: equal input gives equal output on every machine, apart from the
 * machine's own names, so the same strategy found on two hosts becomes one record.
 */
import { announcingOf, isToken, valueInTag } from './announced-fields.ts'
import { accounts } from './rules/accounts.ts'
import { wholeAddresses } from './rules/whole-addresses.ts'
import { code, labels } from './rules/code.ts'
import { encodings } from './rules/encodings.ts'
import { Draft } from './reading/draft.ts'
import { LESS, NON_ASCII } from './reading/text-features.ts'
import { languages } from './rules/languages.ts'
import { markBorders, removeBorders } from './reading/script-borders.ts'
import { scriptNames } from './rules/script-names.ts'
import { knownNames } from './rules/known-names.ts'
import { names } from './rules/names.ts'
import { network, urls } from './rules/network.ts'
import { packages } from './rules/packages.ts'
import { paths } from './rules/paths.ts'
import { personal } from './rules/personal.ts'
import { hidesText, plainText } from './rules/plain-text.ts'
import { CERTAIN, hasRandomToken, MAX_RISK, riskOf } from './residual.ts'
import { cloudIds, resources } from './rules/resources.ts'
import { FINDING_KINDS } from './rules/rule.ts'
import { secrets } from './rules/secrets.ts'
import { tokens } from './rules/secret-tokens.ts'
import type { KnownNames } from './rules/known-names.ts'
import type { WithheldReason } from './residual.ts'
import type { FindingKind, Layer, Mark } from './rules/rule.ts'

/** The fields of a record; a placeholder has the same meaning in all of them. */
export interface AnonymizerInput {
  readonly entity: string
  readonly content: string
  readonly attribute?: string
  readonly value?: string
  /** Of a lesson: what to do, and what it holds for. */
  readonly action?: string
  readonly versions?: string
  readonly tags?: readonly string[]
}

/** The anonymised fields. */
export interface AnonymizedRecord extends AnonymizerInput {
  readonly tags: readonly string[]
}

/** A replacement. Never contains the replaced text. */
export interface Finding {
  readonly kind: FindingKind
  readonly rule: string
  readonly placeholder: string
}

export type Anonymized =
  | {
      readonly verdict: 'clear'
      readonly record: AnonymizedRecord
      /** Empty if the record is unchanged. */
      readonly findings: readonly Finding[]
      /** Residual risk, 0 to below 0.6. */
      readonly score: number
    }
  | {
      readonly verdict: 'withheld'
      readonly reason: WithheldReason
      readonly findings: readonly Finding[]
      readonly score: number
    }

export interface Anonymizer {
  anonymize(input: AnonymizerInput): Anonymized
}

/** Placeholders of an earlier pass, or written by the author. */
const PLACEHOLDER = new RegExp(`<(?:${FINDING_KINDS.join('|').toUpperCase()})_[1-9]\\d{0,3}>`, 'g')

/**
 * One private-use character marks each finding until all findings are known and can be numbered.
 */
const FIRST_MARK = 0xe000
const MAX_MARKS = 0x1900
/** Position of the fields that lessons alone have. */
const LESSON_AT = 4

const HIDES_TEXT: Anonymized = {
  verdict: 'withheld',
  reason: 'hidden-text',
  findings: [],
  score: CERTAIN
}

const MARKS = /[\ue000-\uf8ff]/g

interface UnnumberedFinding {
  readonly kind: FindingKind
  readonly rule: string
}

/** `known`: the names of this machine and its users. */
export function anonymizer(known: KnownNames = {}): Anonymizer {
  const layers: readonly Layer[] = [
    urls,
    tokens,
    cloudIds,
    secrets,
    languages,
    encodings,
    personal,
    resources,
    packages,
    network,
    paths,
    accounts,
    // After paths: a home directory is a path on every machine, but a known name on this one only.
    knownNames(known),
    wholeAddresses,
    scriptNames,
    names,
    code
  ]
  const draft = new Draft()
  return { anonymize: (input) => anonymize(input, draft, layers) }
}

function anonymize(input: AnonymizerInput, draft: Draft, layers: readonly Layer[]): Anonymized {
  const { entity, attribute, value, content, action, versions, tags = [] } = input
  const fields = [entity, attribute ?? '', value ?? '', content, action ?? '', versions ?? '']
  const found: UnnumberedFinding[] = []
  const mark = createMarker(found)
  const redacted: string[] = []
  let features = 0
  let wordGroups = 0
  let isRandom = false
  const announced = new Set<string>()
  for (const [i, field] of fields.entries()) {
    draft.read(field)
    if (hidesText(draft)) return HIDES_TEXT
    redact(draft, layers, mark)
    features |= draft.features
    wordGroups |= draft.groups
    isRandom ||= hasRandomToken(draft)
    let { text } = draft
    for (const announcing of announcingOf(i, fields)) {
      const whole = redactBehind(announcing, text, draft, layers, mark)
      if (whole !== text && isToken(field)) announced.add(field)
      text = whole
    }
    redacted.push(text)
  }
  for (const tag of tags) {
    draft.read(tag)
    if (hidesText(draft)) return HIDES_TEXT
    redact(draft, layers, mark)
    const text = labels(draft.text, mark)
    redacted.push(announced.has(tag) || announcesValue(tag, draft, layers) ? '' : text)
  }
  const findings: Finding[] = []
  const name = createNumbering(found, findings)
  // In the order in which placeholders are numbered.
  const named = found.length === 0 ? redacted : redacted.map(name)
  const [newEntity = '', newAttribute = '', newValue = '', newContent = ''] = named
  const [newAction = '', newVersions = '', ...newTags] = named.slice(LESSON_AT)
  const lesson = [newAction, newVersions].filter((field) => field !== '')
  const text = [newEntity, newAttribute, newValue, newContent, ...lesson].join('\n')
  const { score, signal } = riskOf({
    text,
    content: newAction === '' ? newContent : `${newContent}\n${newAction}`,
    features,
    groups: wordGroups,
    isRandom,
    kinds: new Set(findings.map(({ kind }) => kind)).size
  })
  if (signal !== undefined && score >= MAX_RISK) {
    return { verdict: 'withheld', reason: signal, findings, score }
  }
  const isProperty = attribute !== undefined && value !== undefined
  const record = {
    entity: newEntity,
    content: newContent,
    ...(isProperty ? { attribute: newAttribute, value: newValue } : {}),
    ...(action === undefined ? {} : { action: newAction }),
    ...(versions === undefined ? {} : { versions: newVersions }),
    tags: [...new Set(newTags.filter((tag) => tag !== '' && isSafeTag(tag, draft)))]
  }
  return { verdict: 'clear', record, findings, score }
}

/** A redacted field, read again behind what announces it. */
function redactBehind(
  announcing: string,
  text: string,
  draft: Draft,
  layers: readonly Layer[],
  mark: Mark
): string {
  if (announcing === '' || text === '') return text
  const prefix = `${announcing}: `
  draft.read(`${prefix}${text}`)
  redact(draft, layers, mark)
  if (draft.text.startsWith(prefix)) return draft.text.slice(prefix.length)
  // The announcing text has findings of its own.
  draft.read(prefix)
  redact(draft, layers, mark)
  const plain = draft.text
  draft.read(`${plain}${text}`)
  redact(draft, layers, mark)
  return draft.text.startsWith(plain) ? draft.text.slice(plain.length) : text
}

/** Whether a tag such as `pin-4711` names a secret and has its value. */
function announcesValue(tag: string, draft: Draft, layers: readonly Layer[]): boolean {
  const { announcing, value } = valueInTag(tag)
  return redactBehind(announcing, value, draft, layers, () => '') !== value
}

function redact(draft: Draft, layers: readonly Layer[], mark: Mark): void {
  if (draft.text === '') return
  if ((draft.features & NON_ASCII) !== 0) {
    const plain = markBorders(plainText(draft.text))
    if (plain !== draft.text) draft.read(plain)
  }
  if ((draft.features & LESS) !== 0) {
    const { text } = draft
    const marked = text.replaceAll(PLACEHOLDER, (held) => mark(held, kindOf(held), 'placeholder'))
    if (marked !== text) draft.read(marked)
  }
  for (const layer of layers) layer(draft, mark)
  const text = removeBorders(draft.text)
  if (text !== draft.text) draft.read(text)
}

/** A tag of placeholders alone groups nothing; a tag that is risky by itself is left out. */
function isSafeTag(tag: string, draft: Draft): boolean {
  draft.read(tag)
  const { features, groups } = draft
  const isRandom = hasRandomToken(draft)
  const kinds = tag.includes('<') ? 1 : 0
  return riskOf({ text: tag, content: tag, features, groups, isRandom, kinds }).score < MAX_RISK
}

function createMarker(found: UnnumberedFinding[]): Mark {
  const marks = new Map<string, number>()
  return (text, kind, rule) => {
    const key = `${kind} ${text}`
    let index = marks.get(key)
    if (index === undefined) {
      index = found.length
      // More findings than a record of 32 KiB can contain share the last mark.
      if (index === MAX_MARKS) index -= 1
      else found.push({ kind, rule })
      marks.set(key, index)
    }
    return String.fromCharCode(FIRST_MARK + index)
  }
}

/** Replaces marks by placeholders, numbered by kind in the order of their first appearance. */
function createNumbering(
  found: readonly UnnumberedFinding[],
  findings: Finding[]
): (text: string) => string {
  const placeholders = new Map<number, string>()
  const counts = new Map<FindingKind, number>()
  return (text) =>
    text.replaceAll(MARKS, (char) => {
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

function kindOf(placeholder: string): FindingKind {
  return FINDING_KINDS.find((each) => placeholder.startsWith(`<${each.toUpperCase()}_`)) ?? 'name'
}
