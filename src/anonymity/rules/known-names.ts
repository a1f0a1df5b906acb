/** The names of this machine and its users: whole words, without regard to case. */
import { layerOf } from './rule.ts'
import type { FindingKind, Layer, Rule } from './rule.ts'

/** Each list has its own kind, that of the layer which would find such a name. */
export interface KnownNames {
  /** Home directories and similar paths. */
  readonly paths?: readonly string[]
  readonly hosts?: readonly string[]
  readonly users?: readonly string[]
  readonly knownNames?: readonly string[]
}

export function knownNames({
  paths = [],
  hosts = [],
  users = [],
  knownNames: names = []
}: KnownNames): Layer {
  const rules = [
    ...rulesFor('path', paths),
    ...rulesFor('host', hosts),
    ...rulesFor('user', users),
    ...rulesFor('name', names)
  ]
  return layerOf(rules)
}

/** Longer names first, so that a full host name precedes its first label. */
function rulesFor(kind: FindingKind, names: readonly string[]): Rule[] {
  return names
    .toSorted((a, b) => b.length - a.length)
    .map((text) => ({
      name: 'known-name',
      kind,
      pattern: new RegExp(`(?<![\\p{L}\\d])${RegExp.escape(text)}(?![\\p{L}\\d])`, 'giu')
    }))
}
