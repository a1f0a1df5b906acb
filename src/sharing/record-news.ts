/**
 * What has changed of a record since a subscription judged it: what was said before that tells whether it
 * was released already.
 */
export interface RecordNews {
  /** Where the new votes begin, by the author in hex. */
  readonly since: ReadonlyMap<string, number>
  /** By what they commit to, in hex: votes that were taken back. */
  readonly retracted: ReadonlyMap<string, Uint8Array>
  /** A vote of an author that is void may have gone. */
  readonly hasLost: boolean
  /** A vote of this node, or a body: it is delivered also if it was released before. */
  readonly isCertain: boolean
}

/**
 * Votes on one record that are new at a time: with each one, what was said before all of them is read.
 * Where more come before it is judged, it is taken as released by them.
 */
export const MAX_NEW_VOTES = 64

/** Those that were judged and are remembered. */
const MAX_RECENT_VOTES = MAX_NEW_VOTES / 2

export const NO_NEWS: RecordNews = {
  since: new Map(),
  retracted: new Map(),
  hasLost: false,
  isCertain: false
}

/** The news of two moments. */
export function bothNews(a: RecordNews = NO_NEWS, b: RecordNews = NO_NEWS): RecordNews {
  const since = new Map(a.since)
  for (const [author, seq] of b.since) since.set(author, Math.min(seq, since.get(author) ?? seq))
  const retracted = new Map([...a.retracted, ...b.retracted])
  const isMany = Math.max(since.size, retracted.size) > MAX_NEW_VOTES
  return {
    since: latestOf(since, MAX_NEW_VOTES),
    retracted: latestOf(retracted, MAX_NEW_VOTES),
    hasLost: a.hasLost || b.hasLost,
    isCertain: a.isCertain || b.isCertain || isMany
  }
}

/** What is remembered of news that were judged: what else is new is judged by itself. */
export function judgedNews({ since, retracted }: RecordNews = NO_NEWS): RecordNews {
  return {
    since: latestOf(since, MAX_RECENT_VOTES),
    retracted: latestOf(retracted, MAX_RECENT_VOTES),
    hasLost: false,
    isCertain: false
  }
}

function latestOf<Key, Value>(map: ReadonlyMap<Key, Value>, most: number): ReadonlyMap<Key, Value> {
  return map.size <= most ? map : new Map([...map].slice(-most))
}
