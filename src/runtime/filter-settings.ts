/**
 * The settings of this node's filters: the swarm's filter key, and whether peers may read which
 * facts this node found. The settings of the last start in a swarm are stored with `k`, so that a
 * program that opens the directory without a swarm keeps the filters right, and releases the same
 * records.
 */
import { z } from 'zod'
import { filterKeyOf, Mirror } from '../../crdt/index.ts'
import { fromHex, toHex } from '../../crdt/bytes/index.ts'
import { parseSwarmKey } from '../../transport/index.ts'
import type { MirrorInit, Store } from '../../crdt/index.ts'

export interface FilterSettings {
  /** Undefined before the first start in a swarm. */
  readonly filterKey?: Uint8Array
  readonly observes: boolean
  /**
   * Peers may have read facts that were recorded up to this time, in milliseconds since 1970; -1:
   * none. On disk it has the name `toldUntil`.
   */
  readonly observedUntil: number
  /** Authors that must vouch before a record is released. */
  readonly k: number
}

export interface SwarmSettings {
  readonly name: string
  readonly key?: string
  readonly k: number
}

const KEY = Buffer.from('filters')
const KEY_BYTES = 32

const NEVER_OBSERVED = -1

/** Without a swarm, before the first start in one. */
const DEFAULT_K = 2

const Stored = z.object({
  filterKey: z.string(),
  observes: z.boolean(),
  toldUntil: z.number(),
  k: z.int().min(1).default(DEFAULT_K)
})

/** With `swarm` undefined: the settings of the last start. */
export async function loadFilterSettings(
  store: MirrorInit['store'] & Pick<Store, 'commit'>,
  swarm: SwarmSettings | undefined,
  now: number
): Promise<FilterSettings> {
  // Kept twice: without them facts that peers may have read could be promoted.
  const mirror = new Mirror({ store, name: 'settings' })
  await mirror.load((operations) => store.commit(operations))
  const bytes = await mirror.get(KEY)
  const stored =
    bytes === undefined ? undefined : Stored.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  if (swarm === undefined) {
    if (stored === undefined) {
      return { observes: false, observedUntil: NEVER_OBSERVED, k: DEFAULT_K }
    }
    const { observes, toldUntil, k } = stored
    const filterKey = fromHex(stored.filterKey, KEY_BYTES)
    return { observes, observedUntil: toldUntil, filterKey, k }
  }
  const secret = swarm.key === undefined ? undefined : parseSwarmKey(swarm.key)
  const settings = {
    filterKey: filterKeyOf(swarm.name, secret),
    // If authors must not be traceable, peers do not learn who found a fact.
    observes: swarm.k === 1,
    observedUntil: stored?.observes === true ? now : (stored?.toldUntil ?? NEVER_OBSERVED),
    k: swarm.k
  }
  const text = JSON.stringify({
    filterKey: toHex(settings.filterKey),
    observes: settings.observes,
    toldUntil: settings.observedUntil,
    k: settings.k
  })
  if (text !== JSON.stringify(stored)) {
    await mirror.prepare([[KEY, Buffer.from(text)]])
    await store.commit([mirror.put(KEY, Buffer.from(text))])
  }
  return settings
}
