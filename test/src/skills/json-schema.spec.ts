import assert from 'node:assert/strict'
import { compileSchema } from '../../../src/skills/json-schema.ts'
import type { JsonSchema } from '../../../src/skills/json-schema.ts'
import type { Json } from '../../../src/sandbox/index.ts'

const check = (schema: JsonSchema, value: Json): string | undefined =>
  compileSchema(schema, 'inputSchema')(value)

const A = { type: 'object', properties: { a: { type: 'string' } } } as const

describe('a JSON schema of a skill', () => {
  const cases: readonly (readonly [JsonSchema, readonly Json[], readonly Json[]])[] = [
    [true, [1, null], []],
    [false, [], [1, null]],
    [{ type: 'integer', minimum: 1, exclusiveMaximum: 4 }, [1, 3, 2 ** 0], [0, 4, 1.5, '1']],
    [{ type: 'number', multipleOf: 0.1 }, [0.3, 7], [0.35]],
    [{ type: ['string', 'null'] }, ['', null], [0]],
    [{ type: 'string', minLength: 2, maxLength: 3 }, ['ab', '🚀🚀🚀'], ['a', 'abcd', '🚀']],
    [{ type: 'string', format: 'date' }, ['2026-02-28'], ['2026-02-31', 'x']],
    [{ ...A, required: ['a', 'b'] }, [{ a: '', b: 1 }], [{}, { a: '' }, { a: 1, b: 1 }]],
    [{ ...A, additionalProperties: false }, [{}, { a: '' }], [{ b: 1 }]],
    [{ ...A, additionalProperties: { type: 'number' } }, [{ b: 1 }], [{ b: '' }]],
    [
      { type: 'object', properties: { constructor: { type: 'string' } } },
      [{}],
      [{ constructor: 1 }]
    ],
    [
      { type: 'object', propertyNames: { maxLength: 1 }, minProperties: 1 },
      [{ a: 1 }],
      [{}, { ab: 1 }]
    ],
    [{ type: 'array', items: { type: 'string' }, minItems: 1 }, [['']], [[], [1], {}]],
    [
      { type: 'array', prefixItems: [{ type: 'string' }], items: false },
      [[], ['']],
      [[1], ['', '']]
    ],
    [
      { type: 'array', uniqueItems: true },
      [[1, '1', [1]]],
      [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 }
        ]
      ]
    ],
    [{ type: 'array', contains: { type: 'string' }, maxContains: 1 }, [[1, '']], [[1], ['', '']]],
    [{ const: { a: [1] } }, [{ a: [1] }], [{ a: [1, 2] }, { a: [1], b: 1 }]],
    [{ enum: [[1], null, { a: 1 }] }, [[1], null, { a: 1 }], [[2], 'null', {}]],
    [{ anyOf: [{ required: ['a'] }, { required: ['b'] }] }, [{ a: 1 }, { b: 1 }, 1], [{}]],
    [{ oneOf: [{ type: 'number' }, { type: 'integer' }] }, [1.5], [1, '']],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1, 2, 'x'], [0, 3]],
    // Keywords count without a type too.
    [{ properties: { a: { type: 'string' } }, required: ['a'] }, [{ a: '' }, 1], [{}, { a: 1 }]],
    [{ minLength: 2 }, ['ab', 1], ['a']],
    [{ items: { type: 'string' } }, [['']], [[1]]],
    [
      {
        $ref: '#/$defs/t',
        $defs: { t: { type: 'object', properties: { x: { $ref: '#/$defs/t' } } } }
      },
      [{ x: { x: {} } }],
      [{ x: { x: 1 } }]
    ]
  ]
  for (const [schema, valid, invalid] of cases) {
    it(`${JSON.stringify(schema)} takes what it allows, and nothing else`, () => {
      for (const value of valid)
        assert.equal(check(schema, value), undefined, JSON.stringify(value))
      for (const value of invalid) assert.ok(check(schema, value), JSON.stringify(value))
    })
  }

  it('names the place of a problem', () => {
    const schema = { type: 'array', items: A }
    assert.equal(check(schema, [{}, { a: 1 }]), '1.a: expected string, received number')
  })

  it('ends its check where references multiply, or name themselves', () => {
    const $defs: Record<string, Json> = { d40: { type: 'string' } }
    for (let i = 0; i < 40; i++) {
      const $ref = `#/$defs/d${i + 1}`
      $defs[`d${i}`] = { anyOf: [{ $ref }, { $ref }] }
    }
    assert.match(check({ $ref: '#/$defs/d0', $defs }, 5) ?? '', /too many steps/)
    assert.match(check({ $ref: '#' }, 5) ?? '', /nested too deeply/)
    const twice = { anyOf: [{ $ref: '#' }, { $ref: '#' }] }
    assert.match(check(twice, 5) ?? '', /nested too deeply/)
    const deep = { items: { anyOf: [{ items: { $ref: '#' } }, { items: { $ref: '#' } }] } }
    let value: Json = [1]
    for (let i = 0; i < 60; i++) value = [value]
    assert.equal(check(deep, value), undefined)
  })

  it('with a keyword that is not checked is refused', () => {
    assert.throws(() => check({ if: { type: 'string' }, else: false }, 1), {
      code: 'ARGUMENT_INVALID'
    })
    const hidden = { properties: { a: { if: { type: 'string' }, else: false } } }
    assert.match(check(hidden, { a: '' }) ?? '', /"if"/)
  })
})
