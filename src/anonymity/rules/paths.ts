/**
 * Layer 3, paths: paths of every system, quoted, with spaces or relative, and files of keys or
 * data.
 */
import { FILE_WORDS } from '../reading/context-words.ts'
import {
  BACKSLASH,
  DOLLAR,
  DOT_SLASH,
  PERCENT,
  QUOTE,
  SLASH,
  SLASHES,
  SLASH_DOT,
  TILDE
} from '../reading/text-features.ts'
import { isPublicFile } from './packages.ts'
import { layerOf } from './rule.ts'
import { LABEL, ONE, THEN_COLON, THEN_SLASH } from '../reading/shapes.ts'
import type { Rule } from './rule.ts'

const FILE_EXTENSIONS =
  'bak|bash|bat|c|cc|cer|cfg|cmd|conf|config|cpp|crt|cs|csr|css|csv|db|doc|docx|dmp|ear|env|exe|gz|go|h|hcl|hpp|html?|ini|ipynb|jar|java|jks|jpe?g|jsx?|json|jsonl|key|kdbx|kt|lock|log|lua|md|mjs|mp4|ovpn|p12|parquet|pcap|pdf|pem|pfx|php|plist|png|ppk|ppt|pptx|properties|proto|ps1|pub|py|rb|rdp|rs|scala|sh|sln|sql|sqlite|svg|swift|tar|tf|tfstate|tfvars|tgz|toml|tsx?|txt|vmdk|vue|war|wasm|xlsx?|xml|ya?ml|zip'

export const PATHS_RULES: readonly Rule[] = [
  {
    name: 'quoted-path',
    kind: 'path',
    pattern:
      /(?<=["'`])(?:~[\w.-]{0,64}|\.{1,2}|[A-Za-z]:|\$\{?\w{1,32}\}?|\/(?=[^"'`\n]{1,255}\/))?[\\/][^"'`\n<>|*]{1,1024}(?=["'`])/g,
    needs: QUOTE,
    needsAny: SLASH | BACKSLASH,
    accept: (hit) =>
      !/^\/(?:[\w.-]{1,64}|[^\s/]{1,8}\/[gimsuy]{0,6})$/.test(hit) &&
      !hit.startsWith('//') &&
      !/^[/\\][\\(^[]/.test(hit)
  },
  {
    name: 'windows-path',
    kind: 'path',
    needsAny: PERCENT | DOLLAR | BACKSLASH,
    pattern:
      /(?<![\p{L}\d])(?:%\w{1,32}%|\$env:\w{1,32}|\\\\[?.]\\[a-z]:)[\\/]{1,2}(?:[^\\/:*?"'<>|\r\n]{1,64}[\\/]{1,2}){0,64}(?:[^\s\\/:*?"'<>|]{1,255})?/giu,
    accept: (hit) => !hit.includes('//')
  },
  {
    name: 'windows-path',
    kind: 'path',
    at: [ONE | THEN_COLON],
    pattern:
      /(?<![\p{L}\d])[a-z]:[\\/]{1,2}(?:[^\\/:*?"'<>|\r\n]{1,64}[\\/]{1,2}){0,64}(?:[^\s\\/:*?"'<>|]{1,255})?/giu,
    accept: (hit) => !hit.includes('//')
  },
  {
    name: 'unc-path',
    kind: 'path',
    literals: ['\\\\'],
    pattern:
      /(?<![\w\\])\\\\{1,3}[\w.$-]{1,255}(?:\\{1,2}[^\\/:*?"'<>|\r\n]{1,64}(?=\\)){0,64}(?:\\{1,2}[^\s\\/:*?"'<>|]{1,255})/g,
    needs: BACKSLASH
  },
  {
    name: 'registry-path',
    kind: 'path',
    literals: ['HK'],
    pattern:
      /\b(?:HKEY_[A-Z_]{4,24}|HKLM|HKCU)(?::?\\{1,2}[^\\\r\n"'<>|]{1,64}(?=\\)){0,32}\\{1,2}[^\s\\"'<>|]{1,64}/g,
    needs: BACKSLASH
  },
  {
    name: 'home-path',
    kind: 'path',
    needs: SLASH,
    needsAny: TILDE | DOLLAR,
    pattern:
      /(?:(?<![\w/~])~[\w.-]{0,64}|\$\{?(?:HOME|PWD|TMPDIR|USERPROFILE|XDG_\w{1,24}|[A-Z_]{2,32}(?:DIR|HOME|ROOT|PATH))\}?)\/[\w.@+~%=:/-]{1,1024}/g
  },
  {
    name: 'user-path',
    kind: 'path',
    needs: SLASH,
    literals: ['/home/', '/Users/', '/Volumes/', '/media/', '/mnt/'],
    // Below a home or a mounted volume a name may contain spaces; elsewhere a space ends the path.
    pattern:
      /(?<![\w<>.~)\]*])(?:\/[\p{L}\d_.-]{1,64}){0,3}\/(?:home|Users|Volumes|media|mnt)\/[\p{L}\d_.@+~%=-]{1,128}(?:(?:\/|\\? (?=[\p{L}\d_.@+~%=-]{1,32}(?:\\? [\p{L}\d_.@+~%=-]{1,32}){0,3}\/))[\p{L}\d_.@+~%=()-]{0,255}){0,64}(?::\d{1,7}){0,2}(?<![.:])/gu
  },
  {
    name: 'posix-path',
    kind: 'path',
    // At least two segments: a single "/word" is a route, a closing tag or a fraction.
    pattern:
      /\/(?<![\w<>/.~)\]*]\/)(?:(?:[\p{L}\d_.@+~%=:${}[\]-]|\\ ){1,255}\/){1,64}[\p{L}\d_.@+~%=:${}-]{0,255}(?<![.:])/gu,
    needs: SLASH
  },
  {
    name: 'system-path',
    kind: 'path',
    pattern:
      /\/(?<![\w<>/.~)\]*]\/)(?:bin|boot|dev|etc|home|lib|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var|Users|Volumes|Library)(?![\w-])/g,
    needs: SLASH
  },
  {
    name: 'relative-path',
    kind: 'path',
    needsAny: SLASH_DOT | DOT_SLASH | BACKSLASH,
    pattern: new RegExp(
      `(?<![\\w/@.-])(?:\\.{1,2}/[\\w.@+/-]{1,1024}|[\\w.+@-]{1,255}(?:/[\\w.@+-]{1,255}){1,64}\\.(?:${FILE_EXTENSIONS})(?![\\w-])|[\\w.+-]{1,255}(?:\\\\[\\w.@+-]{1,255}){1,64}\\.(?:${FILE_EXTENSIONS})(?![\\w-]))(?::\\d{1,7}){0,2}`,
      'g'
    ),
    accept: (hit) => !isPublicFile(hit)
  },
  {
    name: 'deep-path',
    kind: 'path',
    needs: SLASHES,
    near: [THEN_SLASH],
    pattern: /(?<![\w/@.:<-])[\w.+-]{1,255}(?:\/[\w.@+-]{1,255}){3,64}\/?/g,
    accept: (hit) => !/^(?:\d+\/)+\d+$/.test(hit) && /[a-z]/.test(hit) && !isPublicFile(hit)
  },
  {
    name: 'dated-dump',
    kind: 'path',
    shapes: LABEL,
    groups: FILE_WORDS,
    pattern: new RegExp(
      `(?<![\\w/@.-])(?=[\\w-]{0,64}[-_])[\\w-]{3,128}\\.(?:bak|cer|crt|csr|dmp|docx?|gz|jks|kdbx|key|log|ovpn|p12|pcap|pem|pfx|ppk|pptx?|pub|rdp|sql|sqlite|tar|tfstate|tfvars|tgz|vmdk|xlsx?|zip)(?:\\.(?:gz|zip|bak|gpg|asc))?(?![\\w-])`,
      'g'
    )
  }
]

export const paths = layerOf(PATHS_RULES)
