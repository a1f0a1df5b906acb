import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { anonymizer } from '../../../src/anonymity/index.ts'
import { CANARY_KINDS, canaries, disguisesOf, occurrences } from '../../fixtures/canaries.ts'

const { anonymize } = anonymizer()

describe('recall and over-redaction', () => {
  it('leave no canary of 68 kinds in five kinds of text, and most of the text', () => {
    const planted = [...canaries(1, 3)]
    assert.ok(Object.keys(CANARY_KINDS).length >= 40 && planted.length >= 500)
    const leaks: string[] = []
    let withheld = 0
    for (const { kind, medium, secrets, text } of planted) {
      const result = anonymize({ entity: 'retry policy', content: text })
      if (result.verdict === 'withheld') {
        withheld += 1
        continue
      }
      const left = JSON.stringify(result)
      if (occurrences(left, secrets.flatMap(disguisesOf)).length > 0) {
        leaks.push(`${kind} in ${medium}: ${left}`)
      }
    }
    assert.deepEqual(leaks, [])
    assert.ok(withheld <= planted.length / 50, `${withheld} withheld`)
  })

  it('are measured on canaries that are really there', () => {
    for (const { secrets, text } of canaries(2, 1)) {
      for (const secret of secrets) assert.ok(text.includes(secret), `${secret} in ${text}`)
    }
  })

  it('keep licence texts but for names, addresses on networks and copyright holders', () => {
    const texts = licences()
    assert.ok(texts.length >= 50)
    let kept = 0
    let words = 0
    for (const content of texts) {
      const result = anonymize({ entity: 'licence', content: content.slice(0, 16_000) })
      const count = content.slice(0, 16_000).match(/\S+/g)?.length ?? 0
      words += count
      if (result.verdict === 'clear') {
        kept += count - result.findings.length
      }
    }
    assert.ok(kept / words > 0.95, `${kept} of ${words}`)
  })
})

/** Of the packages that are installed. */
function licences(): string[] {
  const folder = join(import.meta.dirname, '../../../node_modules')
  const texts = new Set<string>()
  for (const entry of readdirSync(folder)) {
    for (const name of ['LICENSE', 'LICENSE.md', 'license']) {
      try {
        texts.add(readFileSync(join(folder, entry, name), 'utf8'))
      } catch {
        // Not every package has each of them.
      }
    }
  }
  return [...texts]
}
