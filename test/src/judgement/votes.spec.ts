import assert from 'node:assert/strict'
import { createAuthor, encodeRecord, recordDigest } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { Votes } from '../../../src/judgement/index.ts'
import { admitAll, entry } from '../../fixtures/chains.ts'
import { publication } from '../../fixtures/publications.ts'
import { replicaOn } from '../../fixtures/replicas.ts'

const CONTENT = 'Flex containers support gap.'

describe('a vote', () => {
  it('on a record whose only author is void meanwhile is refused, and not taken as repeated', async () => {
    await using node = await replicaOn()
    const { replica } = node
    const liar = createAuthor()
    await admitAll(replica, [entry(liar, undefined, CONTENT)])
    const voteOn = replica.voteOn.bind(replica)
    replica.voteOn = async (digest) => {
      await admitAll(replica, [entry(liar, undefined, 'Something else.')])
      await replica.whenCompacted()
      return voteOn(digest)
    }
    const votes = new Votes({
      replica,
      clock: { now: () => 0 },
      announce: () => Promise.resolve(),
      onVote: () => assert.fail('a vote')
    })
    const id = toHex(recordDigest(encodeRecord(publication(CONTENT).record)))
    await assert.rejects(votes.cast(id, 'vouch', 0.9), { code: 'RECORD_UNKNOWN' })
  })
})
