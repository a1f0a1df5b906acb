/**
 * Until an own entry has come back, its author answers like a node that does not have it. The same
 * script of messages is played against the author and against another node, and all that they
 * send is compared.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { openReplica, openStore, readEntry } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { MAX_HAVE_FRAME_BYTES, MAX_SYNC_FRAME_BYTES } from '../../transport/constants.ts'
import { FrameStream } from '../../transport/streams/frame-stream.ts'
import { readSyncAnswer, writeSyncRequest } from '../../transport/sync/sync-frames.ts'
import { attackerOn } from '../fixtures/attacker.ts'
import { gossipOf } from '../fixtures/forgery.ts'
import { startNode } from '../fixtures/nodes.ts'
import { publication, publications } from '../fixtures/publications.ts'
import { syncAnswers } from '../fixtures/sync-peer.ts'
import type { Stream } from '@libp2p/interface'
import type { Publication } from '../../crdt/index.ts'
import type { TestNode } from '../fixtures/nodes.ts'
import type { SyncAnswer } from '../../transport/sync/sync-frames.ts'

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

/** What the spy has: entries that it got on a stem. */
interface Script {
  readonly author: Uint8Array
  readonly entries: readonly Uint8Array[]
  readonly record: Uint8Array
  /** A vote of another key on the same record, without its body. */
  readonly vote: Uint8Array
}

const NOTHING = { acceptsEntries: false, digest: new Uint8Array(32), authors: 0, entries: 0 }

const EMPTY = { seq: 0, head: new Uint8Array(32), fork: 0, base: 1 }

/** All that a node sends to a spy that plays the script. */
async function transcriptOf(victim: TestNode, script: Script): Promise<string[]> {
  const log: string[] = []
  const asked: string[] = []
  const bodies = new Set<string>()
  const pulled = Promise.withResolvers<void>()
  const fetched = Promise.withResolvers<void>()
  const sync = syncAnswers((request) => {
    asked.push(`asks ${JSON.stringify(request, hexed)}`)
    if (request.type === 'summary') return [{ type: 'summary', summary: NOTHING }]
    if (request.type === 'nodes') {
      return request.prefixes.map(() => ({ type: 'node', node: { type: 'leaf', heads: [] } }))
    }
    if (request.type === 'turn') return [{ type: 'done', more: false }]
    const { seq = 0 } = request.heads[0] ?? {}
    pulled.resolve()
    const answers = script.entries.slice(seq).map((bytes) => ({ type: 'entry', bytes }) as const)
    return [...answers, { type: 'done', more: false }]
  })
  const have = (stream: Stream): void => {
    const frames = new FrameStream(stream, MAX_HAVE_FRAME_BYTES)
    void frames.read().then((frame) => {
      bodies.add(`asks for bodies ${toHex(frame ?? new Uint8Array())}`)
      fetched.resolve()
      return stream.close()
    })
  }
  // The relay of the author's stem: it swallows what it gets.
  const stem = (stream: Stream): void => {
    stream.addEventListener('remoteCloseWrite', () => void stream.close())
  }
  await using spy = await attackerOn(victim, signal(), { sync, have, stem })
  await using observer = await startNode({ bootstrap: victim.swarm.multiaddrs, filterInterval: 0 })
  await observer.swarm.synchronize({ signal: signal() })
  const stream = await spy.open('sync')
  const frames = new FrameStream(stream, MAX_SYNC_FRAME_BYTES)
  const answers = async (): Promise<SyncAnswer> =>
    readSyncAnswer((await frames.read({ signal: signal() })) ?? new Uint8Array())
  const probe = async (): Promise<void> => {
    const summary = { acceptsEntries: true, digest: EMPTY.head, authors: 0, entries: 0 }
    await frames.write(writeSyncRequest({ type: 'summary', summary }))
    log.push(`answers ${JSON.stringify(await answers(), hexed)}`)
    const salt = new Uint8Array(16)
    await frames.write(writeSyncRequest({ type: 'nodes', salt, prefixes: ['', 'a'] }))
    for (let i = 0; i < 2; i++) log.push(`answers ${JSON.stringify(await answers(), hexed)}`)
    const heads = [{ author: script.author, ...EMPTY }]
    await frames.write(writeSyncRequest({ type: 'pull', heads }))
    for (let answer = await answers(); ; answer = await answers()) {
      log.push(`answers ${JSON.stringify(answer, hexed)}`)
      if (answer.type === 'done') break
    }
    const opened = await spy.open('have')
    const answered = new FrameStream(opened, MAX_HAVE_FRAME_BYTES)
    await answered.write(Buffer.concat([Buffer.of(1), script.record]))
    const body = await answered.read({ signal: signal() })
    log.push(`gives the body ${body === undefined ? 'no' : toHex(body)}`)
  }
  await probe()
  // Somebody else votes on the record: who lacks it asks for it.
  const voted = once(victim.replica, 'entry:admit', { signal: signal() })
  await spy.gossip(gossipOf(script.vote))
  await voted
  await victim.swarm.synchronize({ signal: signal() }).catch(() => undefined)
  await fetched.promise
  await probe()
  // The last entry first: who lacks the ones before it pulls them.
  const shown = once(observer.replica, 'entry:admit', { signal: signal() })
  await spy.gossip(gossipOf(script.entries.at(-1) ?? new Uint8Array()))
  await pulled.promise
  await shown
  log.push('has forwarded it')
  await probe()
  // What goes over different streams has no order.
  return [...log, ...asked, ...bodies]
}

/** Bytes in hexadecimal digits; salts are random. */
function hexed(key: string, value: unknown): unknown {
  if (key === 'salt') return undefined
  if (value instanceof Uint8Array) return toHex(value)
  return value
}

async function entriesOf(said: readonly Publication[][]): Promise<Uint8Array[]> {
  const replica = await openReplica({ store: await openStore() })
  for (const each of said) await replica.publish(each)
  const [head] = replica.heads()
  return Array.fromAsync(replica.entriesAfter(head?.author ?? new Uint8Array(), 0))
}

describe('the author of a hidden entry', () => {
  it('sends the same as a node that does not have the entry', async () => {
    const known = await entriesOf([publications(40)])
    await using author = await startNode({
      hidesOwn: true,
      filterInterval: 0,
      embargo: 60_000,
      random: () => 0
    })
    await using other = await startNode({
      hidesOwn: true,
      filterInterval: 0,
      embargo: 60_000,
      random: () => 0
    })
    for (const node of [author, other]) for (const bytes of known) await node.replica.admit(bytes)
    const secret = publication('what nobody knows yet')
    await author.replica.publish([publication('what comes first')])
    const { records } = await author.replica.publish([secret])
    const [key = new Uint8Array()] = author.replica.hiddenAuthors()
    const entries = await Array.fromAsync(author.replica.entriesAfter(key, 0))
    assert.equal(entries.length, 2)
    const script = {
      author: key,
      entries,
      record: records[0] ?? new Uint8Array(),
      vote: await voteOn(secret)
    }
    const said = await transcriptOf(author, script)
    const expected = await transcriptOf(other, script)
    assert.deepEqual(said, expected)
    assert.equal(author.replica.hiddenAuthors().length, 0)
  })
})

/** An entry with a vote alone, of an author that had the record before. */
async function voteOn(said: Publication): Promise<Uint8Array> {
  const replica = await openReplica({ store: await openStore() })
  for (const bytes of await entriesOf([[said]])) await replica.admit(bytes)
  const { entries } = await replica.publish([said])
  const [entry] = entries
  assert.ok(entry !== undefined)
  const stored = await Array.fromAsync(replica.entriesAfter(entry.author, 0))
  assert.equal(readEntry(stored[0] ?? new Uint8Array()).seq, 1)
  return stored[0] ?? new Uint8Array()
}
