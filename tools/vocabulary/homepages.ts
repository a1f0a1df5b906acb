/** Public hosts, and owners of public repositories, of the homepages of packages. */

/** Packages that share a host before it counts: one alone may be a person's own. */
const LEAST_PACKAGES = 2
const FORGE = /^https?:\/\/(?:www\.)?(?:github|gitlab)\.com\/(?<owner>[A-Za-z\d][\w.-]{0,38})\//
export const HOST = /^https?:\/\/(?:www\.)?(?<host>[a-z\d.-]+\.[a-z]{2,24})(?:[/:]|$)/i
/** Hosts whose names below the domain are those of users. */
export const SHARED =
  /(?:^|\.)(?:github\.io|gitlab\.io|sourceforge\.(?:net|io)|readthedocs\.(?:io|org)|blogspot\.com|wordpress\.com|google\.com|googlecode\.com|amazonaws\.com|herokuapp\.com|netlify\.(?:com|app)|vercel\.app|web\.app|pages\.dev|free\.fr|launchpad\.net|alioth\.debian\.org|chez\.com|tripod\.com|geocities\.com)$/

export function hostsOf(homepages: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const homepage of homepages) {
    const host = HOST.exec(homepage)?.groups?.['host']?.toLowerCase()
    if (host === undefined || SHARED.test(host)) continue
    counts.set(host, (counts.get(host) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count >= LEAST_PACKAGES)
    .map(([host]) => host)
    .toSorted()
}

export function ownersOf(homepages: readonly string[], scopes: readonly string[]): string[] {
  const owners = homepages.map((homepage) => FORGE.exec(homepage)?.groups?.['owner']?.toLowerCase())
  return [...new Set([...owners.filter((owner) => owner !== undefined), ...scopes])].toSorted()
}
