/**
 * Layer 3, networks: addresses and hosts. Whole URLs are removed, public ones too, since a mistake
 * would be a leak. Dotted API names, MIME types and package names stay.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { DOMAIN_WORDS, REPOSITORY_WORDS, SCHEME_WORDS } from '../reading/context-words.ts'
import {
  AT,
  COLON,
  DASH,
  DIGIT,
  DOT,
  DOT_SLASH,
  HASH,
  QUOTE,
  SLASH,
  SLASH_COLON
} from '../reading/text-features.ts'
import { layerOf } from './rule.ts'
import {
  DIGIT_FIRST,
  FOUR,
  LABEL,
  LOWER_FIRST,
  NON_ASCII_FIRST,
  ONLY_DIGITS,
  ONLY_HEX,
  THEN_COLON,
  THEN_DASH,
  SIGN_FIRST,
  THEN_DOT,
  THEN_NON_ASCII,
  THEN_SIGN,
  TWO,
  UPPER_LABEL
} from '../reading/shapes.ts'
import { isPublicPart, partsOf } from '../words/identifier-parts.ts'
import { isPersonName } from '../words/person-names.ts'
import { isPublicOwner, isPublicSite } from '../words/public-sites.ts'
import type { Rule } from './rule.ts'

/** First labels of dotted API names, which are public vocabulary. */
const API_ROOTS: ReadonlySet<string> = new Set(
  'css html http javascript manifests mathml svg webassembly webdriver webextensions java javax kotlin scala android asp system os process window document navigator console math threading this self exports module import meta'.split(
    ' '
  )
)

const PUBLIC_HOSTS: ReadonlySet<string> = new Set(
  'socket.io draw.io crates.io docker.io k8s.io chart.js fly.io character.ai github.io gitlab.io itch.io keybase.io x.ai'.split(
    ' '
  )
)

/** Of registries, standards and languages: their paths name public packages and documents. */
const PUBLIC_DOMAINS: ReadonlySet<string> = new Set(
  'golang.org go.dev gopkg.in npmjs.com npmjs.org pypi.org python.org readthedocs.org rust-lang.org docs.rs rubygems.org debian.org w3.org ietf.org rfc-editor.org unicode.org mozilla.org kernel.org gnu.org json.org yaml.org semver.org spdx.org schema.org whatwg.org nodejs.org'.split(
    ' '
  )
)

/** Endings that identify a host after one label, and those that methods and languages share. */
const HOST_ENDINGS: ReadonlySet<string> = new Set(
  'local internal intranet corp lan localdomain example invalid onion private svc localhost com net org edu gov mil cloud xyz biz tech online site shop consulting software agency systems ventures digital solutions company bank health academy io ai eu de fr ch nl se pl jp cn'.split(
    ' '
  )
)
const AMBIGUOUS_ENDINGS: ReadonlySet<string> = new Set(
  'app test at au arpa be br ca cc cl co cz dev dk es fi gr hk hu ie il in info ir is it kr lt lu lv me mx my no nz page ph pt ro ru sa sg sh si sk th to tr tv tw ua uk us vn za zone run live pro mobi name asia cat works tools team host space store website services network link click group global world email media plus so ly gg fm ws'.split(
    ' '
  )
)

function isImage(hit: string): boolean {
  const [first = '', ...rest] = hit.split('/')
  return (
    isHost(first.replace(/:.*/, '')) && (first.includes(':') || rest.at(-1)?.includes(':') === true)
  )
}

function isAddress(hit: string): boolean {
  return isIPv6(hit.replace(/[%/].*$/, '')) && (hit.match(/[0-9a-f]+/gi)?.length ?? 0) >= 2
}

function isHost(name: string): boolean {
  const labels = name.replace(/\.?(?:[:/].*)?$/s, '').split('.')
  const [first = ''] = labels
  if (API_ROOTS.has(first) || PUBLIC_HOSTS.has(labels.join('.'))) return false
  if (PUBLIC_DOMAINS.has(labels.slice(-2).join('.'))) return false
  const ending = labels.at(-1) ?? ''
  // `com.android.tools`: a package, which the layer for code reads.
  if (labels.length > 2 && /^(?:com|org|net|io|dev)$/.test(first) && !HOST_ENDINGS.has(ending))
    return false
  if (isPublicSite(name.toLowerCase()) || isFile(labels) || isField(labels)) return false
  return HOST_ENDINGS.has(ending) || (labels.length > 2 && AMBIGUOUS_ENDINGS.has(ending))
}

/** A label of a domain in ASCII, and the dot or dash behind it. */
const LABEL_STARTS: readonly number[] = [
  LOWER_FIRST | THEN_DOT,
  DIGIT_FIRST | THEN_DOT,
  LOWER_FIRST | THEN_DASH,
  DIGIT_FIRST | THEN_DASH
]

/** Endings that files and classes share: `.env.local`, `.card.shop`. */
const SURE_ENDINGS: ReadonlySet<string> = new Set(
  'internal intranet corp lan localdomain onion com net org edu gov mil'.split(' ')
)

/** The domain in `.zorbax.internal` and `*.zorbax.io`. */
function isDomainSuffix(name: string): boolean {
  const labels = name.split('.')
  const ending = labels.pop() ?? ''
  if (!isHost(name)) return false
  return SURE_ENDINGS.has(ending) || !labels.every((label) => partsOf(label).every(isPublicPart))
}

const DOCUMENTED_DOMAIN = /^example\.(?:com|net|org)$/

/** `dc=zorbax,dc=com` names the host `zorbax.com`. */
function isDomainOfDirectory(hit: string): boolean {
  const labels = hit.split(',').map((part) => part.trim().slice('dc='.length).toLowerCase())
  const name = labels.join('.')
  return isHost(name) && !DOCUMENTED_DOMAIN.test(name)
}

function ownerOf(repository: string): string {
  return repository.slice(0, repository.indexOf('/')).toLowerCase()
}

/** Of a public owner, or a branch of public words. */
function isPublicRepository(hit: string): boolean {
  if (/^[\w-]+\/[\w.-]+$/.test(hit) && isPublicOwner(ownerOf(hit))) return true
  return /^[a-z]+(?:-[a-z]+)+$/.test(hit) && partsOf(hit).every(isPublicPart)
}

/** Endings that fields, methods and files have far more often than hosts of three public words. */
const FIELD_ENDINGS: ReadonlySet<string> = new Set(
  'name info host id is at in to link page group run service'.split(' ')
)

/** `ada.lovelace.name` is a person's own. */
function isFieldPart(part: string): boolean {
  return isPublicPart(part) && !isPersonName(part)
}

/** A field or a version: `gen_ai.agent.name`, `1.0.1.dev`. */
function isField(labels: readonly string[]): boolean {
  const last = labels.at(-1) ?? ''
  if (last === 'dev' && labels.slice(0, -1).every((label) => /^\d{1,3}$/.test(label))) return true
  return (
    labels.length > 2 &&
    FIELD_ENDINGS.has(last) &&
    labels.every((label) => partsOf(label).every(isFieldPart))
  )
}

/** Perl scripts, and texts with the code of their language: `check-options.pl`, `readme.fr`. */
function isFile([name = '', ending, ...rest]: readonly string[]): boolean {
  if (rest.length > 0) return false
  return name === 'readme' || (ending === 'pl' && partsOf(name).every(isPublicPart))
}

/**
 * A small number of four parts after the name of a package: `bump billiard to 2.7.3.30`,
 * `Upgrade to SQLite JDBC 3.51.3.0`, `releases back to 0.8.2.2`.
 */
const VERSIONED =
  '(?:(?:versions?|releases?)(?: of \\p{L}[\\w-]{2,30}(?: dependency| library)?)?(?: back)?(?: to| of)? (?=\\d\\.)|(?:upgrade|bump) to (?:(?!host|ip|address|server|node|the|at|on)\\p{L}[\\w-]{1,30} ){1,3}(?=\\d\\.)|(?:depends? on|requires?|bumps?|adopt|upgrade|update|pin|use|using|release|version|support|with|v) (?!host|ip|address|server|node|gateway|dns|peer|proxy|the|to|from|at|by|on|via|db|database|route|subnet|machine|box|vm|cluster|endpoint|replica|firewall)\\p{L}[\\w/@.-]{2,60} (?:from (?:[\\d.]{5,16} to )?|to )?(?=\\d\\.))'

export const URLS_RULES: readonly Rule[] = [
  {
    name: 'url',
    kind: 'url',
    literals: ['://'],
    pattern:
      /(?<![\p{L}\d])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>"'`{}|\\^]{0,2048}[^\s<>"'`{}|\\^.,;:!?)\]]/giu,
    needs: COLON | SLASH
  },
  {
    name: 'scp-remote',
    kind: 'repository',
    pattern: /(?<![\w.@/-])[\w.-]{1,64}@[\w.-]{1,255}:[\w~./-]{1,512}/g,
    needs: AT | COLON,
    accept: (hit) => !/:\d{1,5}$/.test(hit)
  },
  {
    name: 'opaque-url',
    kind: 'url',
    atGroups: SCHEME_WORDS,
    pattern:
      /\b(?:mailto|tel|sms|sip|sips|xmpp|magnet|urn|data|jdbc|cid|file):[^\s<>"'`]{4,4096}/gi,
    accept: (hit) => /[@/\d?]/.test(hit)
  }
]

export const urls = layerOf(URLS_RULES)

export const NETWORK_RULES: readonly Rule[] = [
  {
    name: 'container-image',
    kind: 'repository',
    needs: DOT_SLASH,
    pattern:
      /(?<![\w.@/-])(?:[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}(?::\d{1,5})?|localhost:\d{1,5})(?:\/[a-z0-9._-]{1,128}){1,8}(?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{8,64})?/g,
    accept: isImage
  },
  {
    name: 'container-image',
    kind: 'repository',
    needs: SLASH | DOT,
    literals: ['localhost:'],
    pattern:
      /(?<![\w.@/-])(?:[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}(?::\d{1,5})?|localhost:\d{1,5})(?:\/[a-z0-9._-]{1,128}){1,8}(?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{8,64})?/g,
    accept: isImage
  },
  {
    name: 'image-tag',
    kind: 'repository',
    needs: SLASH_COLON,
    pattern:
      /(?<![\w.@/-])[a-z0-9][a-z0-9_-]{1,64}\/[a-z0-9][a-z0-9._-]{1,128}:(?=[a-z0-9])[\w.-]{1,128}(?![\w/])/g,
    // A file and a line: `docs/debugging.rst:72`.
    accept: (hit) => !/\.[a-z]{1,5}:\d{1,5}$/.test(hit) && !isPublicOwner(ownerOf(hit))
  },
  {
    name: 'forge-remote',
    kind: 'repository',
    literals: ['hub.com:', 'lab.com:'],
    pattern: /(?<![\w.@/-])git(?:hub|lab)\.com:[\w.-]{1,39}\/[\w.-]{1,100}(?<!\.)/g,
    accept: (hit) => !isPublicOwner(ownerOf(hit.slice(hit.indexOf(':') + 1)))
  },
  {
    name: 'repository-reference',
    kind: 'repository',
    pattern: /(?<![\w.@/-])[\w-]{1,39}\/[\w.-]{1,100}#\d{1,7}(?!\w)/g,
    needs: SLASH | HASH | DIGIT,
    accept: (hit) => !isPublicOwner(ownerOf(hit))
  },
  {
    name: 'announced-repository',
    kind: 'repository',
    needsAny: SLASH | DASH | QUOTE,
    atGroups: REPOSITORY_WORDS,
    pattern:
      /(?:(?<![\w.]|\w-)(?:repo(?:sitory)?|branch|remote|submodule|fork|clone|checkout|image|monorepo)(?=[\s:="'`])(?: (?:of|at|named|called|is|-b))?["'`]?\s{0,2}[:=]?\s{0,2}["'`]?|\borigin\/|\bupstream\/|\brefs\/(?:heads|tags)\/)(?<hit>[\w.-]{1,100}(?:[/:][\w.-]{1,100}){1,4}|[\w.]{1,40}(?:[-_][\w.]{1,40}){1,8})/gi,
    accept: (hit) =>
      !/^(?:(?:origin|upstream)\/(?:main|master|dev|develop|trunk|HEAD)|and\/or)$/.test(hit) &&
      !isPublicRepository(hit)
  },
  {
    name: 'mac',
    kind: 'mac',
    at: [ONLY_HEX | TWO | THEN_COLON, ONLY_HEX | TWO | THEN_DASH, ONLY_HEX | FOUR | THEN_DOT],
    pattern:
      /(?<![\w:.-])(?:[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?:(?:[:-][0-9a-f]{2}){2})?|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})(?![\w:-])/gi
  },
  {
    name: 'ipv6',
    kind: 'ip',
    pattern:
      /(?<![\p{L}\d:.])\[?(?<hit>(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?:%\w{1,16})?(?:\/\d{1,3})?)\]?(?![\p{L}\d:])/giu,
    at: [ONLY_HEX | THEN_COLON],
    accept: isAddress
  },
  {
    name: 'ipv6',
    kind: 'ip',
    pattern:
      /(?<![\p{L}\d:.])\[?(?<hit>(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?:%\w{1,16})?(?:\/\d{1,3})?)\]?(?![\p{L}\d:])/giu,
    literals: ['::'],
    accept: isAddress
  },
  {
    name: 'ipv4',
    kind: 'ip',
    at: [ONLY_DIGITS | THEN_DOT],
    pattern: new RegExp(
      `(?<![\\w.])(?<!${VERSIONED})\\d{1,3}(?:\\.\\d{1,3}){3}(?:/\\d{1,2})?(?::\\d{1,5})?(?!\\+?[\\w.]*\\d)`,
      'giu'
    ),
    // Zero-padded addresses too; versions have larger parts.
    accept: (hit) =>
      !/^(?:127\.0\.0\.1|0(?:\.\d{1,3}){3})(?![\d.])/.test(hit) &&
      isIPv4(hit.replace(/[/:].*$/, '').replaceAll(/(?<!\d)0+(?=\d)/g, ''))
  },
  {
    name: 'dashed-ip',
    kind: 'host',
    literals: ['ip-'],
    pattern: /(?<![\w-])ip-\d{1,3}(?:-\d{1,3}){3}(?:\.[\w.-]{1,255})?(?![\w-])/g,
    needs: DASH | DIGIT
  },
  {
    name: 'host',
    kind: 'host',
    shapes: LABEL,
    at: [
      ...LABEL_STARTS,
      LOWER_FIRST | THEN_SIGN,
      DIGIT_FIRST | THEN_SIGN,
      THEN_NON_ASCII,
      NON_ASCII_FIRST,
      SIGN_FIRST
    ],
    // In lower case: `Array.prototype.at` is no host.
    pattern:
      /(?<![\p{L}\d_.@-])(?:[a-z0-9_\u00df-\u024f][a-z0-9_\u00df-\u024f-]{0,62}\.){1,8}[a-z]{2,24}\.?(?![\p{L}\d_(-]|\.[\p{L}\d_])(?::\d{1,5})?(?:\/[\w.~%+@:=&?#-]{1,255}){0,32}\/?(?<![.,:;?!])/gu,
    accept: isHost
  },
  {
    name: 'domain-suffix',
    kind: 'host',
    shapes: LABEL,
    at: LABEL_STARTS,
    // Behind a wildcard, a placeholder or a separator: `list.at` and `.tar.gz` are no domains.
    pattern:
      /(?<=(?:^|[\s"'`=,;:(|*}>])\.)(?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}[a-z]{2,24}(?![\p{L}\d_(-]|\.[\p{L}\d_])/gu,
    accept: isDomainSuffix
  },
  {
    name: 'directory-domain',
    kind: 'host',
    literals: ['dc=', 'DC='],
    pattern: /(?<![\w-])dc=[a-z\d-]{1,63}(?:, ?dc=[a-z\d-]{1,63}){1,8}(?![\w-])/gi,
    accept: isDomainOfDirectory
  },
  {
    name: 'upper-case-host',
    kind: 'host',
    shapes: UPPER_LABEL,
    groups: DOMAIN_WORDS,
    pattern:
      /(?<![\w.@-])(?:[A-Z0-9_][A-Z0-9_-]{0,62}\.){1,8}(?:COM|NET|ORG|LOCAL|INTERNAL|CORP|LAN|INTRANET)(?![\w-]|\.\w)/g
  },
  {
    name: 'port-on-localhost',
    kind: 'host',
    literals: ['localhost'],
    pattern: /\blocalhost:\d{1,5}\b/g,
    needs: COLON
  }
]

export const network = layerOf(NETWORK_RULES)
