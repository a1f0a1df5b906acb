/** The texts of hits: the facts of this node and the insights that are released now. */
import { toHex } from '../../crdt/bytes/index.ts'
import { factOf } from '../facts/index.ts'
import type { AttestedRecord, Replica } from '../../crdt/index.ts'
import type { Judge } from '../judgement/index.ts'
import type { SearchHit, SearchOrigin } from '../search/index.ts'
import type { FactStore, StoredFact } from '../facts/index.ts'
import type { StoredText } from './recalled-fact.ts'

export interface HitTextsComponents {
  readonly facts: Pick<FactStore, 'getMany'>
  readonly replica: Pick<Replica, 'getMany'>
  readonly judge: Pick<Judge, 'judge'>
}

/** The end of a claim decides its state, and is not part of the answer. */
export interface DatedText extends StoredText {
  readonly validTo?: Date
}

export class HitTexts {
  readonly #components: HitTextsComponents

  constructor(components: HitTextsComponents) {
    this.#components = components
  }

  /**
   * In the order of the hits; undefined for an item that is gone or may not be delivered. All are read
   * at once: while facts stream in, each further read costs a wait for the event loop.
   */
  async read(hits: readonly SearchHit[], asOf: Date): Promise<readonly (DatedText | undefined)[]> {
    const { facts, replica } = this.#components
    const [local, hive] = await Promise.all([
      byDigest(digestsOf(hits, 'local'), (digests) => facts.getMany(digests)),
      byDigest(digestsOf(hits, 'hive'), (digests) => replica.getMany(digests))
    ])
    const read = async ({ digest, origin }: SearchHit): Promise<DatedText | undefined> => {
      const name = toHex(digest)
      const [fact, insight] = [local.get(name), hive.get(name)]
      if (origin === 'local') return fact === undefined ? undefined : factText(fact, asOf)
      return insight === undefined ? undefined : this.#insight(insight, asOf)
    }
    return Promise.all(hits.map(read))
  }

  async #insight(attested: AttestedRecord, asOf: Date): Promise<DatedText | undefined> {
    const judgement = await this.#components.judge.judge(attested)
    if (judgement?.state !== 'released') return undefined
    const { kind, ...fields } = attested.record
    const { confidence, corroboration, day, tags, validTo, stale, isStale } = judgement
    const { validFrom, validAgainFrom } = judgement
    const last = validAgainFrom !== undefined && validAgainFrom <= asOf ? validAgainFrom : validFrom
    const since = last === undefined ? {} : { validFrom: last }
    const until = validTo === undefined ? {} : { validTo }
    const shown = {
      ...(kind === 'lesson' ? { kind } : {}),
      ...(stale === undefined ? {} : { stales: stale }),
      ...(isStale === true ? { stale: true as const } : {})
    }
    const text = { id: toHex(attested.digest), ...fields, ...shown }
    return { ...text, confidence, tags, corroboration, day, ...since, ...until }
  }
}

/** A claim that began again holds from its latest begin at the time of the question on. */
function factText(stored: StoredFact, asOf: Date): DatedText {
  const { private: _, validAgainFrom = [], ...fact } = factOf(stored)
  const last = validAgainFrom.findLast((time) => time <= asOf)
  return last === undefined ? fact : { ...fact, validFrom: last }
}

function digestsOf(hits: readonly SearchHit[], of: SearchOrigin): Uint8Array[] {
  return hits.flatMap(({ digest, origin }) => (origin === of ? [digest] : []))
}

async function byDigest<Item extends { readonly digest: Uint8Array }>(
  digests: readonly Uint8Array[],
  read: (digests: readonly Uint8Array[]) => Promise<readonly Item[]>
): Promise<ReadonlyMap<string, Item>> {
  const items = digests.length === 0 ? [] : await read(digests)
  return new Map(items.map((item) => [toHex(item.digest), item]))
}
