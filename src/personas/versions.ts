/** Versions of a persona: what changed, by whom, when and why. */
import { z } from 'zod'
import { MAX_NAME_LENGTH, MAX_NAMED_VERSIONS, MAX_REASON_LENGTH } from './constants.ts'
import { overlaps } from './changes.ts'
import { MutationSchema } from './mutation.ts'
import type { Json } from '../sandbox/index.ts'
import type { PersonaMutation } from './mutation.ts'
import type { PersonaConflict, PersonaPathChange } from './changes.ts'

export const AuthorSchema = z.strictObject({
  kind: z.enum(['person', 'mutation']),
  name: z.string().max(MAX_NAME_LENGTH).optional()
})

export const Reason = z.string().max(MAX_REASON_LENGTH)

/** The call that stored a version. */
export const OriginSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('create') }),
  z.strictObject({ do: z.literal('edit') }),
  z.strictObject({ do: z.literal('apply'), mutation: MutationSchema }),
  z.strictObject({ do: z.literal('invert'), version: z.int() }),
  z.strictObject({ do: z.literal('rollback'), version: z.int() })
])

/** Who makes a change: a person, or a mutation that the node tries. */
export interface PersonaAuthor {
  readonly kind: 'person' | 'mutation'
  readonly name?: string
}

/** The call that stored a version, with its mutation, or the version that it takes back or restores. */
export type PersonaOrigin =
  | { readonly do: 'create' | 'edit' }
  | { readonly do: 'apply'; readonly mutation: PersonaMutation }
  | { readonly do: 'invert' | 'rollback'; readonly version: number }

/** A stored version of a persona. */
export interface PersonaVersion {
  /** From 1 on, without gaps. */
  readonly number: number
  /** The version that it changes; undefined for the first. */
  readonly parent?: number
  readonly at: Date
  readonly by: PersonaAuthor
  readonly origin: PersonaOrigin
  readonly why?: string
  readonly changes: readonly PersonaPathChange[]
}

/** A conflict, and the versions that changed the part since; empty if they are no longer stored. */
export interface VersionConflict extends PersonaConflict {
  readonly since: readonly number[]
}

/** The result of an inversion: a new version, or what stands against it. */
export type PersonaInversion =
  | { readonly status: 'inverted'; readonly version: PersonaVersion }
  | { readonly status: 'conflict'; readonly conflicts: readonly VersionConflict[] }

const JsonValue = z.custom<Json>((value) => value !== undefined)

export const VersionValue = z.object({
  number: z.int(),
  parent: z.int().optional(),
  at: z.number().transform((at) => new Date(at)),
  by: AuthorSchema,
  origin: OriginSchema,
  why: Reason.optional(),
  changes: z.array(
    z.object({
      path: z.array(z.string()),
      before: JsonValue.optional(),
      after: JsonValue.optional()
    })
  )
})

/**
 * Parts of `target` that later versions changed, with those versions. A version and its later
 * inversion cancel each other: after both, the part is as `target` left it.
 */
export function editedSince(
  target: PersonaVersion,
  later: readonly PersonaVersion[]
): Map<PersonaPathChange, readonly number[]> {
  const edited = new Map<PersonaPathChange, readonly number[]>()
  for (const change of target.changes) {
    const standing = standingVersions(change.path, later)
    if (standing.length > 0) edited.set(change, standing.slice(-MAX_NAMED_VERSIONS))
  }
  return edited
}

/** Versions that changed a path and were not taken back. */
export function standingVersions(
  path: readonly string[],
  later: readonly PersonaVersion[]
): readonly number[] {
  const standing: number[] = []
  for (const { number, origin, changes } of later) {
    if (!changes.some((each) => overlaps(each.path, path))) continue
    if (origin.do === 'invert' && standing.at(-1) === origin.version) standing.pop()
    else standing.push(number)
  }
  return standing
}
