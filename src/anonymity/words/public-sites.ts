/**
 * Hosts and repositories that are public: homepages of packages, standards, and owners of public
 * repositories. A path below another public host is public if its words are.
 */
import { isPublicPart, partsOf } from './identifier-parts.ts'
import { isTechnicalWord } from './vocabulary.ts'
import { LINKED_HOSTS } from './linked-hosts.ts'
import { LINKED_OWNERS } from './linked-owners.ts'
import { HOSTS } from './public-hosts.ts'
import { OWNERS } from './public-owners.ts'

const FORGES: ReadonlySet<string> = new Set(['github.com', 'gitlab.com'])

/** RFC 2606. */
const RESERVED = /^(?:www\.|ftp\.)?example\.(?:com|net|org)$/

/** Domains of projects: below these a word of package names is the project. */
const PROJECT_ENDINGS: ReadonlySet<string> = new Set(['dev', 'io', 'org', 'rs', 'sh'])

/** Names of services below a domain. */
const SERVICE =
  /^(?:www\d?|go|docs?|pkg|api|wiki|download|downloads|index|static|ftp|blog|git|dev|code|forum|bugs|issues|play|pypi|doc|developer|developers|learn|status|ssh|cli|cloud|support|help|community|discuss|discourse|lists|archive|mirror|mirrors|cdn|hub|registry|repo|raw|gist|get|news|security|packages|releases|source|svn|cgit|trac|ci|build|builds|id|labs|research|opensource|assets|files|web|try)\./

/** A long number may identify somebody. */
const NUMBER = /\d{4}/

const sets = new Map<readonly string[], ReadonlySet<string>>()

/** `site` in lower case: a host, and perhaps a path, without a port. */
export function isPublicSite(site: string): boolean {
  const [host = '', ...path] = site.replace(/\/$/, '').split('/')
  if (!isPublicHost(host)) return false
  const [owner] = path
  if (owner === undefined) return true
  if (FORGES.has(host)) return isPublicOwner(owner)
  if (isProject(host.replace(SERVICE, ''))) return true
  return path.every((part) => !NUMBER.test(part) && partsOf(part).every(isPublicPart))
}

/** An owner of repositories that public projects link to, or a word of package names. */
export function isPublicOwner(owner: string): boolean {
  return setOf(OWNERS).has(owner) || setOf(LINKED_OWNERS).has(owner) || isTechnicalWord(owner)
}

function isPublicHost(host: string): boolean {
  const domain = host.replace(SERVICE, '')
  return (
    FORGES.has(host) ||
    RESERVED.test(host) ||
    [HOSTS, LINKED_HOSTS].some((lines) => setOf(lines).has(host) || setOf(lines).has(domain)) ||
    isProject(domain)
  )
}

function isProject(domain: string): boolean {
  const [name = '', ending = '', ...rest] = domain.split('.')
  return rest.length === 0 && PROJECT_ENDINGS.has(ending) && isTechnicalWord(name)
}

function setOf(lines: readonly string[]): ReadonlySet<string> {
  const known = sets.get(lines)
  if (known !== undefined) return known
  const made = new Set(lines.flatMap((line) => line.split(' ')))
  sets.set(lines, made)
  return made
}
