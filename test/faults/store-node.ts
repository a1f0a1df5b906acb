/** The parts of a node that keep state in the store, without threads and network. */
import assert from 'node:assert/strict'
import { openReplica, openStore } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { HELD_POSITION } from '../../crdt/publishing/held-votes.ts'
import { FactStore } from '../../src/facts/index.ts'
import { Ledger } from '../../src/models/spending/ledger.ts'
import { SkillStore } from '../../src/skills/store/skill-store.ts'
import type { Database, Replica, Store } from '../../crdt/index.ts'

export interface StoreNode {
  readonly store: Store
  readonly replica: Replica
  readonly facts: FactStore
  readonly ledger: Ledger
  readonly skills: SkillStore
}

const HELD_AUTHOR = toHex(HELD_POSITION.author)

/** One hour of 2026, in which all spending happens. */
export const NOW = Date.UTC(2026, 5, 1)

export async function openNode(location: string | Database): Promise<StoreNode> {
  const store = await openStore(location)
  try {
    return await openOn(store)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function openOn(store: Store): Promise<StoreNode> {
  const replica = await openReplica({ store })
  const { elementOf, published } = replica
  const facts = new FactStore({ store, observe: { key: published.key, elementOf } })
  await facts.load()
  const ledger = new Ledger({
    store,
    now: () => NOW,
    budgets: { node: {}, agents: { limited: { hour: { usd: '1000000' } } }, tasks: {} },
    agentLimits: () => ({}),
    onNearlySpent: () => undefined,
    onError: () => undefined
  })
  await ledger.load()
  const skills = await SkillStore.open({ store, now: () => NOW })
  return { store, replica, facts, ledger, skills }
}

/** Closes it; writes that fail at the end are failures of operations that were not acknowledged. */
export async function closeNode({ store, ledger, skills }: StoreNode): Promise<void> {
  await ledger.close()
  await skills.close().catch(() => undefined)
  await store.close()
}

/** What must agree within a node at any time. */
export async function assertConsistent({ store, replica, facts }: StoreNode): Promise<void> {
  const stored = (await Array.fromAsync(facts.all())).flat()
  assert.equal(facts.count, stored.length, 'the number of facts')
  const logged = new Set<string>()
  for await (const { digests } of facts.log(0)) for (const each of digests) logged.add(toHex(each))
  for (const { digest, private: isPrivate } of stored) {
    const id = toHex(digest)
    assert.ok(facts.filter.has(digest), `the filter has not fact ${id}`)
    assert.ok(logged.has(id), `the log has not fact ${id}`)
    const { observed } = facts
    const isObserved = observed?.has(replica.elementOf(digest)) === true
    assert.ok(isPrivate || isObserved, `the filter for peers has not fact ${id}`)
  }
  const records = new Set<string>()
  for await (const { digests } of replica.recordLog(0)) {
    for (const each of digests) records.add(toHex(each))
  }
  for await (const { digest } of replica.attestedRecords()) {
    const authors = await Array.fromAsync(replica.votes(digest), ({ author }) => toHex(author))
    assert.ok(records.has(toHex(digest)), 'the log has not a record')
    // A held vote has not left, and neither has a record that nothing else speaks of.
    if (authors.every((author) => author === HELD_AUTHOR)) continue
    assert.ok(replica.published.has(replica.elementOf(digest)), 'the filter has not a record')
  }
  for (const { author, base, seq } of replica.heads()) {
    const entries = await Array.fromAsync(replica.entriesAfter(author, base - 1))
    assert.equal(entries.length, seq - base + 1, 'a feed has a hole')
  }
  assert.equal(store.damaged, 0, 'damaged values')
}
