import assert from 'node:assert/strict'
import { createAuthor, encodeRecord, recordDigest } from '../../../crdt/index.ts'
import { Judge } from '../../../src/judgement/index.ts'
import { Subscriptions } from '../../../src/sharing/index.ts'
import { admitAll, entry } from '../../fixtures/chains.ts'
import { publication } from '../../fixtures/publications.ts'
import { deliver, replicaOn, sync } from '../../fixtures/replicas.ts'
import type { Replica } from '../../../crdt/index.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'

const CONTENT = 'Flex containers support gap.'

/** What is released last: all before it has been judged. */
const LAST = 'Grid containers support gap.'

function subscriptionsOf(
  replica: Replica,
  k: number,
  closing = new AbortController().signal
): Subscriptions {
  return new Subscriptions({
    replica,
    judge: new Judge({ k, voteOn: (digest) => replica.voteOn(digest) }),
    templatesOf: () => Promise.resolve([]),
    closing,
    onError: (error) => assert.fail(String(error))
  })
}

/** An author that says something of a record to a node. */
class Speaker implements AsyncDisposable {
  readonly #own: TestReplica
  readonly #node: Replica

  constructor(own: TestReplica, node: Replica) {
    this.#own = own
    this.#node = node
  }

  static async of(node: Replica): Promise<Speaker> {
    return new Speaker(await replicaOn(), node)
  }

  async says(vote: 'dispute' | 'stale' | 'vouch', content = CONTENT, day = 20_000): Promise<void> {
    const { replica } = this.#own
    const said = publication(content, { vote, day })
    if ((await replica.voteOn(recordDigest(encodeRecord(said.record)))) === undefined) {
      await replica.publish([said])
    } else await replica.revise(said)
    await deliver(replica, this.#node)
  }

  async takesBack(content = CONTENT): Promise<void> {
    const { replica } = this.#own
    await replica.retract(recordDigest(encodeRecord(publication(content).record)))
    await deliver(replica, this.#node)
  }

  async compacts(): Promise<void> {
    const { replica } = this.#own
    assert.ok((await replica.compact()).length > 0)
    await sync(replica, this.#node)
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#own[Symbol.asyncDispose]()
  }
}

/** Reads of records wait until it is disposed. */
function slowReads(replica: Replica): Disposable {
  const get = replica.get.bind(replica)
  const { promise, resolve } = Promise.withResolvers<void>()
  replica.get = async (...args) => {
    await promise
    return get(...args)
  }
  return { [Symbol.dispose]: resolve }
}

/** What a subscription receives while `change` runs. */
async function heardOf(
  replica: Replica,
  k: number,
  change: () => Promise<void>
): Promise<readonly string[]> {
  const heard: string[] = []
  const last = Promise.withResolvers<void>()
  using _ = subscriptionsOf(replica, k).add({}, ({ content }) => {
    if (content === LAST) last.resolve()
    else heard.push(content)
  })
  await change()
  await replica.whenCompacted()
  for (let i = 0; i < k; i++) {
    await admitAll(replica, [entry(createAuthor(), undefined, LAST)])
  }
  await last.promise
  return heard
}

describe('a subscription', () => {
  it('receives what is released, also where what held it back is gone before it is read', async () => {
    await using node = await replicaOn()
    await admitAll(node.replica, [entry(createAuthor(), undefined, CONTENT)])
    await using against = await Speaker.of(node.replica)
    for (const each of ['dispute', 'stale', 'dispute'] as const) await against.says(each)
    const heard = await heardOf(node.replica, 1, async () => {
      using _ = slowReads(node.replica)
      await against.says('vouch')
      await against.compacts()
    })
    assert.deepEqual(heard, [CONTENT])
  })

  it('receives what was judged without its text, also where no mark says so', async () => {
    await using node = await replicaOn()
    const { replica, store } = node
    await using first = await replicaOn()
    const body = encodeRecord(publication(CONTENT).record)
    await first.replica.putBodies([body])
    await first.replica.publish([publication(CONTENT)])
    const heard = await heardOf(replica, 1, async () => {
      const judged = Promise.withResolvers<void>()
      const get = replica.get.bind(replica)
      replica.get = async (...args) => {
        const attested = await get(...args)
        judged.resolve()
        return attested
      }
      await deliver(first.replica, replica)
      await judged.promise
      // As while the write of the first vote is on its way.
      await store.commit([store.section('wanted').del(recordDigest(body))])
      await admitAll(replica, [entry(createAuthor(), undefined, CONTENT)])
    })
    assert.deepEqual(heard, [CONTENT])
  })

  it('receives what came before its text, also where it cannot be judged at first', async () => {
    await using node = await replicaOn()
    const { replica, store } = node
    await using first = await replicaOn()
    const body = encodeRecord(publication(CONTENT).record)
    await first.replica.putBodies([body])
    await first.replica.publish([publication(CONTENT)])
    const judged = Promise.withResolvers<void>()
    const get = replica.get.bind(replica)
    replica.get = async (...args) => {
      const attested = await get(...args)
      judged.resolve()
      return attested
    }
    const judge = new Judge({ k: 1, voteOn: (digest) => replica.voteOn(digest) })
    const judgeNow = judge.judge.bind(judge)
    let failures = 0
    judge.judge = (...args) =>
      failures++ === 0 ? Promise.reject(new Error('a read')) : judgeNow(...args)
    const content = await new Promise<string>((resolve, reject) => {
      const subscriptions = new Subscriptions({
        replica,
        judge,
        templatesOf: () => Promise.resolve([]),
        closing: AbortSignal.timeout(10_000),
        onError: () => undefined
      })
      subscriptions.add({}, (insight) => resolve(insight.content))
      const work = async (): Promise<void> => {
        await deliver(first.replica, replica)
        await judged.promise
        await store.commit([store.section('wanted').del(recordDigest(body))])
        await admitAll(replica, [entry(createAuthor(), undefined, CONTENT)])
      }
      work().catch(reject)
    })
    assert.equal(content, CONTENT)
  })

  it('receives what is released as released, also where this node disputes it meanwhile', async () => {
    await using node = await replicaOn()
    const { replica } = node
    await using other = await Speaker.of(replica)
    await other.says('dispute')
    await admitAll(replica, [entry(createAuthor(), undefined, CONTENT)])
    let asked = 0
    const state = await new Promise((resolve) => {
      const subscriptions = new Subscriptions({
        replica,
        judge: new Judge({
          k: 1,
          voteOn: () => Promise.resolve((asked += 1) === 1 ? undefined : 'dispute')
        }),
        templatesOf: () => Promise.resolve([]),
        closing: new AbortController().signal,
        onError: (error) => assert.fail(String(error))
      })
      subscriptions.add({}, (insight) => resolve(insight.state))
      void admitAll(replica, [entry(createAuthor(), undefined, CONTENT)])
    })
    assert.equal(state, 'released')
  })

  it('receives what was vouched for before its text came with another vote', async () => {
    await using node = await replicaOn()
    await using first = await replicaOn()
    const { record } = publication(CONTENT)
    await first.replica.putBodies([encodeRecord(record)])
    await first.replica.publish([publication(CONTENT)])
    await deliver(first.replica, node.replica)
    assert.deepEqual(await node.replica.has([recordDigest(encodeRecord(record))]), [false])
    const heard = await heardOf(node.replica, 1, () =>
      admitAll(node.replica, [entry(createAuthor(), undefined, CONTENT)])
    )
    assert.deepEqual(heard, [CONTENT])
  })

  it('receives once what many authors vouch for before it is judged', async () => {
    await using author = await replicaOn()
    await using node = await replicaOn()
    const { replica } = node
    const heard = await heardOf(replica, 2, async () => {
      using _ = slowReads(replica)
      await author.replica.publish([publication('Another fact.')])
      await deliver(author.replica, replica)
      for (let i = 0; i < 100; i++) {
        await admitAll(replica, [entry(createAuthor(), undefined, CONTENT)])
      }
    })
    assert.deepEqual(heard, [CONTENT])
  })

  it('receives what is released when a dispute or a stale vote is taken back', async () => {
    for (const [k, vote] of [
      [1, 'dispute'],
      [1, 'stale'],
      [2, 'dispute']
    ] as const) {
      await using node = await replicaOn()
      await using other = await Speaker.of(node.replica)
      for (let i = 0; i < k; i++) {
        await admitAll(node.replica, [entry(createAuthor(), undefined, CONTENT)])
      }
      await using against = await Speaker.of(node.replica)
      await against.says(vote)
      if (k > 1) await other.says(vote)
      const heard = await heardOf(node.replica, k, () => against.takesBack())
      assert.deepEqual(heard, [CONTENT], `${vote}, k ${k}`)
    }
  })

  it('receives what is released when an author changes its vote', async () => {
    for (const vote of ['dispute', 'stale'] as const) {
      await using node = await replicaOn()
      await admitAll(node.replica, [entry(createAuthor(), undefined, CONTENT)])
      await using against = await Speaker.of(node.replica)
      await against.says(vote)
      const heard = await heardOf(node.replica, 1, () => against.says('vouch'))
      assert.deepEqual(heard, [CONTENT], vote)
    }
  })

  it('receives what is released when the author that disputes it is void', async () => {
    await using node = await replicaOn()
    const liar = createAuthor()
    await admitAll(node.replica, [
      entry(createAuthor(), undefined, CONTENT),
      entry(liar, undefined, CONTENT, { vote: 'dispute' })
    ])
    const heard = await heardOf(node.replica, 1, () =>
      admitAll(node.replica, [entry(liar, undefined, 'another one')])
    )
    assert.deepEqual(heard, [CONTENT])
  })

  it('receives what was vouched for before its text came', async () => {
    await using node = await replicaOn()
    const { record } = publication(CONTENT)
    const body = encodeRecord(record)
    await using author = await replicaOn()
    await author.replica.putBodies([body])
    await author.replica.publish([publication(CONTENT)])
    await deliver(author.replica, node.replica)
    assert.deepEqual(await node.replica.has([recordDigest(body)]), [false])
    const heard = await heardOf(node.replica, 1, async () => {
      await node.replica.putBodies([body])
    })
    assert.deepEqual(heard, [CONTENT])
  })

  it('receives nothing that was released before it, whatever is said of that later', async () => {
    for (const k of [1, 2]) {
      await using node = await replicaOn()
      await using first = await Speaker.of(node.replica)
      await using second = await Speaker.of(node.replica)
      await using third = await Speaker.of(node.replica)
      for (const each of [first, second]) await each.says('vouch')
      const heard = await heardOf(node.replica, k, async () => {
        await first.says('vouch', CONTENT, 20_001)
        await third.says('vouch')
        await third.takesBack()
      })
      assert.deepEqual(heard, [], `k ${k}`)
    }
  })

  it('reads nothing once its node stops', async () => {
    await using node = await replicaOn()
    const closing = new AbortController()
    using _ = subscriptionsOf(node.replica, 1, closing.signal).add({}, () => undefined)
    closing.abort()
    node.replica.get = () => assert.fail('a read')
    await admitAll(node.replica, [entry(createAuthor(), undefined, CONTENT)])
    await node.replica.whenCompacted()
  })
})
