import assert from 'node:assert/strict'
import type { HiveNode, ModelsInit, Script } from '../../../../src/index.ts'
import type { CatalogueEntry } from '../../../../src/models/catalogue.ts'
import { createHive, ModelError, ProviderFailure, scriptedProvider } from '../../../../src/index.ts'

const ask = { task: 'summarise', messages: [{ role: 'user' as const, content: 'What is up?' }] }
const verify = ({ text }: { text: string }): boolean => text === 'right'

/** Two tiers by scripts, with prices of a million tokens in and out. */
function hive(
  fast: Script,
  premium: Script,
  prices: readonly [fast: string, premium: string] = ['1', '2']
): Promise<HiveNode> {
  const model = (provider: string, role: 'fast' | 'premium', price: string): CatalogueEntry => ({
    provider,
    model: 'one',
    roles: [role],
    context: null,
    maxOutput: null,
    capabilities: ['text'],
    bands: [{ upTo: null, input: price, cacheRead: null, cacheWrite: null, output: price }],
    shutdown: null,
    replacement: null,
    sources: []
  })
  const models: ModelsInit = {
    providers: { f: scriptedProvider('f', fast), p: scriptedProvider('p', premium) },
    tiers: { fast: ['f/one'], premium: ['p/one'] },
    catalogue: {
      asOf: '2026-11-24',
      models: [model('f', 'fast', prices[0]), model('p', 'premium', prices[1])]
    }
  }
  // Never one of the few that try the fast tier all the same.
  return createHive({ swarm: false, random: () => 0.5, models })
}

async function askOften({ agent }: HiveNode, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await agent.cortex.models.generate({ ...ask, verify }).catch((error: unknown) => {
      assert.ok(error instanceof ModelError)
    })
  }
}

describe('gain of the premium tier', () => {
  it('counts if fast fails its check and premium passes', async () => {
    await using db = await hive(
      () => 'wrong',
      () => 'right'
    )
    await askOften(db, 60)
    const { gain, tier } = db.agent.cortex.models.plan({ ...ask, verify })
    assert.ok(gain !== undefined && gain.chance > 0.9)
    assert.deepEqual([tier, gain.threshold], ['premium', 0.5])
    const [learned] = db.agent.cortex.models.scorer().tasks
    assert.deepEqual([learned?.task, learned?.by], [ask.task, gain.by])
  })

  it('does not count if both fail', async () => {
    await using db = await hive(
      () => 'wrong',
      () => 'wrong too'
    )
    await askOften(db, 60)
    const { gain, tier } = db.agent.cortex.models.plan({ ...ask, verify })
    assert.ok(gain !== undefined && gain.chance < 0.1)
    assert.equal(tier, 'fast')
    assert.equal(db.agent.cortex.models.scorer().outcomes, 60)
  })

  it('is unknown if fast or premium does not answer', async () => {
    const down: Script = () => {
      throw new ProviderFailure('model', 'no model of this name')
    }
    for (const [fast, premium] of [
      [() => 'wrong', down],
      [down, () => 'right']
    ] as const) {
      await using db = await hive(fast, premium)
      await askOften(db, 3)
      assert.equal(db.agent.cortex.models.scorer().outcomes, 0)
    }
  })

  it('needs a higher chance where premium costs more', async () => {
    await using db = await hive(
      () => 'wrong',
      () => 'right',
      ['0.001', '2']
    )
    await askOften(db, 60)
    const { gain, tier } = db.agent.cortex.models.plan({ ...ask, verify })
    assert.ok(gain !== undefined && gain.chance > 0.9)
    // Asking fast first costs a two-thousandth of premium.
    assert.deepEqual([tier, gain.threshold], ['fast', 0.9995])
  })

  it('needs none where premium costs no more', async () => {
    await using db = await hive(
      () => 'wrong',
      () => 'right',
      ['2', '2']
    )
    await askOften(db, 60)
    const { gain, tier } = db.agent.cortex.models.plan({ ...ask, verify })
    assert.deepEqual([tier, gain?.threshold], ['premium', 0])
  })
})
