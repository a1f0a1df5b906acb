/**
 * Marks of an item: what a query leaves out, as terms of the index. An item of projects has the mark
 * `SCOPED` and one for each project, so that a query costs what is left out, and a node without
 * projects pays nothing.
 */
import { sha256 } from '../../crdt/bytes/index.ts'

/** Terms that no stemmer changes into each other. */
const SCOPED = 'xscopedx'
const STALE = 'xstalex'

const KEY_DIGITS = 32

/** Whether authors call an item stale: none, some, or enough to hide it from recall. */
export const STALE_STATES = ['none', 'some', 'hidden'] as const
export type StaleState = (typeof STALE_STATES)[number]

/** The key of a project: 128 bits of a hash, since names are compared exactly. */
export function projectKeyOf(project: string): string {
  return `p${Buffer.from(sha256(Buffer.from(project)))
    .toString('hex')
    .slice(0, KEY_DIGITS)}`
}

/** The terms of the column `marks`. */
export function marksOf(projects: readonly string[], stale: StaleState): string {
  const scope = projects.length === 0 ? [] : [SCOPED, ...projects.map(projectKeyOf)]
  return [...scope, ...(stale === 'hidden' ? [STALE] : [])].join(' ')
}

/** What decides whether a query leaves an item out. */
export interface ItemMarks {
  readonly projects: readonly string[]
  readonly stale: StaleState
}

/** The part of a query that leaves items out; see `SearchQuery`. */
export interface MarkFilter {
  readonly project?: string | null
  readonly onlyProject?: boolean
  readonly includeStale?: boolean
}

/** Whether the query leaves the item out: the same as the expression. */
export function isExcluded(
  { projects, stale }: ItemMarks,
  { project, onlyProject = false, includeStale = false }: MarkFilter
): boolean {
  if (stale === 'hidden' && !includeStale) return true
  if (onlyProject) return typeof project !== 'string' || !projects.includes(project)
  if (project === undefined || projects.length === 0) return false
  return project === null || !projects.includes(project)
}

/** An expression of the items of a project. */
export function isOfProject(project: string): string {
  return `{marks} : ${projectKeyOf(project)}`
}

/** An expression of what a query leaves out; undefined for nothing. */
export function excludedBy({ project, includeStale = false }: MarkFilter): string | undefined {
  const scoped = `{marks} : ${SCOPED}`
  const others =
    project === undefined
      ? []
      : [project === null ? scoped : `(${scoped} NOT {marks} : ${projectKeyOf(project)})`]
  const left = [...(includeStale ? [] : [`{marks} : ${STALE}`]), ...others]
  return left.length === 0 ? undefined : left.join(' OR ')
}
