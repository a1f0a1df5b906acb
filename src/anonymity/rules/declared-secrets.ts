/** Layer 1: secrets that code, configuration or a document declares by a name. */
import { isOpaque } from '../words/entropy.ts'
import { LOGIN_WORDS, SECRET_ENDINGS } from '../reading/context-words.ts'
import { COLON, EQUALS, LESS, QUOTE } from '../reading/text-features.ts'
import { isMachineValue, REFERENCE, SECRET_KEYWORDS, TAG } from './secret-values.ts'
import type { Rule } from './rule.ts'

const YAML_KEY = `(?:${SECRET_KEYWORDS})s?["'\`\\]]{0,2}[ \\t]{0,3}:[ \\t]{1,3}`
const YAML_VALUE = `(?:"(?<hit>[^"\\n]{3,512})"|'(?<hit>[^'\\n]{3,512})'|(?<hit>[^\\s"'\`,;<>()[\\]{}|]{3,512}))`

/** Of a declaration: `password: string = "..."`, `var password string = "..."`. */
const TYPE = `(?:\\s{0,2}:\\s{0,2}[&\\w][\\w.<>|?' ]{1,32}|[ \\t](?:string|str|text|bytes?|char))`

const QUOTED = `(?:"(?<hit>[^"\\n]{3,512})"|'(?<hit>[^'\\n]{3,512})')`
/** Python, Rust, C#: a letter or a sign before a literal. */
const LITERAL = `\\(?[rbuf@$]{0,2}${QUOTED}`

/** In their order: what stands behind a tag or a function, before these count as values. */
export const DECLARED_SECRET_RULES: readonly Rule[] = [
  {
    name: 'yaml-block',
    kind: 'secret',
    needs: COLON,
    groups: SECRET_ENDINGS,
    // `password: !vault |` and the lines below that have its indentation.
    pattern: new RegExp(
      `${YAML_KEY}(?:[!&][^\\s|>]{1,64}[ \\t]{1,3}){0,2}[|>][-+\\d]{0,2}[ \\t]{0,3}\\r?\\n(?<indent>[ \\t]{1,32})(?<hit>[^\\s][^\\n]{0,2048}(?:\\n(?:\\k<indent>[^\\n]{0,2048}|(?=\\n))){0,63})`,
      'gi'
    )
  },
  {
    name: 'yaml-tagged',
    kind: 'secret',
    needs: COLON,
    groups: SECRET_ENDINGS,
    // Of other tags and of anchors the tag goes too: `password: !swordfish` may
    // be a value.
    pattern: new RegExp(
      `${YAML_KEY}(?:(?:${TAG}(?:[ \\t]{1,3}|[ \\t]{0,3}\\r?\\n[ \\t]{1,32})){1,2}${YAML_VALUE}|(?!${REFERENCE}[ \\t])(?<hit>[!&][a-z][\\w:/.-]{0,63}[ \\t]{1,3}[^\\s"'\`,;<>()[\\]{}|=]{3,512}(?=[ \\t]{0,8}(?:[\\r\\n#]|$))))`,
      'gi'
    ),
    accept: isMachineValue
  },
  {
    name: 'fallback-value',
    kind: 'secret',
    needs: QUOTE,
    groups: SECRET_ENDINGS,
    // `getenv("DB_PASSWORD", "...")`, `password: {{ vaulted | default('...') }}`.
    pattern: new RegExp(
      `(?:\\b(?:getenv|environ\\.get|env|fetch)\\(\\s?["'][\\w.-]{0,64}(?:${SECRET_KEYWORDS})s?["'],\\s{0,3}|(?:${SECRET_KEYWORDS})s?["']?\\s{0,2}[:=][^\\n]{0,80}?\\bdefault\\(\\s?)${QUOTED}`,
      'gi'
    ),
    accept: isMachineValue
  },
  {
    name: 'announced',
    kind: 'secret',
    needsAny: COLON | EQUALS | LESS,
    groups: SECRET_ENDINGS,
    pattern: new RegExp(
      `(?:${SECRET_KEYWORDS})s?[\\\\"'\`\\]]{0,4}\\s{0,3}(?::=|=>|==|\\?=|[:=>]|\\|\\|)\\s{0,3}[\\\\"'\`]{0,4}(?!(?:${TAG}|${REFERENCE})(?!\\S))(?<hit>[^\\s"'\`,;<>()[\\]{}]{3,512}(?<!\\\\))`,
      'gi'
    ),
    accept: isMachineValue
  },
  {
    name: 'announced-quoted',
    kind: 'secret',
    needs: QUOTE,
    groups: SECRET_ENDINGS,
    pattern: new RegExp(
      `(?:${SECRET_KEYWORDS})s?["'\`\\]]{0,2}\\s{0,3}(?::=|=>|==|\\?=|[:=>]|\\|\\||is|was)\\s{0,3}${LITERAL}`,
      'gi'
    ),
    accept: isMachineValue
  },
  {
    name: 'declared-with-type',
    kind: 'secret',
    needs: EQUALS | QUOTE,
    groups: SECRET_ENDINGS,
    pattern: new RegExp(`(?:${SECRET_KEYWORDS})s?${TYPE}\\s{0,2}=\\s{0,2}${LITERAL}`, 'gi'),
    accept: isMachineValue
  },
  {
    name: 'named-value',
    kind: 'secret',
    needsAny: COLON | EQUALS,
    groups: SECRET_ENDINGS,
    // A variable of a container: `{"name": "DB_PASSWORD", "value": "..."}`, `- name: DB_PASSWORD`.
    pattern: new RegExp(
      `\\b(?:name|key|variable)["']?\\s{0,2}[:=]\\s{0,2}["']?[\\w.-]{0,64}(?:${SECRET_KEYWORDS})s?["']?\\s{0,2},?\\s{1,40}["']?value["']?\\s{0,2}[:=]\\s{0,2}${YAML_VALUE}`,
      'gi'
    ),
    accept: isMachineValue
  },
  {
    name: 'declared-variable',
    kind: 'secret',
    groups: SECRET_ENDINGS,
    // `ENV DB_PASSWORD value` in a Dockerfile, `setx API_KEY value`.
    pattern:
      /\b(?:ENV|setx|SETX|setenv)\s{1,3}[A-Z0-9_]{0,48}(?:PASS(?:WORD|WD|PHRASE)?|PWD|TOKEN|SECRET|KEY)\s{1,3}["']?(?<hit>[^\s"'=]{3,256})/g,
    accept: isMachineValue
  },
  {
    name: 'set-property',
    kind: 'secret',
    needs: QUOTE,
    groups: SECRET_ENDINGS,
    // `setProperty("db.password", "value")`; a word may be a label.
    pattern: new RegExp(
      `\\(\\s?["'][\\w.-]{0,64}(?:${SECRET_KEYWORDS})["'],\\s{0,3}(?:"(?<hit>[^"\\n]{3,256})"|'(?<hit>[^'\\n]{3,256})')\\s?\\)`,
      'gi'
    ),
    accept: (hit) => isMachineValue(hit) && (isOpaque(hit) || /^\S*[\d!@#$%^&*]\S*$/.test(hit))
  },
  {
    name: 'credential-object',
    kind: 'secret',
    needs: QUOTE,
    literals: ['Credential(', 'SecureString'],
    // .NET and PowerShell.
    pattern:
      /(?:\b(?:Network|PS)Credential\(\s?["'][^"'\n]{1,64}["'],\s{0,3}|\bConvertTo-SecureString (?:-String )?)(?:"(?<hit>[^"\n$]{3,256})"|'(?<hit>[^'\n]{3,256})')/g,
    accept: isMachineValue
  },
  {
    name: 'directive',
    kind: 'secret',
    literals: ['requirepass', 'masterauth', 'auth-pass', 'key-string', 'pre-shared-key'],
    // Of Redis and of routers.
    pattern:
      /\b(?:requirepass|masterauth|auth-pass \S{1,64}|key-string(?: \d)?|pre-shared-key(?: \d)?) ["']?(?<hit>[^\s"']{3,256})/g,
    accept: (hit) => isMachineValue(hit) && isOpaque(hit)
  },
  {
    name: 'sql-password',
    kind: 'secret',
    needs: QUOTE,
    atGroups: LOGIN_WORDS,
    pattern:
      /\b(?:identified\s{1,3}(?:with\s\w{1,40}\s)?by(?:\s{1,3}password)?\s{1,3}(?:'(?<hit>[^'\n]{1,256})'|"(?<hit>[^"\n]{1,256})")|password\s{1,3}'(?<hit>[^'\n]{1,256})'|(?<==\s?)password\s?\(\s?'(?<hit>[^'\n]{1,256})'\s?\)(?=;|\s{0,3}$))/gi
  },
  {
    name: 'sql-password',
    kind: 'secret',
    literals: ['IDENTIFIED BY '],
    // Oracle takes it without quotes.
    pattern: /\bIDENTIFIED BY (?<hit>[^\s"';,]{3,128})/g,
    accept: (hit) => isMachineValue(hit) && isOpaque(hit)
  },
  {
    name: 'markup-password',
    kind: 'secret',
    needsAny: EQUALS | LESS,
    groups: SECRET_ENDINGS,
    pattern:
      /(?:password|token|secret|apikey|key)"?\s{1,3}value\s{0,2}=\s{0,2}["'](?<hit>[^"'\n]{3,256})|<(?:[\w:.-]{0,32})(?:password|passwd|secret|token|apikey)>\s{0,40}(?:<value>\s{0,40})?(?<hit>[^\s<][^<\n]{2,256})</gi
  }
]
