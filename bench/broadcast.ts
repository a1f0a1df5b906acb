/**
 * How fast a broadcast publishes facts, and how soon a second node has them: two processes on disk,
 * over TCP, until both digests are equal. The reference is `level` with the same texts in synced
 * batches: the least that any durable publication does.
 */
import { join } from 'node:path'
import { Remote } from './attacked/remote.ts'
import { benchFacts, FACT_BYTES } from './fact-data.ts'
import { ingestIntoLevel, putsOf } from './ingest.ts'
import { printTable, formatNumber } from './table.ts'
import { inFolder } from './temporary.ts'
import type { Benchmark } from './benchmark.ts'
import type { BroadcasterCalls, Work } from './peers/broadcaster.ts'

interface Figures {
  /** Milliseconds of the broadcast, and until both digests are equal. */
  readonly published: number
  readonly equal: number
  readonly publisher: Work
  readonly receiver: Work
}

export const broadcast: Benchmark<'facts' | 'repetitions'> = {
  about: 'facts a second from a broadcast to an equal digest on a second node',
  defaults: { facts: 20_000, repetitions: 3 },

  async run({ facts, repetitions }) {
    const runs: Figures[] = []
    const puts = putsOf(benchFacts(0, facts).map(({ entity, content }) => entity + content))
    const level: number[] = []
    for (let i = 0; i < repetitions; i++) {
      level.push((await ingestIntoLevel(puts)).puts)
      runs.push(await measure(facts))
    }
    const reference = { name: 'level, puts/s in synced batches', measured: level }
    const of = (figure: (figures: Figures) => number): number[] => runs.map(figure)
    printTable(
      [
        `broadcast: ${formatNumber(facts)} facts of ${FACT_BYTES} bytes, ${repetitions} repetitions`
      ],
      [
        {
          figure: 'published facts/s',
          measured: of(({ published }) => (facts / published) * 1e3),
          reference
        },
        {
          figure: 'facts/s to an equal digest',
          measured: of(({ equal }) => (facts / equal) * 1e3),
          reference
        },
        {
          figure: 'publisher, processor us a fact',
          measured: of(({ publisher }) => (publisher.cpu * 1e3) / facts)
        },
        {
          figure: 'receiver, processor us a fact',
          measured: of(({ receiver }) => (receiver.cpu * 1e3) / facts)
        },
        {
          figure: 'publisher, loop p99 ms',
          measured: of(({ publisher }) => publisher.late),
          digits: 1
        },
        {
          figure: 'receiver, loop p99 ms',
          measured: of(({ receiver }) => receiver.late),
          digits: 1
        },
        { figure: 'bytes sent a fact', measured: of(({ publisher }) => publisher.sent / facts) }
      ]
    )
  }
}

function measure(facts: number): Promise<Figures> {
  return inFolder(async (folder) => {
    const file = new URL('peers/broadcaster.ts', import.meta.url)
    await using publisher = new Remote<BroadcasterCalls>(file)
    await using receiver = new Remote<BroadcasterCalls>(file)
    const addresses = await publisher.call('start', join(folder, 'publisher'), [])
    await publisher.call('distill', facts)
    await receiver.call('start', join(folder, 'receiver'), addresses)
    await Promise.all([publisher.call('meshed'), receiver.call('meshed')])
    await Promise.all([publisher.call('begin'), receiver.call('begin')])
    const [begun, ended, digest] = await publisher.call('broadcast')
    const [at, reached] = await receiver.call('reached', await publisher.call('entries'))
    if (digest !== reached) throw new Error('The digests differ.')
    const [ofPublisher, ofReceiver] = await Promise.all([
      publisher.call('end'),
      receiver.call('end')
    ])
    return {
      published: ended - begun,
      equal: at - begun,
      publisher: ofPublisher,
      receiver: ofReceiver
    }
  })
}
