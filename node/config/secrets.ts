/** Masks what may be a secret in a value that is printed. */

/** The password of a URL, a swarm key, and the usual forms of keys of providers. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(\/\/[^/\s:@]*):[^/\s@]+@/g, '$1:***@'],
  [/([?&](?:key|token|api[-_]?key|secret|password)=)[^&\s]+/gi, '$1***'],
  [/\b[0-9a-f]{64}\b/gi, '***'],
  [/\b(?:sk|gsk|key|pk|ghp|xox[abp])[-_][\w-]{12,}/g, '***']
]

export function masked(text: string): string {
  return PATTERNS.reduce((result, [pattern, mask]) => result.replaceAll(pattern, mask), text)
}
