/**
 * The versions of the personas of a node, on disk: the version `v/<agent>/<number>`, its persona
 * `p/<agent>/<number>`, and the head `h/<agent>`.
 *
 * Guarantees: a version, its persona and the head are one commit, on disk (fsync) when the call
 * resolves. Nothing stays in memory between calls, so nothing is ahead of the disk after a failed
 * commit. Changes of one agent are made one after the other, each from the stored head.
 */
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { diffPersonas, restore } from './changes.ts'
import { MAX_VERSIONS } from './constants.ts'
import { bytesOf, PersonaSchema } from './persona.ts'
import { digitsOf, KeyedSerial, putJson, readAll, readJson, remove } from '../stored/index.ts'
import { editedSince, standingVersions, VersionValue } from './versions.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { PersonaConflict, PersonaPathChange } from './changes.ts'
import type { Persona, PersonaModel } from './persona.ts'
import type {
  PersonaAuthor,
  PersonaInversion,
  PersonaOrigin,
  PersonaVersion,
  VersionConflict
} from './versions.ts'

const HeadValue = z.object({ number: z.int(), at: z.number() })

/** An agent whose persona is stored. */
export interface StoredAgent {
  readonly name: string
  /** The number of the current version, and when it was stored. */
  readonly version: number
  readonly changedAt: Date
}

export interface PersonaStoreComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly now: () => number
  /** Throws if the agent is frozen: only persons change its persona then. Default: none is. */
  readonly assertActive?: (agent: string) => void
}

/** Who changes a persona, and why. */
export interface ChangeContext {
  readonly by: PersonaAuthor
  readonly why?: string
  /** The version that the change was made for. */
  readonly version?: number
  /** Operations that are stored in the commit of the version. */
  readonly with?: (version: PersonaVersion) => readonly Operation[]
}

/** A change of a persona, computed from the current one. */
export interface PlannedChange {
  readonly origin: PersonaOrigin
  readonly persona: Persona
}

export class PersonaStore {
  readonly #components: PersonaStoreComponents
  readonly #section: Section
  readonly #serial = new KeyedSerial()

  constructor(components: PersonaStoreComponents) {
    this.#components = components
    this.#section = components.store.section('personas')
  }

  /** In order of name. */
  async *agents(): AsyncGenerator<StoredAgent> {
    for await (const [name, { number, at }] of readAll(this.#section, 'h/', HeadValue)) {
      yield { name, version: number, changedAt: new Date(at) }
    }
  }

  async has(agent: string): Promise<boolean> {
    return (await this.head(agent)) > 0
  }

  /** The number of the current version; 0 without a persona. */
  async head(agent: string): Promise<number> {
    const head = await readJson(this.#section, `h/${agent}`, HeadValue)
    if (head !== undefined) return head.number
    // A damaged head must not begin the versions again.
    for await (const [, { number }] of readAll(this.#section, `v/${agent}/`, VersionValue, {
      reverse: true,
      limit: 1
    })) {
      return number
    }
    return 0
  }

  /** The persona of a version; undefined if it is not stored. */
  persona(agent: string, number: number): Promise<Persona | undefined> {
    return readJson(this.#section, `p/${agent}/${digitsOf(number)}`, PersonaSchema)
  }

  /** What the current persona prefers for a class of task. */
  async preferredModel(agent: string, task: string): Promise<PersonaModel | undefined> {
    const number = await this.head(agent)
    const { models = {} } = (number === 0 ? undefined : await this.persona(agent, number)) ?? {}
    return Object.hasOwn(models, task) ? models[task] : undefined
  }

  /** The latest first. */
  async history(
    agent: string,
    { before, limit }: { readonly before?: number; readonly limit: number }
  ): Promise<PersonaVersion[]> {
    const versions: PersonaVersion[] = []
    const range = {
      reverse: true,
      limit,
      ...(before === undefined ? {} : { before: digitsOf(before) })
    }
    for await (const [, version] of readAll(this.#section, `v/${agent}/`, VersionValue, range)) {
      versions.push(version)
    }
    return versions
  }

  /** Throws `HiveError` (AGENT_EXISTS). */
  create(agent: string, persona: Persona, context: ChangeContext): Promise<PersonaVersion> {
    return this.#serial.run(agent, async () => {
      if (await this.has(agent)) {
        throw new HiveError(
          'AGENT_EXISTS',
          `An agent named "${agent}" already has a persona on this node. Open it, or choose another name.`
        )
      }
      return this.#write(agent, 0, undefined, { persona, origin: { do: 'create' } }, context)
    })
  }

  /**
   * Stores the persona that `change` makes of the current one. Throws `HiveError` (PERSONA_UNKNOWN,
   * PERSONA_CHANGED, VERSION_UNKNOWN).
   */
  change(
    agent: string,
    change: (current: Persona) => PlannedChange,
    context: ChangeContext
  ): Promise<PersonaVersion> {
    return this.#serial.run(agent, async () => {
      const head = await this.#headFor(agent, context)
      const current = await this.#personaOf(agent, head)
      return this.#write(agent, head, current, change(current), context)
    })
  }

  /** Makes an earlier persona the current one again, also where the current one is damaged. */
  rollback(agent: string, number: number, context: ChangeContext): Promise<PersonaVersion> {
    return this.#serial.run(agent, async () => {
      const head = await this.#headFor(agent, context)
      const persona = await this.#personaOf(agent, number)
      const current = await this.persona(agent, head)
      const origin = { do: 'rollback', version: number } as const
      return this.#write(agent, head, current, { persona, origin }, context)
    })
  }

  /** Takes one version back, and keeps all others; or reports what was edited since. */
  invert(agent: string, number: number, context: ChangeContext): Promise<PersonaInversion> {
    return this.#serial.run(agent, async () => {
      const head = await this.#headFor(agent, context)
      const current = await this.#personaOf(agent, head)
      const [target, ...later] = await this.#since(agent, number)
      if (target === undefined || target.number !== number || target.parent === undefined) {
        throw unknownVersion(agent, number)
      }
      const edited = editedSince(target, later)
      const { persona, conflicts = [] } = restore(current, target.changes)
      const problems = [
        ...conflicts.map((conflict) => ({
          ...conflict,
          since: standingVersions(concernedPath(conflict), later)
        })),
        ...[...edited]
          .filter(([{ path }]) => !conflicts.some((conflict) => isSamePath(conflict.path, path)))
          .map(([change, since]) => valueConflict(change, since))
      ]
      if (persona === undefined || problems.length > 0) {
        return { status: 'conflict', conflicts: problems }
      }
      const planned = { persona, origin: { do: 'invert', version: number } as const }
      const version = await this.#write(agent, head, current, planned, context)
      return { status: 'inverted', version }
    })
  }

  async #headFor(agent: string, { by, version }: ChangeContext): Promise<number> {
    if (by.kind === 'mutation') this.#components.assertActive?.(agent)
    const head = await this.head(agent)
    if (head === 0) throw noPersona(agent)
    if (version !== undefined && version !== head) {
      throw new HiveError(
        'PERSONA_CHANGED',
        `The persona of "${agent}" has version ${head} now, not ${version}. Read it again, then repeat the change.`
      )
    }
    return head
  }

  async #personaOf(agent: string, number: number): Promise<Persona> {
    const persona = await this.persona(agent, number)
    if (persona === undefined) throw unknownVersion(agent, number)
    return persona
  }

  /** The version and all later ones, the oldest first. */
  async #since(agent: string, number: number): Promise<PersonaVersion[]> {
    const limit = Math.max(1, (await this.head(agent)) - number + 1)
    const latest = await this.history(agent, { limit: Math.min(limit, MAX_VERSIONS) })
    return latest.filter((version) => version.number >= number).toReversed()
  }

  async #write(
    agent: string,
    parent: number,
    current: Persona | undefined,
    { persona, origin }: PlannedChange,
    { by, why, with: operationsWith }: ChangeContext
  ): Promise<PersonaVersion> {
    const at = this.#components.now()
    const number = parent + 1
    const version = {
      number,
      ...(parent === 0 ? {} : { parent }),
      by,
      origin,
      ...(why === undefined ? {} : { why }),
      // The first version is its persona.
      changes: parent === 0 ? [] : diffPersonas(current, persona)
    }
    const key = `${agent}/${digitsOf(number)}`
    const operations = [
      this.#section.put(Buffer.from(`p/${key}`), bytesOf(persona)),
      putJson(this.#section, `v/${key}`, { ...version, at }),
      putJson(this.#section, `h/${agent}`, { number, at })
    ]
    const outdated = number - MAX_VERSIONS + 1
    if (outdated > 1) {
      const old = `${agent}/${digitsOf(outdated)}`
      operations.push(remove(this.#section, `p/${old}`), remove(this.#section, `v/${old}`))
    }
    const written = { ...version, at: new Date(at) }
    operations.push(...(operationsWith?.(written) ?? []))
    await this.#components.store.commit(operations)
    return written
  }
}

export function noPersona(agent: string): HiveError {
  return new HiveError(
    'PERSONA_UNKNOWN',
    `The agent "${agent}" has no persona. Give it one with persona.edit, with at least a role and a goal.`
  )
}

export function unknownVersion(agent: string, number: number): HiveError {
  return new HiveError(
    'VERSION_UNKNOWN',
    `The persona of "${agent}" has no version ${number} that can be used. Its history lists the versions.`
  )
}

/** An old value that no longer fits does so by the policy or the trait around it. */
function concernedPath({ path, reason }: PersonaConflict): readonly string[] {
  return reason === 'edited' ? path : path.slice(0, 2)
}

function valueConflict(
  { path, after }: PersonaPathChange,
  since: readonly number[]
): VersionConflict {
  return {
    path,
    reason: 'edited',
    ...(after === undefined ? {} : { expected: after, found: after }),
    since
  }
}

function isSamePath(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, i) => key === other[i])
}
