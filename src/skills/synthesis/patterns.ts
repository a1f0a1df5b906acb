/** Regular expressions that accept a little more than before. */

export interface RelaxedPattern {
  readonly pattern: string
  readonly flags: string
  readonly how: string
}

export function relaxPattern(pattern: string, flags: string): readonly RelaxedPattern[] {
  const all: RelaxedPattern[] = []
  const add = (other: string, how: string, otherFlags = flags): void => {
    if (other !== pattern || otherFlags !== flags) {
      all.push({ pattern: other, flags: otherFlags, how })
    }
  }
  if (!flags.includes('i')) add(pattern, 'ignores case', `${flags}i`)
  if (pattern.startsWith('^')) {
    add(`^\\s*${pattern.slice(1)}`, 'matches after white space')
    add(`^[v=]?\\s*${pattern.slice(1)}`, 'matches after a v or =')
    add(pattern.slice(1), 'matches anywhere')
  }
  if (pattern.endsWith('$') && !pattern.endsWith('\\$')) {
    add(`${pattern.slice(0, -1)}\\s*$`, 'matches before white space')
    add(
      `${pattern.slice(0, -1)}(?:-[0-9A-Za-z.-]+)?(?:\\+[0-9A-Za-z.-]+)?$`,
      'matches before a label'
    )
    add(pattern.slice(0, -1), 'matches text with more behind it')
  }
  // Each digit class that matches one digit matches several; each required part becomes optional.
  for (const { index } of pattern.matchAll(/\\d(?![+*?{])/g)) {
    add(`${pattern.slice(0, index)}\\d+${pattern.slice(index + 2)}`, 'matches several digits')
  }
  for (const { index } of pattern.matchAll(/(?<!\\)\+(?!\?)/g)) {
    add(`${pattern.slice(0, index)}*${pattern.slice(index + 1)}`, 'matches zero repetitions too')
  }
  for (const { index } of pattern.matchAll(/\\d\+?\)(?![+*?{])/g)) {
    const at = pattern.indexOf(')', index) + 1
    add(`${pattern.slice(0, at)}?${pattern.slice(at)}`, 'matches without a part')
  }
  for (const { index } of pattern.matchAll(/\\\.(\([^()]*\)|\\d\+?)/g)) {
    const end = index + (/\\\.(\([^()]*\)|\\d\+?)/.exec(pattern.slice(index))?.[0].length ?? 0)
    add(
      `${pattern.slice(0, index)}(?:${pattern.slice(index, end)})?${pattern.slice(end)}`,
      'matches without a part'
    )
  }
  return all
}
