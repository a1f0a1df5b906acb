/**
 * Whether an attacker who holds 20 of 64 members names the member behind an author, or links a
 * member's authors of two epochs, better than by chance among the honest members of the ring.
 *
 * Method: 64 members with real replicas publish in 20 epochs. The attacker has all entries, all
 * statements, the seeds of its members, and takes part: it votes on what the others vote on, revokes
 * one of its members, lets one join, and shows a certificate to one half of the members only. Each
 * distinguisher makes one guess for each honest author; one of them is learnt from the attacker's
 * own authors, whose members it knows. Hits are counted against chance with the exact binomial
 * distribution: no distinguisher may have a tail below 0.001, divided by their number.
 */
import assert from 'node:assert/strict'
import { inlineVoices, openReplica, openStore, readCredential, ringIdOf } from '../../crdt/index.ts'
import { MemberVoices } from '../../crdt/members/member-voices.ts'
import { epochBegin } from '../../crdt/members/epoch.ts'
import { splitPayload } from '../../crdt/feeds/voice-part.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { ClosedSwarm } from '../fixtures/members.ts'
import { publication } from '../fixtures/publications.ts'
import { randomOf } from '../fixtures/random.ts'
import type { MemberStatements, Replica, Store, readEntry } from '../../crdt/index.ts'
import type { TestMember } from '../fixtures/members.ts'

const MEMBERS = 64
const ATTACKERS = 20
const EPOCHS = 20
const FIRST_EPOCH = 3_000
const VOTES = 2
const SHARED_RECORDS = 400
const ALPHA = 0.001

interface Node {
  readonly member: TestMember
  readonly isHonest: boolean
  readonly store: Store
  readonly statements: MemberStatements
  readonly replica: Replica
}

/** What the attacker sees of an author, and who it is. */
interface Seen {
  readonly epoch: number
  /** Voice keys of the ring that may be honest, in hex, and the response of each position. */
  readonly candidates: readonly { readonly key: string; readonly response: Uint8Array }[]
  readonly ring: readonly { readonly key: string; readonly response: Uint8Array }[]
  readonly tag: Uint8Array
  readonly signer: Uint8Array
  readonly challenge: Uint8Array
  readonly author: Uint8Array
  readonly tags: readonly Uint8Array[]
  readonly bytes: number
  /** The truth. */
  readonly owner: string
  readonly isHonest: boolean
}

describe('the anonymity of voices', () => {
  it('holds against a third of the ring, over 20 epochs', async function () {
    this.timeout(20 * 60_000)
    const seen = await play()
    const honest = seen.filter(({ isHonest }) => isHonest)
    assert.ok(honest.length >= (MEMBERS - ATTACKERS) * EPOCHS - EPOCHS)
    assertNoTagTwice(seen)
    const guesses = [...namers(seen), ...linkers(seen)]
    for (const { name, hits, chances } of guesses) {
      const expected = chances.reduce((sum, chance) => sum + chance, 0)
      const tail = upperTail(hits, chances)
      process.stdout.write(
        `      ${name.padEnd(44)} ${hits} hits of ${chances.length}, ${expected.toFixed(1)} by chance, tail ${tail.toFixed(4)}\n`
      )
      assert.ok(tail > ALPHA / guesses.length, `${name}: ${hits} of ${chances.length}`)
    }
  })

  it('is measured by a method that finds a leak', () => {
    // A ring whose signer has the smallest response, as a faulty implementation could have.
    const random = randomOf(7)
    const seen = Array.from({ length: 200 }, (_, i): Seen => {
      const ring = Array.from({ length: 44 }, (__, at) => ({
        key: String(at).padStart(64, '0'),
        response: bytesFrom(random, 32)
      }))
      const smallest = ring.toSorted((a, b) => Buffer.compare(a.response, b.response))[0]
      assert.ok(smallest !== undefined)
      return {
        epoch: FIRST_EPOCH + (i % 20),
        candidates: ring,
        ring,
        tag: bytesFrom(random, 32),
        signer: bytesFrom(random, 32),
        challenge: bytesFrom(random, 32),
        author: bytesFrom(random, 32),
        tags: [],
        bytes: 100,
        owner: smallest.key,
        isHonest: true
      }
    })
    assert.ok(
      namers(seen).some(({ hits, chances }) => upperTail(hits, chances) < ALPHA / 20),
      'no distinguisher found it'
    )
  })
})

/** All that is published in 20 epochs, as the attacker has it. */
async function play(): Promise<Seen[]> {
  const random = randomOf(11)
  const lab = new ClosedSwarm()
  const dates = { notBefore: epochBegin(FIRST_EPOCH), notAfter: epochBegin(FIRST_EPOCH + 100) }
  const members = Array.from({ length: MEMBERS }, () => lab.issue(lab.asRoot, dates))
  const certificates = members.map(({ certificate }) => certificate.bytes)
  let epoch = FIRST_EPOCH
  const nodes: Node[] = []
  for (const [i, member] of members.entries()) {
    const store = await openStore()
    const statements = await lab.statements(store)
    await statements.add([lab.founding.bytes, ...certificates])
    const membership = new MemberVoices({
      swarm: lab.swarm,
      rings: statements.roster,
      voices: inlineVoices(),
      seed: member.keys.seed,
      epoch: () => epoch,
      assertVoice: () => undefined
    })
    const replica = await openReplica({ store, swarm: lab.swarm, membership })
    nodes.push({ member, isHonest: i >= ATTACKERS, store, statements, replica })
  }
  const seen: Seen[] = []
  const voted = new Map<Node, Set<number>>(nodes.map((node) => [node, new Set()]))
  for (; epoch < FIRST_EPOCH + EPOCHS; epoch += 1) {
    const round = epoch - FIRST_EPOCH
    if (round === 8)
      await all(nodes, [lab.revoke(members[0] ?? never(), lab.asRoot, { epoch }).bytes])
    if (round === 10) await all(nodes, [lab.issue(lab.asRoot, dates).certificate.bytes])
    // A certificate that one half of the members sees an epoch before the others.
    const late = round === 12 ? lab.issue(lab.asRoot, dates).certificate.bytes : undefined
    if (late !== undefined) await all(nodes.slice(0, MEMBERS / 2), [late])
    for (const node of nodes) {
      if (round >= 8 && node === nodes[0]) continue
      const fresh = voted.get(node) ?? never()
      const items: number[] = []
      while (items.length < VOTES) {
        const item = Math.floor(random() ** 2 * SHARED_RECORDS)
        if (fresh.has(item)) continue
        fresh.add(item)
        items.push(item)
      }
      const { entries } = await node.replica.publish(
        items.map((item) => publication(`Shared record ${item}.`))
      )
      const [entry] = entries
      assert.ok(entry !== undefined && entries.length === 1)
      seen.push(seenOf(lab.swarm, entry, node, nodes))
    }
    if (late !== undefined) await all(nodes.slice(MEMBERS / 2), [late])
  }
  for (const { store } of nodes) await store.close()
  return seen
}

function seenOf(
  swarm: string,
  entry: ReturnType<typeof readEntry>,
  owner: Node,
  nodes: readonly Node[]
): Seen {
  const { part } = splitPayload(swarm, entry.payload)
  assert.ok(part?.introduction !== undefined)
  const {
    epoch,
    ring: ids,
    tag,
    signer,
    challenge,
    responses
  } = readCredential(part.introduction.credential)
  const byId = new Map(
    nodes.map(({ member, isHonest }) => [
      toHex(ringIdOf(member.keys.voice)),
      { key: toHex(member.keys.voice), isHonest }
    ])
  )
  const ring = ids.map((id, i) => {
    const known = byId.get(toHex(id))
    return {
      key: known?.key ?? toHex(id),
      isHonest: known?.isHonest ?? false,
      response: responses[i] ?? never()
    }
  })
  return {
    epoch,
    ring,
    // The attacker knows its own members, by their tags as well.
    candidates: ring.filter(({ isHonest }) => isHonest),
    tag,
    signer,
    challenge,
    author: entry.author,
    tags: part.tags,
    bytes: entry.payload.length,
    owner: toHex(owner.member.keys.voice),
    isHonest: owner.isHonest
  }
}

/** A tag that two authors have would link them. */
function assertNoTagTwice(seen: readonly Seen[]): void {
  const marks = seen.flatMap(({ tags, tag, signer, author }) => [...tags, tag, signer, author])
  assert.equal(new Set(marks.map(toHex)).size, marks.length)
}

interface Guessing {
  readonly name: string
  readonly hits: number
  /** The chance of each guess. */
  readonly chances: readonly number[]
}

type Score = (
  candidate: { readonly key: string; readonly response: Uint8Array },
  author: Seen
) => number

/** Guesses of the member behind each honest author: the candidate with the highest score. */
function namers(seen: readonly Seen[]): Guessing[] {
  const key = ({ key: hex }: { readonly key: string }): Uint8Array => Buffer.from(hex, 'hex')
  const learnt = learn(seen.filter(({ isHonest }) => !isHonest))
  const scores: Readonly<Record<string, Score>> = {
    'highest response': ({ response }) => valueOf(response.toReversed()),
    'lowest response': ({ response }) => -valueOf(response.toReversed()),
    'most bits in the response': ({ response }) => bitsIn(response),
    'fewest bits in the response': ({ response }) => -bitsIn(response),
    'response nearest the first challenge': ({ response }, { challenge }) =>
      -distance(response, challenge),
    'response farthest from the first challenge': ({ response }, { challenge }) =>
      distance(response, challenge),
    'key nearest the tag': (candidate, { tag }) => -distance(key(candidate), tag),
    'key nearest the signer': (candidate, { signer }) => -distance(key(candidate), signer),
    'key nearest the author': (candidate, { author }) => -distance(key(candidate), author),
    'first of the ring': (candidate, { candidates }) => -candidates.indexOf(candidate),
    'last of the ring': (candidate, { candidates }) => candidates.indexOf(candidate),
    'place by the challenge': (candidate, { candidates, challenge }) =>
      candidates.indexOf(candidate) === valueOf(challenge) % candidates.length ? 1 : 0,
    'learnt from the own authors': (candidate, author) => learnt(candidate, author)
  }
  const honest = seen.filter(({ isHonest, candidates }) => isHonest && candidates.length > 0)
  return Object.entries(scores).map(([name, score]) => ({
    name: `names a member: ${name}`,
    hits: honest.filter(
      (author) => best(author.candidates, (each) => score(each, author))?.key === author.owner
    ).length,
    chances: honest.map(({ candidates }) => 1 / candidates.length)
  }))
}

/** Guesses of the author of the epoch before for each honest author: the one with the highest score. */
function linkers(seen: readonly Seen[]): Guessing[] {
  const scores: Readonly<Record<string, (a: Seen, b: Seen) => number>> = {
    'nearest epoch tags': (a, b) => -distance(a.tag, b.tag),
    'farthest epoch tags': (a, b) => distance(a.tag, b.tag),
    'nearest signers': (a, b) => -distance(a.signer, b.signer),
    'nearest challenges': (a, b) => -distance(a.challenge, b.challenge),
    'nearest record tags': (a, b) =>
      -Math.min(...a.tags.flatMap((x) => b.tags.map((y) => distance(x, y)))),
    'nearest responses, place by place': (a, b) =>
      -a.ring.reduce(
        (sum, { response }, i) => sum + distance(response, b.ring[i]?.response ?? response),
        0
      ),
    'most like sizes': (a, b) => -Math.abs(a.bytes - b.bytes)
  }
  const honest = seen.filter(({ isHonest }) => isHonest)
  const pairs = honest.flatMap((author) => {
    const before = honest.filter(({ epoch }) => epoch === author.epoch - 1)
    return before.length === 0 ? [] : [{ author, before }]
  })
  return Object.entries(scores).map(([name, score]) => ({
    name: `links epochs: ${name}`,
    hits: pairs.filter(
      ({ author, before }) => best(before, (each) => score(author, each))?.owner === author.owner
    ).length,
    chances: pairs.map(({ before }) => 1 / before.length)
  }))
}

/** Logistic regression on what can be said of a place of the ring, from authors that are known. */
function learn(known: readonly Seen[]): Score {
  const features = ({ response }: { readonly response: Uint8Array }, author: Seen): number[] => [
    1,
    valueOf(response.toReversed()) / 2 ** 52 - 0.03,
    (bitsIn(response) - 126) / 8,
    (distance(response, author.challenge) - 128) / 8,
    ((response[0] ?? 0) & 1) - 0.5,
    (response[0] ?? 0) / 256 - 0.5
  ]
  const examples = known.flatMap((author) =>
    author.ring.map((place) => ({
      x: features(place, author),
      y: place.key === author.owner ? 1 : 0
    }))
  )
  const weights = Array.from({ length: 6 }, () => 0)
  for (let pass = 0; pass < 30; pass++) {
    for (const { x, y } of examples) {
      const z = x.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0)
      const error = y - 1 / (1 + Math.exp(-z))
      for (const [i, value] of x.entries()) weights[i] = (weights[i] ?? 0) + 0.01 * error * value
    }
  }
  return (candidate, author) =>
    features(candidate, author).reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0)
}

/** The highest score; of equals the first. */
function best<T>(items: readonly T[], score: (item: T) => number): T | undefined {
  let found: T | undefined
  let highest = -Infinity
  for (const item of items) {
    const value = score(item)
    if (value > highest) [found, highest] = [item, value]
  }
  return found
}

/** Probability of at least `hits`, for guesses with these chances (Poisson binomial, exact). */
function upperTail(hits: number, chances: readonly number[]): number {
  let distribution = [1]
  for (const chance of chances) {
    const next = Array.from({ length: distribution.length + 1 }, () => 0)
    for (const [count, probability] of distribution.entries()) {
      next[count] = (next[count] ?? 0) + probability * (1 - chance)
      next[count + 1] = (next[count + 1] ?? 0) + probability * chance
    }
    distribution = next
  }
  return distribution.slice(hits).reduce((sum, probability) => sum + probability, 0)
}

async function all(nodes: readonly Node[], statements: readonly Uint8Array[]): Promise<void> {
  for (const node of nodes) await node.statements.add(statements)
}

/** The first 6 bytes as a number. */
function valueOf(bytes: Uint8Array): number {
  return Buffer.from(bytes).readUIntBE(0, 6)
}

function bitsIn(bytes: Uint8Array): number {
  let count = 0
  for (let byte of bytes) for (; byte > 0; byte >>= 1) count += byte & 1
  return count
}

function distance(a: Uint8Array, b: Uint8Array): number {
  return bitsIn(a.map((byte, i) => byte ^ (b[i] ?? 0)))
}

function bytesFrom(random: () => number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => Math.floor(random() * 256))
}

function never(): never {
  throw new Error('The test is wrong.')
}
