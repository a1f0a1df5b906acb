import assert from 'node:assert/strict'
import { anonymizer, AnonymizerThread } from '../../../src/anonymity/index.ts'
import { compatNotes } from '../../fixtures/compat-data.ts'
import type { AnonymizerInput } from '../../../src/anonymity/index.ts'

const KNOWN = { users: ['ada'], hosts: ['ada-laptop'], knownNames: ['Marvin'] }

const PRIVATE: readonly AnonymizerInput[] = [
  { entity: 'deploy', content: 'Run it in /home/ada/shop on ada-laptop', tags: ['deploy'] },
  { entity: 'mail', content: 'Mail bob@example.com about Marvin', tags: ['marvin', 'mail'] },
  { entity: 'db', content: 'The password is hunter2pw!', attribute: 'pin', value: '4711' },
  { entity: '', content: `${'A'.repeat(40)}${'9f3c'.repeat(20)}` },
  { entity: 'x', content: 'hidden\u{e0041}\u{e0042}text' }
]

describe("the anonymiser's thread", () => {
  it('gives what the anonymiser gives, in the order of the records', async () => {
    const here = anonymizer(KNOWN)
    await using thread = new AnonymizerThread(KNOWN)
    await thread.started
    const notes = compatNotes().slice(0, 500)
    const inputs = [...PRIVATE, ...notes.map((content) => ({ entity: 'css', content }))]
    const parts = [inputs.slice(0, 3), inputs.slice(3, 200), inputs.slice(200)]
    const replies = await Promise.all(parts.map((part) => thread.anonymizeAll(part)))
    assert.deepEqual(
      replies.map((reply) => reply?.length),
      parts.map(({ length }) => length)
    )
    assert.deepEqual(
      replies.flatMap((reply) => reply ?? []),
      inputs.map((input) => here.anonymize(input))
    )
  })

  it('is not ready before it has started, and leaves the work to its caller', async () => {
    await using thread = new AnonymizerThread(KNOWN)
    assert.equal(thread.isReady, false)
    assert.equal(await thread.anonymizeAll(PRIVATE), undefined)
  })

  it('leaves the work to its caller after it has failed, and what it was asked meanwhile', async () => {
    await using thread = new AnonymizerThread(KNOWN)
    await thread.started
    // A record that no caller can have ends the thread.
    const broken = [{ entity: 'x', content: 1 }] as unknown as readonly AnonymizerInput[]
    const replies = await Promise.all([broken, PRIVATE].map((part) => thread.anonymizeAll(part)))
    assert.deepEqual(replies, [undefined, undefined])
    assert.equal(thread.isReady, false)
    assert.equal(await thread.anonymizeAll(PRIVATE), undefined)
  })

  it('answers nobody after its end', async () => {
    const thread = new AnonymizerThread(KNOWN)
    await thread.started
    const asked = thread.anonymizeAll(PRIVATE)
    await thread[Symbol.asyncDispose]()
    assert.equal(await asked, undefined)
    await thread.started
  })
})
