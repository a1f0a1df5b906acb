import assert from 'node:assert/strict'
import { recordDigest, writeEntry } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { preparePublication, valuesOf } from '../../../crdt/publishing/publication.ts'
import {
  MAX_BROKEN_CLAIMS,
  MAX_COMPARED_BURST,
  MAX_REQUESTED_BODIES
} from '../../../transport/constants.ts'
import { PeerFilters } from '../../../transport/filters/peer-filters.ts'
import { ClaimedBodies } from '../../../transport/sync/claimed-bodies.ts'
import { forge } from '../../fixtures/forgery.ts'
import { publication } from '../../fixtures/publications.ts'
import { replicaOn } from '../../fixtures/replicas.ts'
import type { Replica } from '../../../crdt/index.ts'
import type { Have } from '../../../transport/sync/have.ts'

const VOTES_OF_AN_ENTRY = 500

function textsOfNothing(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `what nobody has said, ${i}`)
}

/** Digests of records of which votes came, and no body. */
async function voteFor(replica: Replica, texts: readonly string[]): Promise<Uint8Array[]> {
  const prepared = texts.map((text) => preparePublication(publication(text)))
  for (let from = 0; from < prepared.length; from += VOTES_OF_AN_ENTRY) {
    const some = prepared.slice(from, from + VOTES_OF_AN_ENTRY)
    const votes = some.flatMap((each) => valuesOf(each, true))
    const admission = await replica.admit(writeEntry(forge({ values: votes })), 'peer')
    assert.ok(admission.outcome === 'admitted')
    await admission.durable
  }
  return prepared.map(({ digest }) => digest)
}

describe('bodies that peers say they have', () => {
  it('come of a peer that has one, although another claims all and brings none', async () => {
    await using author = await replicaOn()
    await using victim = await replicaOn()
    const { records } = await author.replica.publish([publication('what one peer has')])
    const { replica } = victim
    const unsaid = await voteFor(replica, textsOfNothing(5 * MAX_REQUESTED_BODIES))
    await voteFor(replica, ['what one peer has'])
    const filters = filtersOf(replica, { liar: [...unsaid, ...records], keeper: records })
    let broken = 0
    let claimed = 0
    const have: Pick<Have, 'fetch'> = {
      async fetch(digests, { peers = [] } = {}) {
        assert.equal(peers.length, 1)
        if (peers[0] === 'liar') broken += digests.length
        else claimed += digests.length
        if (peers[0] === 'liar') return new Map()
        const bodies = await author.replica.bodies([...digests])
        return new Map(bodies.flatMap((body) => (body ? [[toHex(recordDigest(body)), body]] : [])))
      }
    }
    const bodies = new ClaimedBodies({
      replica,
      filters: () => filters,
      have: () => have,
      random: () => 0,
      now: () => 0
    })
    for (let i = 0; i < 10; i++) await bodies.round()
    const [body] = await replica.bodies([...records])
    assert.ok(body !== undefined)
    assert.ok(broken < MAX_BROKEN_CLAIMS + MAX_REQUESTED_BODIES, `${broken} asked of the liar`)
    assert.equal(claimed, 1)
  })

  it('are compared with filters at a pace', async () => {
    await using victim = await replicaOn()
    const { replica } = victim
    const texts = textsOfNothing(2_000)
    await voteFor(replica, texts)
    const filters = filtersOf(replica, { peer: [] })
    let compared = 0
    const bodies = new ClaimedBodies({
      replica: {
        elementOf(digest) {
          compared += 1
          return replica.elementOf(digest)
        },
        likelyMissing: (limit, options) => replica.likelyMissing(limit, options),
        putBodies: (given, isCounted) => replica.putBodies(given, isCounted)
      },
      filters: () => filters,
      have: () => ({ fetch: () => Promise.resolve(new Map()) }),
      random: () => 0,
      now: () => 0
    })
    await bodies.round()
    assert.equal(compared, texts.length, 'all of them once')
    for (let i = 0; i < 10; i++) await bodies.round()
    assert.ok(compared < MAX_COMPARED_BURST + 1_024, `${compared} were compared`)
  })
})

function filtersOf(
  { elementOf }: Replica,
  claims: Readonly<Record<string, readonly Uint8Array[]>>
): PeerFilters {
  const filters = new PeerFilters(() => true)
  for (const [peer, digests] of Object.entries(claims)) {
    filters.replace(peer, 'published', new Uint8Array(8), [])
    filters.extend(peer, 'published', digests.map(elementOf))
  }
  return filters
}
