/**
 * The sources of the search index: the facts of this node, and the records of its replica as this
 * node judges them. Only released records may be delivered; the index keeps others apart.
 */
import { encodeRecordRow } from '../search/index.ts'
import { TurnBudget } from '../turn-budget.ts'
import type { AttestedRecord, Replica } from '../../crdt/index.ts'
import type { Judge, KnownVote } from '../judgement/index.ts'
import type { FactStore } from '../facts/index.ts'
import type { GoalRank, OfferRank, SearchSource } from '../search/index.ts'

/** How a record of kind `skill` is listed; undefined for one that is not. */
export type RankSkill = (
  attested: AttestedRecord
) => Promise<{ readonly offer?: OfferRank } | undefined>

/** How a goal is found and listed; undefined for one that is not. */
export type RankGoal = (attested: AttestedRecord) => Promise<GoalRank | undefined>

export interface SearchSourcesComponents {
  readonly facts: Pick<FactStore, 'log' | 'logEnd' | 'newest' | 'stored'>
  readonly replica: Pick<
    Replica,
    'getMany' | 'newestRecords' | 'recordLog' | 'recordLogEnd' | 'votesOn'
  >
  readonly judge: Pick<Judge, 'judge'>
  readonly rankSkill: RankSkill
  readonly rankGoal: RankGoal
}

/** Records that are read at a time. */
const TURN = 64

/** Characters that are judged in one turn of the event loop: about 5 ms. */
const TURN_CHARACTERS = 49_152

/** What a record costs whatever its length, in characters. */
const RECORD_COST = 512

/** Confidences are kept in thousandths. */
const SCALE = 1000

export function searchSources(components: SearchSourcesComponents): readonly SearchSource[] {
  const { facts, replica } = components
  return [
    {
      origin: 'local',
      end: () => facts.logEnd,
      log: (from) => facts.log(from),
      newest: (from, limit) => facts.newest(from, limit),
      read: (digests) => facts.stored(digests)
    },
    {
      origin: 'hive',
      end: () => replica.recordLogEnd,
      log: (from) => replica.recordLog(from),
      newest: (from, limit) => replica.newestRecords(from, limit),
      read: async (digests, pass) => {
        // By identity: `getMany` gives the digests that it got.
        const rows = new Map<Uint8Array, Uint8Array>()
        const turn = new TurnBudget(TURN_CHARACTERS, pass)
        for (let from = 0; from < digests.length; from += TURN) {
          const part = digests.slice(from, from + TURN)
          const [found, votes] = await Promise.all([replica.getMany(part), replica.votesOn(part)])
          const own = new Map(part.map((digest, i) => [digest, votes[i]]))
          for (const attested of found) {
            const { record, digest } = attested
            await turn.spend(record.content.length + RECORD_COST)
            const row = await rowOf(attested, { own: own.get(digest) }, components)
            if (row !== undefined) rows.set(digest, row)
          }
        }
        return digests.map((digest) => rows.get(digest))
      }
    }
  ]
}

/** Undefined for a record that no list has. */
async function rowOf(
  attested: AttestedRecord,
  known: KnownVote,
  { judge, rankSkill, rankGoal }: Pick<SearchSourcesComponents, 'judge' | 'rankGoal' | 'rankSkill'>
): Promise<Uint8Array | undefined> {
  const { record } = attested
  const judgement = await judge.judge(attested, known)
  if (judgement === undefined) return undefined
  const ranked = record.kind === 'skill' ? await rankSkill(attested) : {}
  const goal = record.kind === 'goal' ? await rankGoal(attested) : undefined
  if (ranked === undefined) return undefined
  const { state, corroboration, confidence, tags, stale, isStale } = judgement
  const { validFrom, validAgainFrom, validTo } = judgement
  return encodeRecordRow({
    record,
    kind: record.kind,
    state,
    vouches: corroboration,
    confidence: Math.round(confidence * SCALE),
    tags,
    stale: isStale === true ? 'hidden' : stale === undefined ? 'none' : 'some',
    ...(validFrom === undefined ? {} : { validFrom: validFrom.getTime() }),
    ...(validTo === undefined ? {} : { validTo: validTo.getTime() }),
    ...(validAgainFrom === undefined ? {} : { validAgainFrom: validAgainFrom.getTime() }),
    ...(ranked.offer === undefined || state === 'disputed' ? {} : { offer: ranked.offer }),
    ...(goal === undefined ? {} : { goal })
  })
}
