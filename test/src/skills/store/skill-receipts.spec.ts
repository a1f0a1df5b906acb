import assert from 'node:assert/strict'
import { displayText } from '../../../../src/foreign-text/index.ts'
import { MAX_RECEIPTS } from '../../../../src/skills/constants.ts'
import { FalseReceipts } from '../../../../src/skills/store/false-receipts.ts'
import {
  failed,
  openSkills,
  pass,
  provenance,
  receipt,
  reopenSkills,
  skill,
  succeed
} from '../../../fixtures/skill-store.ts'

describe('receipts in a store of skills', () => {
  const { id } = skill

  it('gives receipts once, and again those that were not deleted or not used', async () => {
    await using opened = await openSkills()
    const { failing, store, skills } = opened
    await skills.add(skill, provenance)
    await skills.apply(id, pass)
    const runs = Array.from({ length: 40 }, (_, i) => ({ ...receipt, input: `${i}` }))
    const taken = async (): Promise<string[]> => {
      const { receipts, putBack } = await skills.takeReceipts(id)
      putBack()
      return receipts.map(({ input }) => input)
    }
    for (const run of runs.slice(0, 3)) await skills.apply(id, succeed, { receipt: run })
    failing.failNext('skills')
    await assert.rejects(skills.takeReceipts(id), failed)
    assert.deepEqual(await taken(), ['0', '1', '2'])
    const first = await skills.takeReceipts(id)
    await skills.apply(id, succeed, { receipt: runs[3] })
    first.putBack()
    first.putBack()
    assert.deepEqual((await taken()).toSorted(), ['0', '1', '2', '3'])
    // More than are kept: the newer ones stay.
    const second = await skills.takeReceipts(id)
    for (const run of runs.slice(4)) await skills.apply(id, succeed, { receipt: run })
    second.putBack()
    const kept = await taken()
    assert.equal(kept.length, MAX_RECEIPTS)
    assert.deepEqual(
      kept.toSorted(),
      runs
        .slice(-MAX_RECEIPTS)
        .map(({ input }) => input)
        .toSorted()
    )
    await skills.close()
    const reopened = await reopenSkills(store)
    const third = await reopened.takeReceipts(id)
    assert.equal(third.receipts.length, MAX_RECEIPTS)
    third.used()
    third.putBack()
    assert.deepEqual((await reopened.takeReceipts(id)).receipts, [])
  })

  it('has the latest authors of false receipts after a start as before', async () => {
    await using opened = await openSkills()
    const { store } = opened
    const lies = await FalseReceipts.open(store)
    const authors = ['a', 'b', 'a'].map((digit) => digit.repeat(64))
    for (const [i, author] of authors.entries()) {
      const said = { input: displayText('1'), claimed: 'x', gave: 'y' }
      await lies.add({ author, skill: id, ...said, at: new Date(i) })
    }
    for (const each of [lies, await FalseReceipts.open(store)]) {
      assert.deepEqual(each.latestAuthors(1), authors.slice(-1))
    }
  })
})
