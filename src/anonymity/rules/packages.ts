/**
 * Packages of organisations that publish nothing: their scope, vendor or namespace is the name of the
 * organisation. The package goes with it, since its name is often that of a product, and so does what
 * follows as a path in the package. Of public packages such a path stays if all its words are public.
 */
import { AT, DOT, SLASH, UPPER } from '../reading/text-features.ts'
import { isPublicPart, partsOf } from '../words/identifier-parts.ts'
import { isKnownScope, isPackageScope } from '../words/public-scopes.ts'
import { isPublicOwner } from '../words/public-sites.ts'
import { isUnknown } from '../words/unknown-word.ts'
import { layerOf } from './rule.ts'
import type { Layer, Rule } from './rule.ts'

/** Of npm, JSR and container registries: letters in lower case, mostly. */
const SCOPED = '@(?:[a-z0-9~][\\w.-]{0,63})/(?:[a-z0-9~][\\w.-]{0,127}(?<![.])|\\*)'

/** A path in the package, also behind a version. */
const SUBPATH = '(?:(?:@[\\w.^~-]{1,32})?(?:/[\\w.+~-]{1,255}){1,64}(?<![.]))?'

/** A file of a scoped package, and perhaps a line and a column of it. */
const FILE_OF_PACKAGE =
  /^(?:node_modules\/)?@(?<scope>[a-z0-9~][\w.-]{0,63})\/[a-z0-9~][\w.-]{0,127}\/(?<file>[\w.+/-]{1,512}?)(?::\d{1,7}){0,2}$/i

/** Whether the path is one in a public package, and tells nothing. */
export function isPublicFile(path: string): boolean {
  const { scope, file } = FILE_OF_PACKAGE.exec(path)?.groups ?? {}
  if (scope === undefined || file === undefined) return false
  const owner = scope.toLowerCase()
  const isPublic = isPackageScope(owner) || (isPublicOwner(owner) && !isKnownScope(owner))
  return isPublic && partsOf(file).every(isPublicPart)
}

function isPrivate(owner: string): boolean {
  const lower = owner.toLowerCase()
  return !isPublicOwner(lower) && !isKnownScope(lower)
}

/** `@scope/name` has the scope `scope`, `vendor/name` the vendor. */
function scopeOf(hit: string): string {
  return hit.slice(hit.startsWith('@') ? 1 : 0, hit.indexOf('/'))
}

/** `Zorbax.Payments`: its first name is of no public product. */
function isPrivateNamespace(hit: string): boolean {
  const parts = partsOf(hit.slice(0, hit.indexOf('.')))
  return !parts.every(isPublicPart) && parts.some(isUnknown)
}

export const PACKAGE_RULES: readonly Rule[] = [
  {
    name: 'scoped-package',
    kind: 'repository',
    needs: AT | SLASH,
    pattern: new RegExp(`(?<![\\w@])${SCOPED}${SUBPATH}`, 'gi'),
    accept: (hit) => isPrivate(scopeOf(hit))
  },
  {
    name: 'package-scope',
    kind: 'repository',
    literals: ['scope', ':registry'],
    pattern:
      /(?:--scope[= ]@?|"scope": ?"@?|(?<![\w@])@(?=[\w.-]{1,64}:registry\b))(?<hit>[a-z0-9~][\w.-]{1,63})/gi,
    accept: isPrivate
  },
  {
    name: 'vendor-package',
    kind: 'repository',
    needs: SLASH,
    literals: ['composer '],
    pattern:
      /\bcomposer (?:require|update|remove|show|why|why-not|depends|create-project)(?: -{1,2}[\w-]{1,32}){0,4} (?<hit>[a-z0-9][\w.-]{0,63}\/[a-z0-9][\w.-]{0,127})/gi,
    accept: (hit) => isPrivate(scopeOf(hit))
  },
  {
    name: 'namespace',
    kind: 'identifier',
    needs: UPPER | DOT,
    pattern: /(?<![\w.@/:$-])[A-Z][a-z]\w{1,40}(?:\.[A-Z]\w{1,40}){1,8}(?![\w(])/g,
    accept: isPrivateNamespace
  }
]

export const packages: Layer = layerOf(PACKAGE_RULES)
