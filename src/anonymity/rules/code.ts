/**
 * Layer 4: code. Identifiers with parts outside the public vocabulary, packages of a company, and
 * string literals of queries. Dotted API names such as `css.properties.gap` consist of public
 * words.
 */
import { isPublicCode } from '../../public-codes/index.ts'
import { API_WORDS, PACKAGE_WORDS } from '../reading/context-words.ts'
import { QUOTE } from '../reading/text-features.ts'
import { layerOf } from './rule.ts'
import {
  CAMEL,
  HAS_DIGIT,
  HAS_LOWER,
  HAS_UPPER,
  SIGN_FIRST,
  THEN_DASH,
  THEN_SIGN
} from '../reading/shapes.ts'
import { isAbbreviated, isPublicPart, partsOf, SHORT } from '../words/identifier-parts.ts'
import { isPublicOwner } from '../words/public-sites.ts'
import { isDictionaryWord, isPublicWord, isTechnicalWord } from '../words/vocabulary.ts'
import type { Draft } from '../reading/draft.ts'
import type { Layer, Mark } from './rule.ts'

/** Packages in wide use. */
const PUBLIC_PACKAGE =
  /^(?:org\.(?:apache|springframework|junit|w3c|eclipse|hibernate|mozilla|gnome|freedesktop|slf4j|assertj|mockito|jetbrains|scala|json|postgresql|openqa|xml|gradle|yaml|codehaus|kde|bouncycastle|elasticsearch|mongodb|webkit|chromium)|com\.(?:google|sun|oracle|android|microsoft|apple|fasterxml|amazonaws|amazon|facebook|ibm|intellij|jetbrains|mysql|zaxxer|squareup|azure|github)|io\.(?:netty|grpc|vertx|micrometer|ktor|quarkus|kubernetes|swagger|reactivex)|net\.(?:bytebuddy|sf|java))\b/

/** `io.containerd.cri`, `com.diffplug.spotless`, `net.ipv4.tcp_tw_reuse`: of a public project, with public words. */
function isOfProject(hit: string): boolean {
  const [ending = '', owner = '', ...rest] = hit.split('.')
  if (!rest.every((part) => partsOf(part).every(isPublicPart))) return false
  if (ending === 'net' && /^ipv[46]$/.test(owner)) return true
  return (
    /^(?:com|org|io|net)$/.test(ending) &&
    (isTechnicalWord(owner) || (isPublicOwner(owner) && !isDictionaryWord(owner)))
  )
}

const patterns = layerOf([
  {
    name: 'package',
    kind: 'identifier',
    atGroups: PACKAGE_WORDS,
    pattern:
      /(?<![\w.@/-])(?:com|org|net|io|de|fr|ch|uk|eu|nl|se|it|es|gov|edu)\.[a-z][\w-]{0,63}(?:\.[\w$]{1,64}){1,16}/g,
    accept: (hit) => !PUBLIC_PACKAGE.test(hit) && !isOfProject(hit)
  }
])

/** A query, and the quoted text in it. */
const CLAUSE =
  /\b(?:select\s[^;\n]{1,512}?\sfrom|insert\s{1,8}into|update\s{1,8}\S{1,128}\s{1,8}set|delete\s{1,8}from|merge\s{1,8}into|(?:create|alter)\s{1,8}(?:user|role|table|database))\b[^;]{1,4096}/gi
const QUOTED = /'(?:[^'\n]|''){1,1024}'/g

/** Names of public interfaces: all names below these roots are public. */
const PUBLIC_NAME =
  /^(?:api|css|html|http|javascript|manifests|mathml|mediatypes|svg|webassembly|webdriver|webextensions)\./

/** An identifier, or a whole dotted name below a public root. */
const TOKEN =
  /(?<![\p{L}\d_$&%@<-])(?:(?:api|css|html|http|javascript|manifests|mathml|mediatypes|svg|webassembly|webdriver|webextensions)(?:\.[\w@:$-]+)+|[\w$]+(?:-[A-Za-z0-9_]+)*)/gu

const CODE_SPAN = /```[^]{0,16384}?```|`[^`\n]{1,512}`/g

function isPrivate(token: string, isInCode: boolean): boolean {
  const parts = partsOf(token)
  let short = 0
  for (const part of parts) {
    if (!isPublicPart(part) && !isAbbreviated(part, parts)) return true
    if (part.length <= 2) short += part.length
  }
  // Alternating single letters and digits are no words: a password, a hash.
  const digits = token.match(/\d+/g)?.length ?? 0
  if (isInCode && digits >= 2 && token.length >= 6) return true
  return token.length >= 8 && digits >= 2 && short >= 3 && parts.length >= 3
}

/** Texts repeat their identifiers: at most this many recent decisions are cached. */
const MAX_DECIDED = 8_192
const decided = new Map<string, boolean>()

function isPrivateOnce(token: string, isInCode: boolean): boolean {
  if (isInCode) return isPrivate(token, true)
  const known = decided.get(token)
  if (known !== undefined) return known
  if (decided.size >= MAX_DECIDED) decided.clear()
  const result = isPrivate(token, false)
  decided.set(token, result)
  return result
}

/** The hash of a commit, or its beginning. Numbers of 12 digits and more that name no commit are gone by now. */
const COMMIT =
  /^(?:(?:main|master|nightly|sha)-(?=[a-f\d]{7}$))?(?=[a-f]*\d)(?=\d*[a-f])(?:[\da-f]{7,10}|[\da-f]{12,31}|[\da-f]{40})$/

const SHORT_COMMIT = /^(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{7}$/

/** Of a character class; a day. */
const RANGES = /^(?:(?:[aA]-[zZ]|0-9|_|-)+|(?:19|20)\d\d-[01]\d-[0-3]\d)$/

/** Advisories and standards; toolchains of a day; versions of untagged Go modules. */
const PUBLIC_ID =
  /^(?:(?:GHSA|CVE|RUSTSEC|PYSEC|RFC|ISO|PEP)-[\w-]+|[a-z]{4,10}-20\d\d-\d\d-\d\d|0-20\d{12}-[\da-f]{12})$/

/** `RuboCop`, `gin-gonic`: a word of package names, or an owner of public repositories. */
function isPublicName(token: string): boolean {
  return token.includes('-') ? isPublicOwner(token) : isPublicWord(token)
}

/** Whether the token has several parts, so that it was chosen as a name. */
function isCompound(token: string): boolean {
  return /[a-z][A-Z]|[A-Za-z0-9][_-][A-Za-z0-9]|[A-Za-z]\d|\d[A-Za-z]|\$/.test(token)
}

function markToken(token: string, mark: Mark, isInCode: boolean): string {
  if (token.length <= SHORT + 1 || PUBLIC_NAME.test(token)) return token
  if (isInCode ? SHORT_COMMIT.test(token) : COMMIT.test(token)) return token
  if (isPublicCode(token)) return token
  if (PUBLIC_ID.test(token) || RANGES.test(token) || isPublicName(token.toLowerCase())) return token
  if (!isInCode && !isCompound(token)) return token
  return isPrivateOnce(token, isInCode) ? mark(token, 'identifier', 'identifier') : token
}

function markTokens(text: string, mark: Mark): string {
  return text.replaceAll(TOKEN, (token) => markToken(token, mark, true))
}

const TOKEN_AT = new RegExp(TOKEN.source, 'uy')

/** Whether a word, with the text after it, may have several parts. */
function mayBeCompound(shape: number, groups: number): boolean {
  if ((groups & API_WORDS) !== 0) return true
  if ((shape & (CAMEL | SIGN_FIRST | THEN_DASH | THEN_SIGN)) !== 0) return true
  return (shape & HAS_DIGIT) !== 0 && (shape & (HAS_UPPER | HAS_LOWER)) !== 0
}

function markCompounds(draft: Draft, mark: Mark): void {
  const { text, words } = draft
  let next = 0
  for (let i = 0; i < words.count; i++) {
    const from = words.from[i] ?? 0
    if (from < next || !mayBeCompound(words.shape[i] ?? 0, words.groups[i] ?? 0)) continue
    TOKEN_AT.lastIndex = from
    const token = TOKEN_AT.exec(text)?.[0]
    if (token === undefined) continue
    next = from + token.length
    const marked = markToken(token, mark, false)
    if (marked !== token) draft.replace(from, next, marked)
  }
  draft.commit()
}

function markQuoted(draft: Draft, mark: Mark): void {
  const marked = draft.text
    .replaceAll(CLAUSE, (clause) =>
      clause.replaceAll(QUOTED, (quoted) => mark(quoted, 'literal', 'query-literal'))
    )
    .replaceAll(CODE_SPAN, (span) => markTokens(span, mark))
  if (marked !== draft.text) draft.read(marked)
}

export const code: Layer = (draft, mark) => {
  patterns(draft, mark)
  if ((draft.features & QUOTE) !== 0) markQuoted(draft, mark)
  markCompounds(draft, mark)
}

const NUMBER = /\d{5,}/g

/**
 * For tags, which are few words without a sentence: an unknown word or a long number is removed
 * even if nothing announces it. A lost tag costs little.
 */
export function labels(text: string, mark: Mark): string {
  return markTokens(text, mark).replaceAll(NUMBER, (digits) => mark(digits, 'id', 'number'))
}
