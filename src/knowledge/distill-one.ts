/** Stores one fact: finds what it repeats or supersedes first. */
import { toHex } from '../../crdt/bytes/index.ts'
import { identifyFact } from '../facts/index.ts'
import { stateOf } from './claim-history.ts'
import { DUPLICATE } from './intake.ts'
import type { Serial } from '../../crdt/index.ts'
import type { FactInput, FactStore, IdentifiedFact, PreparedFact } from '../facts/index.ts'
import type { ClaimHistory } from './claim-history.ts'
import type { Intake } from './intake.ts'
import type { NearDuplicates } from './near-duplicates.ts'

/** The outcome of one fact. */
export interface Distilled {
  /** SHA-256 of the fact, in hex. */
  readonly id: string
  /**
   * `new`: stored, and no peer seems to know it. `duplicate`: this node had it, or it came out of
   * `recall`. `corroborated`: stored, and a peer seems to know it too (only with
   * `enableBloomHeuristic`). `merged`: stored as a variant of the fact with the returned id (only
   * without). `superseded`: stored, and another value of the attribute began later.
   */
  readonly status: 'new' | 'duplicate' | 'corroborated' | 'merged' | 'superseded'
  /** How the status was decided: by Bloom filters alone, by the fact's digest, or by its text. */
  readonly path: 'bloom' | 'exact' | 'semantic'
}

export interface DistillComponents {
  readonly facts: Pick<FactStore, 'has'>
  readonly nearDuplicates: Pick<NearDuplicates, 'find' | 'merge'>
  readonly history: Pick<ClaimHistory, 'current'>
  readonly intake: Intake
  /** Serial, so that of two variants at once the second sees the first. */
  readonly merging: Serial
}

/** The latest time that a Date can hold. */
const FOREVER = new Date(8.64e15)

export async function distillOne(
  components: DistillComponents,
  input: FactInput
): Promise<Distilled> {
  const { intake } = components
  const named = identifyFact(input)
  const id = Buffer.from(named.digestKey, 'latin1').toString('hex')
  const accepted = intake.acceptNamed(input, named)
  if (accepted === undefined) return { id, ...DUPLICATE }
  const echo = await intake.echoOf(accepted)
  if (echo !== undefined) return { id: echo, ...DUPLICATE }
  const { fact } = accepted
  const merged = fact.heuristic ? undefined : await mergeVariant(components, fact)
  if (merged !== undefined) return { id: toHex(merged), status: 'merged', path: 'semantic' }
  const [distilled = DUPLICATE] = await intake.add([fact])
  const wasSuperseded =
    distilled.status !== 'duplicate' && (await isSuperseded(components, input, named))
  const status = wasSuperseded ? 'superseded' : distilled.status
  const searched = !fact.heuristic && distilled.status === 'new'
  return { id, status, path: searched ? 'semantic' : distilled.path }
}

/** Returns the digest of the fact that this one was merged into. */
async function mergeVariant(
  { facts, nearDuplicates, intake, merging }: DistillComponents,
  fact: PreparedFact
): Promise<Uint8Array | undefined> {
  let needsQuota = false
  try {
    return await merging.run(async () => {
      needsQuota = await facts.has(fact.digest)
      const canonical = needsQuota ? undefined : await nearDuplicates.find(fact)
      needsQuota = canonical === undefined || !(await nearDuplicates.merge(fact, canonical))
      return needsQuota ? undefined : canonical
    })
  } finally {
    if (!needsQuota) intake.release([fact])
  }
}

async function isSuperseded(
  { history }: DistillComponents,
  { validFrom }: FactInput,
  { record }: IdentifiedFact
): Promise<boolean> {
  const { entity, attribute } = record
  if (attribute === undefined) return false
  const current = await history.current(entity, attribute, FOREVER)
  return stateOf({ validFrom }, current, FOREVER) === 'superseded'
}
