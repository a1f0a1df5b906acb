/**
 * Projects of a fact: the places where it was learned. They stay on this node, and are no part of
 * the digest. A fact without a project is of the node as a whole.
 */
import { HiveError } from '../errors.ts'

/** A name has a length byte on disk. */
export const MAX_PROJECT_BYTES = 255

/** A fact that was learned in more projects is of the node as a whole. */
export const MAX_PROJECTS = 8

/** Sorted, each once. */
export function canonicalProjects(projects: readonly string[]): string[] {
  return [...new Set(projects)].toSorted((a, b) => (a < b ? -1 : 1))
}

/** The projects of a fact that was learned twice; the result does not depend on the order. */
export function unionOfProjects(a: readonly string[], b: readonly string[]): string[] {
  if (a.length === 0 || b.length === 0) return []
  const both = canonicalProjects([...a, ...b])
  return both.length > MAX_PROJECTS ? [] : both
}

/** Names are compared exactly. Throws `HiveError` (ARGUMENT_INVALID). */
export function checkProjects(projects: readonly string[]): void {
  const isList = Array.isArray(projects) && projects.every(isProject)
  if (isList && projects.length <= MAX_PROJECTS) return
  throw new HiveError(
    'ARGUMENT_INVALID',
    `The projects of the fact are not a list of at most ${MAX_PROJECTS} names of 1 to ${MAX_PROJECT_BYTES} bytes.`
  )
}

export function isProject(name: unknown): name is string {
  return (
    typeof name === 'string' &&
    name !== '' &&
    name.isWellFormed() &&
    Buffer.byteLength(name) <= MAX_PROJECT_BYTES
  )
}
