import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { createHive } from '../../src/index.ts'
import { CANARY_KINDS, canaries, disguisesOf, occurrences } from '../fixtures/canaries.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import { unpackedIn, wireTap } from '../fixtures/wire-tap.ts'
import type { FactInput, HiveNode } from '../../src/index.ts'

/** Leaves as it is: shows that the search for canaries would find one. */
const SENTINEL = 'marmalade keeps the samovar warm'

describe('promotion between real nodes over TCP', function () {
  this.timeout(120_000)

  it('lets no canary out: not on the wire, not into a file of another node', async () => {
    await using folder = await temporaryDirectory()
    const tap = wireTap()
    const planted = [...canaries(7, 1)]
    assert.ok(Object.keys(CANARY_KINDS).length >= 40)
    assert.ok(planted.length >= 300)
    {
      await using stack = new AsyncDisposableStack()
      const swarm = { k: 1, syncInterval: 0 }
      const sender = stack.use(
        await createHive({ dataDir: join(folder.path, 'sender'), swarm, libp2p: tap.libp2p })
      )
      const receivers: HiveNode[] = []
      for (const name of ['gossip', 'sync']) {
        const dataDir = join(folder.path, name)
        const receiver = await createHive({
          dataDir,
          swarm: {
            ...swarm,
            // Without gossip only a sync tells it that the sender shows more.
            syncInterval: name === 'gossip' ? 0 : 500,
            gossip: name === 'gossip',
            bootstrap: sender.multiaddrs
          }
        })
        receivers.push(stack.use(receiver))
      }
      const { knowledge, hive } = sender.agent.cortex
      const { rejected } = await knowledge.distillMany(planted.flatMap(factsOf))
      assert.deepEqual(rejected, [])
      await knowledge.distill('samovar', SENTINEL, 0.99)
      const { promoted, withheld } = await hive.broadcastKnowledge()
      // Not by keeping everything at home: nearly all of them say something general, and leave.
      assert.ok(promoted > planted.length, `${promoted} promoted`)
      assert.ok(withheld.length < planted.length / 10, `${withheld.length} withheld`)
      for (const receiver of receivers) await equal(receiver, sender)
      const [receiver] = receivers
      assert.equal((await receiver?.agent.cortex.knowledge.recall('samovar'))?.items.length, 1)
    }
    const forms = new Set([
      ...planted.flatMap(({ secrets }) => secrets.flatMap(disguisesOf)),
      SENTINEL
    ])
    const sent = tap.texts()
    assert.ok(sent.some((text) => text.includes('/hive/')))
    assert.deepEqual(occurrences(sent.join('\n'), forms), [SENTINEL])
    for (const name of ['gossip', 'sync']) {
      const kept = await textsIn(join(folder.path, name))
      assert.deepEqual(occurrences(kept.join('\n'), forms), [SENTINEL], name)
    }
    const own = await textsIn(join(folder.path, 'sender'))
    assert.ok(occurrences(own.join('\n'), forms).length > planted.length)
  })
})

/** A canary in the content, in the entity with a tag, and as a property's value. */
function factsOf({
  text,
  secrets,
  kind
}: {
  text: string
  secrets: readonly string[]
  kind: string
}): FactInput[] {
  const [secret = ''] = secrets
  return [
    { entity: 'retry policy', content: text, confidence: 0.95, tags: ['retry'] },
    {
      entity: `queue of ${text.slice(0, 200)}`,
      content: `The queue drains after a restart, as seen with a canary of ${kind.length} letters.`,
      confidence: 0.95,
      tags: ['queue', `run ${secret}`.slice(0, 60)]
    }
  ]
}

async function equal(receiver: HiveNode, sender: HiveNode): Promise<void> {
  const signal = AbortSignal.timeout(60_000)
  while ((await receiver.digest()) !== (await sender.digest())) {
    const change = once(receiver, 'hive:change', { signal })
    await receiver.agent.cortex.hive.synchronize({ signal })
    if ((await receiver.digest()) !== (await sender.digest())) await change
  }
}

/** The raw bytes of every file below `folder`, what LevelDB reads from them, and what is packed in it. */
async function textsIn(folder: string): Promise<string[]> {
  const texts: string[] = []
  const add = (bytes: Uint8Array): void => {
    const buffer = Buffer.from(bytes)
    texts.push(buffer.toString('latin1'), ...unpackedIn(buffer))
  }
  const database = new Level<Uint8Array, Uint8Array>(join(folder, 'store'), {
    keyEncoding: 'view',
    valueEncoding: 'view'
  })
  for await (const [key, value] of database.iterator()) {
    add(key)
    add(value)
  }
  await database.close()
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) add(await readFile(join(file.parentPath, file.name)))
  }
  return texts
}
