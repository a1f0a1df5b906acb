import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { mock } from 'node:test'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { Annotations, FactStore, identifyFact, prepareFact } from '../../../src/facts/index.ts'
import { Integrity } from '../../../src/maintenance/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import type { IntegrityReport } from '../../../src/maintenance/index.ts'

const HOUR = 60 * 60 * 1000

interface Events {
  damage: [report: IntegrityReport]
  fail: [error: unknown]
}

describe('the check of a damaged store', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }))
  afterEach(() => mock.timers.reset())

  it('is done again where a full disk has ended it', async () => {
    const { database, failNext } = failingDatabase()
    const store = await openStore(database)
    const facts = new FactStore({ store })
    await facts.load()
    const input = { entity: 'door', content: 'It opens at nine.', confidence: 0.9 }
    const fact = prepareFact(input, identifyFact(input), { agent: 'a', now: 0, heuristic: false })
    await facts.add([fact])
    const digest = fact.digest.slice()
    await database.put(Buffer.concat([Buffer.from('!facts!'), digest]), Buffer.from('damaged'))
    assert.equal(await facts.get(digest), undefined)
    assert.equal(store.isSuspect, true)

    const events = new EventEmitter<Events>()
    const integrity = new Integrity({
      store,
      facts,
      annotations: new Annotations({ store, forgotten: () => facts.forgotten() }),
      replica: await openReplica({ store }),
      onDamage: (report) => events.emit('damage', report),
      onError: (error) => events.emit('fail', error)
    })
    // Who loses a fact marks it.
    failNext('private-facts')
    const failed = once(events, 'fail')
    const found = once(events, 'damage')
    integrity.start()
    await failed
    mock.timers.tick(HOUR)
    const [report]: IntegrityReport[] = await found
    assert.equal(report?.facts?.lost, 1)
    await integrity.stop()
    await store.close()
  })
})
