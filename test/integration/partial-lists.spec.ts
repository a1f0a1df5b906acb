import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

const FACTS = Array.from({ length: 1_000 }, (_, i) =>
  JSON.stringify({ entity: `fact ${i}`, content: `The text of fact ${i}.`, confidence: 1 })
).join('\n')

describe('a list of a running node', function () {
  this.timeout(60_000)

  it('says so while much is not indexed yet, and nothing afterwards', async () => {
    await using directory = await temporaryDirectory()
    const place = ['--data-dir', directory.path]
    await using node = new HiveProcess([...place, '--http', 'off'])
    await node.ready(AbortSignal.timeout(30_000))
    assert.equal((await runHive(['goals', ...place])).stderr, '')
    // Another program that writes to the index holds the one of the node up.
    using index = new DatabaseSync(join(directory.path, 'search.db'))
    index.exec('BEGIN IMMEDIATE')
    assert.equal((await runHive(['distill', ...place], FACTS)).code, 0)
    for (const list of ['goals', 'insights']) {
      const { code, stderr } = await runHive([list, ...place])
      assert.equal(code, 0)
      assert.equal(
        stderr,
        'The index is behind by 1,000 items: older items may be missing. Repeat the command in a while.\n'
      )
    }
    index.exec('ROLLBACK')
    const signal = AbortSignal.timeout(30_000)
    while ((await runHive(['goals', ...place])).stderr !== '') signal.throwIfAborted()
  })
})
