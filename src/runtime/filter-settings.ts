/**
 * What this node's filters depend on: the swarm's filter key, and whether peers are told which facts
 * this node found. Kept in the store as of the last start in a swarm, so that a program that opens
 * the directory without one keeps the filters right.
 */
import { z } from 'zod'
import { filterKeyOf } from '../../crdt/index.ts'
import { fromHex, toHex } from '../../crdt/bytes/index.ts'
import { parseSwarmKey } from '../../transport/index.ts'
import type { Store } from '../../crdt/index.ts'

export interface FilterSettings {
  /** Undefined before the first start in a swarm. */
  readonly filterKey?: Uint8Array
  readonly observes: boolean
  /**
   * Peers may have seen facts that were recorded up to this time, in milliseconds since 1970; -1: none.
   * On disk it has the name `toldUntil`.
   */
  readonly observedUntil: number
}

export interface SwarmSettings {
  readonly name: string
  readonly key?: string
  readonly k: number
}

const KEY = Buffer.from('filters')
const KEY_BYTES = 32

const NEVER_OBSERVED = -1

const Stored = z.object({ filterKey: z.string(), observes: z.boolean(), toldUntil: z.number() })

/** `swarm` undefined: as it was last time. */
export async function loadFilterSettings(
  store: Pick<Store, 'section' | 'commit'>,
  swarm: SwarmSettings | undefined,
  now: number
): Promise<FilterSettings> {
  const section = store.section('settings')
  const bytes = await section.get(KEY)
  const stored =
    bytes === undefined ? undefined : Stored.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  if (swarm === undefined) {
    if (stored === undefined) return { observes: false, observedUntil: NEVER_OBSERVED }
    const { observes, toldUntil } = stored
    return { observes, observedUntil: toldUntil, filterKey: fromHex(stored.filterKey, KEY_BYTES) }
  }
  const secret = swarm.key === undefined ? undefined : parseSwarmKey(swarm.key)
  const settings = {
    filterKey: filterKeyOf(swarm.name, secret),
    // Where authors must not be traced, nobody is told who found what.
    observes: swarm.k === 1,
    observedUntil: stored?.observes === true ? now : (stored?.toldUntil ?? NEVER_OBSERVED)
  }
  const text = JSON.stringify({
    filterKey: toHex(settings.filterKey),
    observes: settings.observes,
    toldUntil: settings.observedUntil
  })
  if (text !== JSON.stringify(stored)) {
    await store.commit([section.put(KEY, Buffer.from(text))])
  }
  return settings
}
