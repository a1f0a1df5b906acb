import assert from 'node:assert/strict'
import { openReplica, openStore, writeEntry } from '../../../crdt/index.ts'
import { ENTRY_FORMAT } from '../../../crdt/constants.ts'
import { MemberVoices } from '../../../crdt/members/member-voices.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { VoiceError } from '../../../crdt/errors.ts'
import { inlineVoices } from '../../../crdt/voices/voices.ts'
import { CLOSED_SWARM, seedOf, TestRoster } from '../../fixtures/closed-swarm.ts'
import { publication } from '../../fixtures/publications.ts'
import { VoicedFeed, VoicedMember } from '../../fixtures/voiced-feed.ts'
import type { Entry, Replica, Store } from '../../../crdt/index.ts'
import type { CheckSource } from '../../../crdt/voices/fair-queue.ts'
import type { Voices } from '../../../crdt/voices/voices.ts'

const NAMES = ['ada', 'eve']

/** A replica whose checks are counted, and wait while the gate is shut. */
class Checked implements AsyncDisposable {
  credentials = 0
  tags = 0
  gate: Promise<void> = Promise.resolve()
  fails = false
  isBusy = false
  readonly sources: (CheckSource | undefined)[] = []
  readonly store: Store
  readonly replica: Promise<Replica>

  constructor(store: Store, roster: TestRoster) {
    this.store = store
    const inner = inlineVoices()
    const voices: Voices = {
      ...inner,
      verifyCredential: async (...args) => {
        this.credentials += 1
        await this.gate
        if (this.fails) throw new Error('the thread ended')
        return inner.verifyCredential(...args)
      },
      verifyTags: async (batch, source) => {
        this.tags += 1
        this.sources.push(source)
        if (this.isBusy) throw new VoiceError('VOICES_BUSY', 'Too many wait.')
        await this.gate
        return inner.verifyTags(batch)
      }
    }
    const membership = new MemberVoices({
      swarm: CLOSED_SWARM,
      rings: roster,
      voices,
      seed: seedOf('ada'),
      epoch: () => roster.epoch,
      assertVoice: () => undefined
    })
    this.replica = openReplica({ store, swarm: CLOSED_SWARM, membership, hidesOwn: true })
  }

  static async open(roster: TestRoster): Promise<Checked> {
    return new Checked(await openStore(), roster)
  }

  async outcome(entry: Entry, from?: string): Promise<string> {
    const admission = await (await this.replica).admit(writeEntry(entry), from)
    return admission.outcome === 'rejected' ? admission.reason : admission.outcome
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close()
  }
}

describe('the check of voices', () => {
  const roster = new TestRoster(NAMES)
  const eve = new VoicedMember(roster, 'eve')
  const voice = { epoch: roster.epoch, generation: 0 }

  it('runs once for an entry that comes from many peers at once', async () => {
    await using checked = await Checked.open(roster)
    const entry = await new VoicedFeed(eve).entry({ ...voice, seq: 1 }, [publication('a')])
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => checked.outcome(entry)))
    assert.deepEqual(outcomes.toSorted(), ['admitted', ...Array.from({ length: 19 }, () => 'held')])
    assert.deepEqual([checked.credentials, checked.tags], [1, 1])
  })

  it('runs once for a credential, with any number of authors and repetitions', async () => {
    await using checked = await Checked.open(roster)
    for (let i = 0; i < 5; i++) {
      const entry = await new VoicedFeed(eve).entry({ ...voice, seq: 1 }, [publication('a')])
      assert.equal(await checked.outcome(entry), 'admitted')
      assert.equal(await checked.outcome(entry), 'held')
    }
    assert.deepEqual([checked.credentials, checked.tags], [1, 5])
  })

  it('does not run for an entry of a later format, which is refused', async () => {
    await using checked = await Checked.open(roster)
    const place = { ...voice, seq: 1, format: ENTRY_FORMAT + 1 }
    const entry = await new VoicedFeed(eve).entry(place, [publication('a')])
    for (let i = 0; i < 3; i++)
      assert.equal(await checked.outcome(entry, 'a peer'), 'unknown-member')
    assert.deepEqual([checked.credentials, checked.tags], [0, 0])
  })

  it('keeps the verdict that a credential is forged', async () => {
    await using checked = await Checked.open(roster)
    const credential = (await eve.voice(roster.epoch)).credential.slice()
    const at = credential.length - 32
    credential[at] = (credential[at] ?? 0) ^ 1
    for (let i = 0; i < 5; i++) {
      const place = { ...voice, seq: 1, credential }
      const forged = await new VoicedFeed(eve).entry(place, [publication('a')])
      for (let repeated = 0; repeated < 2; repeated++) {
        assert.equal(await checked.outcome(forged), 'voice')
      }
    }
    assert.deepEqual([checked.credentials, checked.tags], [1, 0])
  })

  it('names the peer and the voice, for their share, and blames nobody while too many wait', async () => {
    await using checked = await Checked.open(roster)
    const feed = new VoicedFeed(eve)
    const first = await feed.entry({ ...voice, seq: 1 }, [publication('a')])
    checked.isBusy = true
    assert.equal(await checked.outcome(first, 'a peer'), 'unknown-member')
    checked.isBusy = false
    assert.equal(await checked.outcome(first, 'another peer'), 'admitted')
    const claimed = toHex((await eve.voice(roster.epoch)).tag)
    assert.deepEqual(checked.sources, [
      { peer: 'a peer', voice: claimed },
      { peer: 'another peer', voice: claimed }
    ])
  })

  it('holds up no entry that needs none, and not those of others', async () => {
    await using checked = await Checked.open(roster)
    const feed = new VoicedFeed(eve)
    const first = await feed.entry({ ...voice, seq: 1 }, [publication('a')])
    assert.equal(await checked.outcome(first), 'admitted')
    const { promise, resolve } = Promise.withResolvers<void>()
    checked.gate = promise
    const slow = await new VoicedFeed(eve).entry({ ...voice, seq: 1 }, [publication('b')])
    const pending = Array.from({ length: 100 }, () => checked.outcome(slow))
    // A retraction has no tags.
    const digest = new Uint8Array(32)
    const next = await feed.entry({ ...voice, seq: 2, prev: first.hash, clock: 2 }, [
      { type: 'retraction', digest, secret: new Uint8Array(16) }
    ])
    assert.equal(await checked.outcome(next), 'admitted')
    resolve()
    assert.equal((await Promise.all(pending)).filter((each) => each === 'admitted').length, 1)
  })

  it('runs for an own entry that comes back while it is hidden, as for that of another', async () => {
    await using checked = await Checked.open(roster)
    const replica = await checked.replica
    for (const content of ['a', 'b']) await replica.publish([publication(content)])
    const [author = new Uint8Array()] = replica.hiddenAuthors()
    const entries = await Array.fromAsync(replica.entriesAfter(author, 0))
    assert.deepEqual([checked.credentials, checked.tags], [0, 0])
    for (const [i, bytes] of entries.entries()) {
      assert.equal((await replica.admit(bytes)).outcome, 'admitted')
      assert.deepEqual([checked.credentials, checked.tags], [1, i + 1])
    }
    assert.deepEqual(replica.hiddenAuthors(), [])
  })

  it('is repeated after the thread has failed', async () => {
    await using checked = await Checked.open(roster)
    const entry = await new VoicedFeed(eve).entry({ ...voice, seq: 1 }, [publication('a')])
    checked.fails = true
    await assert.rejects(checked.outcome(entry), /the thread ended/)
    checked.fails = false
    assert.equal(await checked.outcome(entry), 'admitted')
  })
})
