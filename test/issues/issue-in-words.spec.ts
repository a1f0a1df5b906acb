import assert from 'node:assert/strict'
import { z } from 'zod'
import { OPERATIONS } from '../../node/operations/index.ts'
import { issueInWords, issueTexts } from '../../src/issues/index.ts'

const Step = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('add'), title: z.string() }),
  z.strictObject({ do: z.literal('remove') })
])

const Input = z.strictObject({
  name: z.string().min(1).optional(),
  limit: z.int().min(1).max(5).optional(),
  above: z.number().gt(3).optional(),
  order: z.enum(['new', 'old']).optional(),
  tags: z.array(z.string()).min(1).max(2).optional(),
  wait: z.union([z.boolean(), z.literal('later')]).optional(),
  skills: z.union([z.string(), z.array(z.string())]).optional(),
  subject: z
    .union([
      z.strictObject({ id: z.string() }),
      z.strictObject({ from: z.string(), to: z.string() })
    ])
    .optional(),
  step: Step.optional(),
  at: z.iso.datetime().optional(),
  url: z.url().optional(),
  counts: z.record(z.string().min(3), z.number()).optional()
})

const FIELDS = Object.keys(Input.shape).join(', ')

const WORDS: readonly (readonly [unknown, string])[] = [
  [[], 'it takes an object, not a list'],
  [null, 'it takes an object, not null'],
  [{ name: '' }, 'name: it must not be empty'],
  [{ name: 5 }, 'name: it takes a text, not 5'],
  [{ name: {} }, 'name: it takes a text, not an object'],
  [{ limit: '3' }, 'limit: it takes a number, not "3"'],
  [{ limit: 1.5 }, 'limit: it takes a whole number, not 1.5'],
  [{ limit: 0 }, 'limit: it must be at least 1'],
  [{ limit: 9 }, 'limit: it must be at most 5'],
  [{ above: 3 }, 'above: it must be more than 3'],
  [{ order: 'x' }, 'order: it takes "new" or "old", not "x"'],
  [{ tags: [] }, 'tags: it must have at least 1 item'],
  [{ tags: ['a', 'b', 'c'] }, 'tags: it must have at most 2 items'],
  [{ tags: ['a', 2] }, 'tags.1: it takes a text, not 2'],
  [{ wait: 5 }, 'wait: it takes true or false or "later", not 5'],
  [{ skills: 5 }, 'skills: it takes a text or a list, not 5'],
  [{ subject: { from: 'a' } }, 'subject: to: it is missing; give a text'],
  [{ step: { do: 'x' } }, 'step.do: it takes "add" or "remove", not "x"'],
  [{ step: {} }, 'step.do: it is missing; give "add" or "remove"'],
  [{ step: { do: 'add' } }, 'step.title: it is missing; give a text'],
  [{ at: 'x' }, 'at: it takes a time such as 2026-11-28T12:00:00Z, not "x"'],
  [{ url: 'x' }, 'url: it takes a URL such as https://example.org, not "x"'],
  [{ counts: { a: 1 } }, 'counts.a: a name in it is not valid: it must have at least 3 characters'],
  [{ size: 1 }, `there is no field "size", only ${FIELDS}`]
]

describe('what is wrong with an input', () => {
  it('is said in plain words', () => {
    for (const [input, words] of WORDS) {
      const { error } = Input.safeParse(input, { error: issueInWords })
      assert.equal(error && issueTexts(error), words)
    }
  })

  it('is said so by every operation', () => {
    const wrong = [null, 5, 'text', [], { id: 5, query: 5, ids: 'x', limit: -1, no: 1 }]
    let count = 0
    for (const [name, { input }] of Object.entries(OPERATIONS)) {
      for (const value of wrong) {
        for (const { message } of input.safeParse(value).error?.issues ?? []) {
          assert.doesNotMatch(message, /invalid|expected|received|too (big|small)/i, name)
          count += 1
        }
      }
    }
    assert.ok(count > 200)
  })
})
