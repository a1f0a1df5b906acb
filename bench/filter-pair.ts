/**
 * Two nodes over TCP, of which the second holds the filters of the first, and what goes over the
 * wire between them: all encrypted bytes, by a relay, and the frames of `/filter`, by its streams.
 */
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { createHive, generateSwarmKey } from 'noormme-hive'
import { benchFacts } from './fact-data.ts'
import { Relay } from './relay.ts'
import { streamBytes } from './stream-bytes.ts'
import type { HiveNode, HiveInit } from 'noormme-hive'
import type { StreamBytes } from './stream-bytes.ts'

/** Bytes both ways: of the frames of `/filter` before encryption, and of all that was sent. */
export interface Wire {
  readonly frames: number
  readonly bytes: number
}

/** An exchange has ended when the wire was still for so many milliseconds. */
const STILL = 300

const LONGEST_WAIT = 60_000

interface PairParts {
  readonly from: HiveNode
  readonly to: HiveNode
  readonly relay: Relay
  readonly streams: StreamBytes
  /** What ends with the pair. */
  readonly owned: AsyncDisposable
}

export class FilterPair implements AsyncDisposable {
  readonly #parts: PairParts
  /** The connection, and the filters as a whole. */
  readonly whole: Wire
  #facts: number

  constructor(parts: PairParts, facts: number, whole: Wire) {
    this.#parts = parts
    this.#facts = facts
    this.whole = whole
  }

  /** The first node holds so many facts, and the second knows it. */
  static async start(facts: number): Promise<FilterPair> {
    await using started = new AsyncDisposableStack()
    const streams = streamBytes('/filter/')
    const init: HiveInit = {
      libp2p: { metrics: () => streams, connectionMonitor: { enabled: false } }
    }
    // Nothing happens on the wire that is not asked for.
    const swarm = {
      key: generateSwarmKey(),
      k: 1,
      gossip: false,
      syncInterval: 0,
      filterInterval: 0
    }
    const from = started.use(await createHive({ ...init, swarm }))
    await from.agent.cortex.knowledge.distillMany(benchFacts(0, facts))
    const relay = started.use(await Relay.start(from.multiaddrs[0] ?? ''))
    const bootstrap = [relay.address]
    const to = started.use(await createHive({ ...init, swarm: { ...swarm, bootstrap } }))
    await once(to, 'peer:connect', { signal: AbortSignal.timeout(LONGEST_WAIT) })
    const deadline = AbortSignal.timeout(LONGEST_WAIT)
    while (observedBy(to) === 0) await wait(10, undefined, { signal: deadline })
    await relay.still(STILL)
    const whole = { frames: streams.sent, bytes: relay.bytes }
    const owned = started.move()
    return new FilterPair({ from, to, relay, streams, owned }, facts, whole)
  }

  /** New facts on the first node, and one exchange that tells the second. */
  async exchange(facts: number): Promise<Wire> {
    const { from, to, relay, streams } = this.#parts
    const before = { frames: streams.sent, bytes: relay.bytes, observed: observedBy(to) }
    await from.agent.cortex.knowledge.distillMany(benchFacts(this.#facts, facts))
    this.#facts += facts
    await to.agent.cortex.hive.synchronize()
    await relay.still(STILL)
    const told = observedBy(to) - before.observed
    // A few seem to be there already, and are not added.
    if (told < facts * 0.98) throw new Error(`Of ${facts} facts the peer learned ${told}.`)
    return { frames: streams.sent - before.frames, bytes: relay.bytes - before.bytes }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#parts.owned[Symbol.asyncDispose]())
  }
}

/** Facts of others that the node knows of by their filters. */
function observedBy(hive: HiveNode): number {
  return hive.status.filters.peerFilters.find(({ kind }) => kind === 'observed')?.elements ?? 0
}
