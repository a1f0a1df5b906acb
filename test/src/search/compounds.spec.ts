import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'

const NOTES = [
  'Die Datenbankverbindung geht nach dem Neustart verloren.',
  'Eine Verbindung braucht der Server nicht.',
  'Die Datenbank startet langsam und wird geprüft.',
  'Haustürschlüssel liegen auf dem Tisch.',
  'The destination of the parcel is known.',
  'Der Versicherungsvertrag liegt im Archiv',
  'De gebruikershandleiding van het kantoor'
]

/** Numbers of the notes that a question finds. */
const FOUND: readonly (readonly [question: string, notes: readonly number[]])[] = [
  ['Verbindung', [1, 0]],
  ['Datenbank', [2, 0]],
  ['Verbindungen', [1]],
  ['Schlüssel', [3]],
  ['nation', []],
  ['Vertrag', [5]],
  ['handleiding', [6]],
  ['Haustürschlüsseln', [3]]
]

describe('compounds', () => {
  it('are found by their parts, after the part itself, and not in English', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    for (const content of NOTES) await knowledge.distill('note', content, 0.9)
    for (const [question, notes] of FOUND) {
      const { items } = await knowledge.recall(question, { maxWait: Infinity })
      assert.deepEqual(
        items.map(({ fact }) => NOTES.indexOf(fact.content)),
        notes,
        question
      )
    }
  })

  it('find their parts', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    for (const content of NOTES.slice(1)) await knowledge.distill('note', content, 0.9)
    const { items } = await knowledge.recall('Datenbankverbindung', { maxWait: Infinity })
    const found = items.map(({ fact }) => NOTES.indexOf(fact.content))
    assert.deepEqual(new Set(found), new Set([1, 2]))
  })
})
