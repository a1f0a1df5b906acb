/**
 * Adoption of other authors' skills: lists offers, adopts by consent as untested, and computes the
 * value of remote evidence. That value is a head start, fixed before the first trial, after a share
 * of the receipts was run again; a false receipt found later only lowers it. A skill on trial that
 * a quorum disputes goes back to the sandbox. Votes of others never blacklist a skill here.
 */
import { toHex } from '../../../crdt/bytes/index.ts'
import { afterSwarmDispute, withHeadStart, withoutAuthor } from '../lifecycle/lifecycle.ts'
import { HiveError } from '../../errors.ts'
import { isProse } from '../skill-identity.ts'
import { digestOfId, resolveId } from '../../arguments/index.ts'
import { recordIds } from '../../judgement/index.ts'
import { Audits } from './audits.ts'
import { offerOf } from './offers.ts'
import { isReceipts, SKILLS } from './published-receipts.ts'
import type { Replica, AttestedRecord } from '../../../crdt/index.ts'
import type { AddedSkill } from '../lifecycle/skill-registration.ts'
import type { KnownSkill } from '../store/skill-store.ts'
import type { SkillService } from '../skill-service.ts'
import type { AuditsComponents } from './audits.ts'
import type { ParsedOffer, SkillOffer } from './offers.ts'

/** Whether to adopt an offer. */
export type Consent = (offer: SkillOffer) => boolean | Promise<boolean>

export interface AdoptionComponents extends Omit<AuditsComponents, 'replica' | 'skills'> {
  readonly replica: Pick<Replica, 'bodies' | 'claims' | 'get' | 'idsFrom' | 'voteOn' | 'votes'>
  readonly index: OfferIndex
  readonly skills: Pick<SkillService, 'registration' | 'falseReceipts' | 'runner' | 'store'>
  /** Number of authors that must dispute a skill before their votes count here. */
  readonly k: number
  readonly consent: Consent
}

/** The number of offers to list. */
export interface OfferOptions {
  /** Default 100. */
  readonly limit?: number
  /**
   * Offers that read like an order to a model are in quarantine until this node vouches for them.
   * Default: released offers.
   */
  readonly state?: 'quarantined' | 'released'
  readonly signal?: AbortSignal
}

/** Lists offers in order; `recent` are not in the list yet. */
export interface OfferIndex {
  view(): Promise<{
    offers(query: {
      readonly isFlagged: boolean
      readonly offset: number
      readonly limit: number
    }): Promise<{ readonly digests: readonly Uint8Array[]; readonly recent: readonly Uint8Array[] }>
  }>
}

const DEFAULT_LIMIT = 100

/** Pages of offers that are read while offers of the list are left out. */
const MAX_PAGES = 5

export class SkillAdoption {
  readonly #components: AdoptionComponents
  readonly #audits: Audits
  #auditing: Promise<void> = Promise.resolve()

  constructor(components: AdoptionComponents) {
    this.#components = components
    this.#audits = new Audits(components)
  }

  /** By corroboration, highest first. */
  async offers({
    limit = DEFAULT_LIMIT,
    state = 'released',
    signal
  }: OfferOptions): Promise<SkillOffer[]> {
    const { index } = this.#components
    const offers = new Map<string, SkillOffer>()
    const view = await index.view()
    for (let page = 0; page < MAX_PAGES && offers.size < limit; page++) {
      signal?.throwIfAborted()
      const query = { isFlagged: state === 'quarantined', offset: page * limit, limit }
      const { digests, recent } = await view.offers(query)
      for (const digest of [...digests, ...recent]) {
        const offer = await this.#offered(digest, state)
        if (offer !== undefined) offers.set(offer.id, offer)
      }
      if (digests.length < limit) break
    }
    return [...offers.values()].toSorted(bySupport).slice(0, limit)
  }

  /** The offer as it is now; undefined if it is not in this state, or this node has the skill. */
  async #offered(
    digest: Uint8Array,
    state: 'quarantined' | 'released'
  ): Promise<SkillOffer | undefined> {
    const { store } = this.#components.skills
    const id = toHex(digest)
    if (store.get(id) !== undefined) return undefined
    if (store.removedLifecycle(id)?.status === 'blacklisted') return undefined
    const attested = await this.#trusted(digest)
    const offered = attested === undefined ? undefined : offerOf(attested)
    if (attested === undefined || offered === undefined) return undefined
    if (this.#countDisputes(attested) > 0) return undefined
    return (await this.#isReleased(offered)) === (state === 'released') ? offered.offer : undefined
  }

  /** Throws `HiveError` (RECORD_UNKNOWN) if the swarm offers no such skill here. */
  async adopt(id: string, agent: string, signal: AbortSignal): Promise<AddedSkill> {
    const { replica } = this.#components
    const digest = await resolveId(id, recordIds(replica, SKILLS))
    const attested = digest === undefined ? undefined : await this.#trusted(digest)
    const offered = attested === undefined ? undefined : offerOf(attested)
    if (offered === undefined) {
      throw new HiveError(
        'RECORD_UNKNOWN',
        `No offer has the id ${id}. \`hive.skills.offers()\`, or "hive skill offers", lists the offers.`
      )
    }
    return this.#adopt(offered, signal, agent)
  }

  /** Handles a new vote or new receipts of a skill. */
  async consider(digest: Uint8Array, signal: AbortSignal): Promise<void> {
    const { skills } = this.#components
    const attested = await this.#trusted(digest)
    if (attested?.record.kind !== 'skill') return
    if (isReceipts(attested.record)) return this.#audit(attested.record.entity, signal)
    const id = toHex(digest)
    const known = skills.store.get(id)
    if (known === undefined) return this.#considerOffer(attested, signal)
    await this.#updateHeadStart(id, signal)
    const disputes = this.#countDisputes(attested)
    // This node has judged it by itself, or is about to take that back.
    if (disputes === 0 || (await this.#components.replica.voteOn(digest)) === 'dispute') return
    const reason = `disputed by ${disputes} ${disputes === 1 ? 'author' : 'authors'} of the swarm`
    await skills.store.apply(id, (held) => afterSwarmDispute(held, reason, isProse(known.skill)))
  }

  async #isReleased({ offer }: ParsedOffer): Promise<boolean> {
    if (offer.flag === undefined) return true
    return (await this.#components.replica.voteOn(digestOfId(offer.id))) === 'vouch'
  }

  async #considerOffer(attested: AttestedRecord, signal: AbortSignal): Promise<void> {
    if (this.#countDisputes(attested) > 0) return
    // A removed skill comes back only on request.
    if (this.#components.skills.store.removedLifecycle(toHex(attested.digest)) !== undefined) return
    const offered = offerOf(attested)
    if (offered === undefined || !(await this.#isReleased(offered))) return
    if (!(await this.#components.consent(offered.offer))) return
    await this.#adopt(offered, signal)
  }

  async #adopt(
    { offer, identified }: ParsedOffer,
    signal: AbortSignal,
    agent?: string
  ): Promise<AddedSkill> {
    const { registration, runner } = this.#components.skills
    const provenance = {
      from: 'hive' as const,
      ...(offer.licence === undefined ? {} : { licence: offer.licence })
    }
    const added = await registration.register(identified, provenance, { runner, agent, signal })
    await this.#updateHeadStart(added.id, signal)
    return added
  }

  /** Updates the value of remote evidence until the first local trial. */
  async #updateHeadStart(id: string, signal: AbortSignal): Promise<void> {
    const { skills } = this.#components
    const known = skills.store.get(id)
    if (known === undefined || known.provenance.from !== 'hive' || !isOnTrial(known)) return
    if (known.lifecycle.lifetime.trials > 0) return
    await this.#audit(id, signal)
    const attested = await this.#trusted(digestOfId(id))
    const offered = attested === undefined ? undefined : offerOf(attested)
    if (offered === undefined) return
    await skills.store.apply(id, (held) => withHeadStart(held, offered.offer.headStart))
  }

  /**
   * Runs receipts of a skill on trial again; after a false one, recomputes the head start without
   * its author.
   */
  #audit(id: string, signal: AbortSignal): Promise<void> {
    // An audit leaves out what one before it draws: who waits for it waits for that one's result too.
    const ended = this.#auditing.then(() => this.#auditNow(id, signal))
    this.#auditing = ended.catch(() => undefined)
    return ended
  }

  async #auditNow(id: string, signal: AbortSignal): Promise<void> {
    const { skills } = this.#components
    const known = skills.store.get(id)
    if (known === undefined || known.provenance.from !== 'hive' || !isOnTrial(known)) return
    if (!(await this.#audits.audit(known, signal))) return
    const failures: unknown[] = []
    for (const each of skills.store.all()) {
      if (each.provenance.from !== 'hive' || !isOnTrial(each)) continue
      // What cannot be written counts nevertheless, and no later audit finds the receipt false.
      const recomputed = this.#recomputeHeadStart(each.id)
      await recomputed.catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  }

  async #recomputeHeadStart(id: string): Promise<void> {
    const { skills } = this.#components
    const attested = await this.#trusted(digestOfId(id))
    const offered = attested === undefined ? undefined : offerOf(attested)
    const headStart = offered?.offer.headStart ?? 1
    await skills.store.apply(id, (held) => withoutAuthor(held, headStart))
  }

  /** Number of disputing authors; 0 if there are fewer than `k`, or fewer than vouching ones. */
  #countDisputes(attested: AttestedRecord): number {
    const { disputes, vouches } = attested.standing
    return disputes >= this.#components.k && disputes >= vouches ? disputes : 0
  }

  /** The record, with the votes and counts of authors without a false receipt. */
  #trusted(digest: Uint8Array): Promise<AttestedRecord | undefined> {
    return this.#components.replica.get(digest, this.#audits.distrusted())
  }
}

function isOnTrial({ lifecycle: { status } }: KnownSkill): boolean {
  return status === 'sandbox' || status === 'experimental' || status === 'pre-warming'
}

function bySupport(one: SkillOffer, other: SkillOffer): number {
  return (
    other.vouches - other.disputes - (one.vouches - one.disputes) ||
    other.headStart - one.headStart ||
    (one.id < other.id ? -1 : 1)
  )
}
