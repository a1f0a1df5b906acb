import assert from 'node:assert/strict'
import { createHive, HiveError, STRONG_RELEVANCE } from '../../../src/index.ts'
import type { HiveNode } from '../../../src/index.ts'

const LESSONS: readonly (readonly [entity: string, content: string])[] = [
  [
    'ERR_MODULE_NOT_FOUND @scope/pkg',
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@scope/pkg'. The workspace was not built; run npm ci in the root first."
  ],
  [
    'rustc E0382',
    'error[E0382]: use of moved value. Clone the value, or borrow it with & before the closure takes it.'
  ],
  ['deploy', 'The deploy script needs the VPN and the variable DEPLOY_TOKEN.'],
  ['Postgres', 'Migrations lock the table orders; run them at night with lock_timeout set.'],
  ['release', 'Tag the release before the changelog is built, or the notes are empty.'],
  ['CSS gap', 'Flex containers support gap in every current browser.'],
  ['Kafka', 'Consumers rebalance for a minute when a pod of the group restarts.'],
  ['the linter', 'It reads the configuration of the folder where it was started.']
]

const MODULE_ERROR = `$ node /home/zoe/projects/shop/server.mjs
node:internal/modules/package_json_reader:268
  throw new ERR_MODULE_NOT_FOUND(packageName, fileURLToPath(base), null);
        ^

Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@scope/pkg' imported from /home/zoe/projects/shop/build-9c1f2ab77d/server.mjs
    at Object.getPackageJSONURL (node:internal/modules/package_json_reader:268:9)
    at packageResolve (node:internal/modules/esm/resolve:768:81)

Node.js v24.1.0`

describe('recall of what is relevant', () => {
  let db: HiveNode
  before(async () => {
    db = await createHive({ swarm: false })
    for (const [entity, content] of LESSONS) {
      await db.agent.cortex.knowledge.distill(entity, content, 0.9)
    }
  })
  after(() => db.stop())

  async function strong(question: string, limit = 3): Promise<string[]> {
    const options = { minRelevance: STRONG_RELEVANCE, limit }
    const { items } = await db.agent.cortex.knowledge.recall(question, options)
    return items.map(({ fact }) => fact.entity)
  }

  it('shows nothing for stop words of any language, which have no relevance', async () => {
    for (const word of ['the', 'The', 'a', 'when is it', 'und', 'the or', 'для', 'です', 'les']) {
      assert.deepEqual(await strong(word), [], word)
    }
    const { items } = await db.agent.cortex.knowledge.recall('the')
    assert.ok(items.length > 0)
    assert.ok(items.every(({ relevance }) => relevance === 0))
  })

  it('shows nothing for a prompt about something else', async () => {
    for (const prompt of [
      'Write a poem about the sea for my grandmother, in the style of a sailor.',
      'How many miles did Lynn run if she ran five times as far as her brother in a minute?',
      'Please refactor the function that reads the table of users and add tests for it.',
      'Bitte schreibe mir eine kurze Geschichte über einen Hund, der in der Stadt wohnt.'
    ]) {
      assert.deepEqual(await strong(prompt), [], prompt)
    }
  })

  it('finds the lesson for an error with other paths, line numbers and hashes', async () => {
    assert.deepEqual(await strong(MODULE_ERROR), ['ERR_MODULE_NOT_FOUND @scope/pkg'])
  })

  it('shows no lesson for an error with another code', async () => {
    const moved = (code: string): string =>
      `error[${code}]: use of moved value: \`list\`\n  --> src/main.rs:14:20\n   |\n14 |     let b = list;\n   = help: clone the value, or borrow it before the closure takes it`
    assert.deepEqual(await strong(moved('E0382')), ['rustc E0382'])
    assert.deepEqual(await strong(moved('E0505')), [])
  })

  it('gives a result the same relevance for any limit', async () => {
    const { knowledge } = db.agent.cortex
    const question = 'empty release notes after the deploy script'
    const [few] = (await knowledge.recall(question, { limit: 1 })).items
    const many = (await knowledge.recall(question, { limit: 10 })).items
    assert.ok(many.length > 1)
    assert.ok((few?.relevance ?? 0) > 0)
    assert.equal(few?.relevance, many[0]?.relevance)
  })

  it('shows what is known', async () => {
    assert.deepEqual(await strong('gap in flex containers'), ['CSS gap'])
    assert.deepEqual(await strong('Why do Kafka consumers rebalance?'), ['Kafka'])
  })

  it('finds everything about an entity for a question without words', async () => {
    const { items } = await db.agent.cortex.knowledge.recall('', {
      entity: 'Kafka',
      minRelevance: 1
    })
    assert.deepEqual(
      items.map(({ fact, relevance }) => [fact.entity, relevance]),
      [['Kafka', 1]]
    )
  })

  it('refuses a relevance that is no probability', async () => {
    for (const minRelevance of [-0.1, 1.1, Number.NaN]) {
      await assert.rejects(
        async () => db.agent.cortex.knowledge.recall('x', { minRelevance }),
        HiveError
      )
    }
  })
})
