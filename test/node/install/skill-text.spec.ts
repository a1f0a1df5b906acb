import assert from 'node:assert/strict'
import { parse } from 'yaml'
import { z } from 'zod'
import { RULES, skillText } from '../../../node/install/skill-text.ts'

const FrontMatter = z.strictObject({ name: z.literal('hive'), description: z.string() })

describe('the skill', () => {
  const text = skillText()

  it('is small, and has the front matter that clients require', () => {
    assert.ok(Buffer.byteLength(text) <= 3_000, `${Buffer.byteLength(text)} bytes`)
    const found = /^---\n([\s\S]*?)\n---\n/.exec(text)
    const { description } = FrontMatter.parse(parse(found?.[1] ?? ''))
    assert.ok(description.length <= 1_024)
  })

  it('names each tool, as the rules name those of each task', () => {
    for (const tool of ['recall', 'open', 'learn', 'report', 'skill']) {
      assert.ok(text.includes(`\`${tool}\``), tool)
    }
    for (const tool of ['recall', 'learn', 'report']) assert.ok(RULES.includes(`\`${tool}\``), tool)
    assert.ok(RULES.length <= 1_000)
  })
})
