/**
 * Layer 3: what points at a machine, its network or its directories. Whole URLs go, public ones
 * too: telling them apart is not worth a leak. Dotted API names, MIME types and package names stay.
 */
import { isIPv4, isIPv6 } from 'node:net'
import type { Rule } from './rule.ts'

const FILE_EXTENSIONS =
  'bash|c|cc|cfg|conf|cpp|cs|css|csv|db|env|gz|go|h|hpp|html?|ini|ipynb|java|jpe?g|jsx?|json|jsonl|key|kt|lock|log|lua|md|mjs|parquet|pdf|pem|php|png|properties|proto|ps1|py|rb|rs|sh|sql|sqlite|svg|swift|tar|tf|toml|tsx?|txt|vue|wasm|xml|ya?ml|zip'

/** Labels that follow an `@` in package specifiers, not in addresses. */
const NPM_TAGS: ReadonlySet<string> = new Set(['latest', 'next', 'beta', 'alpha', 'canary', 'rc'])

/** First labels of dotted API names, which are public vocabulary. */
const API_ROOTS: ReadonlySet<string> = new Set(
  'css html javascript manifests mathml svg webassembly webdriver webextensions'.split(' ')
)

function isHost(hit: string): boolean {
  return !API_ROOTS.has(hit.slice(0, hit.indexOf('.')))
}

export const ENVIRONMENT_RULES: readonly Rule[] = [
  {
    name: 'url',
    kind: 'url',
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>"'`{}|\\^]{0,2048}[^\s<>"'`{}|\\^.,;:!?)\]]/gi,
    needs: ['://']
  },
  {
    name: 'uuid',
    kind: 'id',
    pattern: /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi,
    needs: ['-']
  },
  { name: 'mac', kind: 'mac', pattern: /\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b/gi },
  {
    name: 'ipv6',
    kind: 'ip',
    pattern: /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:%\w{1,16})?(?![\w:])/gi,
    needs: [':'],
    accept: (hit) => isIPv6(hit.replace(/%.*$/, '')) && (hit.match(/[0-9a-f]+/gi)?.length ?? 0) >= 2
  },
  {
    name: 'ipv4',
    kind: 'ip',
    pattern: /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?::\d{1,5})?(?![\w.]*\d)/g,
    accept: (hit) => isIPv4(hit.replace(/[/:].*$/, ''))
  },
  {
    name: 'windows-path',
    kind: 'path',
    pattern: /(?<![\w])[a-z]:(?:[\\/]{1,2}[^\s\\/:*?"'<>|]{1,255}){1,64}[\\/]{0,2}/gi,
    needs: [':\\', ':/']
  },
  {
    name: 'unc-path',
    kind: 'path',
    pattern: /(?<![\w\\])\\\\[\w.-]{1,255}(?:\\{1,2}[^\s\\/:*?"'<>|]{1,255}){1,64}/g,
    needs: ['\\\\']
  },
  {
    name: 'home-path',
    kind: 'path',
    pattern: /(?<![\w/~])~[\w.-]{0,64}\/[\w.@+~%=:/-]{1,1024}/g,
    needs: ['~']
  },
  {
    name: 'posix-path',
    kind: 'path',
    // Two segments at least: a lone "/word" is a route, a closing tag or a fraction.
    pattern:
      /(?<![\w<>/.~)\]*])\/(?:[\p{L}\d_.@+~%=-]{1,255}\/){1,64}[\p{L}\d_.@+~%=:-]{0,255}(?<![.:])/gu,
    needs: ['/']
  },
  {
    name: 'system-path',
    kind: 'path',
    pattern:
      /(?<![\w<>/.~)\]*])\/(?:bin|boot|dev|etc|home|lib|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var|Users|Volumes|Library)(?![\w-])/g,
    needs: ['/']
  },
  {
    name: 'relative-path',
    kind: 'path',
    pattern: new RegExp(
      `(?<![\\w/@.-])(?:\\.{1,2}/[\\w.@+/-]{1,1024}|[\\w.+-]{1,255}(?:/[\\w.@+-]{1,255}){1,64}\\.(?:${FILE_EXTENSIONS})(?![\\w-]))`,
      'g'
    ),
    needs: ['/']
  },
  {
    name: 'internal-host',
    kind: 'host',
    pattern:
      /(?<![\w.@-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}(?:local|internal|intranet|corp|lan|localdomain|home\.arpa)(?![\w-]|\.\w)(?::\d{1,5})?/g,
    needs: ['.'],
    accept: isHost
  },
  {
    name: 'public-host',
    kind: 'host',
    pattern:
      /(?<![\w.@-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}(?:com|net|org|edu|gov|mil|cloud)(?![\w-]|\.\w)(?::\d{1,5})?/g,
    needs: ['.'],
    accept: isHost
  },
  {
    name: 'country-host',
    kind: 'host',
    pattern:
      /(?<![\w.@-])(?:[a-z0-9][a-z0-9-]{0,62}\.){2,8}(?:ai|app|at|au|br|ca|ch|cn|co|de|dev|es|eu|fr|in|io|it|jp|kr|me|nl|no|pl|ru|se|sh|uk|us)(?![\w-]|\.\w)(?::\d{1,5})?/g,
    needs: ['.'],
    accept: isHost
  },
  {
    name: 'user-at-host',
    kind: 'user',
    pattern: /(?<![\w.@/-])[a-z_][\w.-]{0,63}@[a-z][a-z0-9-]{1,62}(?![\w-]*[./])/gi,
    needs: ['@'],
    accept: (hit) => !NPM_TAGS.has(hit.slice(hit.indexOf('@') + 1))
  },
  {
    name: 'port-on-localhost',
    kind: 'host',
    pattern: /\blocalhost:\d{1,5}\b/g,
    needs: ['localhost:']
  }
]
