import assert from 'node:assert/strict'
import { anonymize, becomes } from '../../../fixtures/anonymized.ts'

describe('code', () => {
  becomes([
    ['Call reconcileZorbaxLedger twice', 'Call <IDENTIFIER_1> twice'],
    ['Raise ZORBAX_RETRY_LIMIT to two', 'Raise <IDENTIFIER_1> to two'],
    ['It is in com.zorbax.billing.Invoice there', 'It is in <IDENTIFIER_1> there'],
    ['Set `zorbax` to two', 'Set `<IDENTIFIER_1>` to two'],
    ["SELECT a FROM b WHERE c = 'zorbax' works", 'SELECT a FROM b WHERE c = <LITERAL_1> works'],
    [
      'Use css.properties.gap and Array.prototype.at()',
      'Use css.properties.gap and Array.prototype.at()'
    ],
    [
      'org.apache.commons.lang3 and perf_hooks stay',
      'org.apache.commons.lang3 and perf_hooks stay'
    ],
    [
      'Set `addEventListener` and max-old-space-size',
      'Set `addEventListener` and max-old-space-size'
    ]
  ])

  it('is read more strictly in tags, which lose what nobody else would search for', () => {
    const result = anonymize({
      entity: 'x',
      content: 'It works.',
      tags: ['ci', 'zorbax', 'run 55964294']
    })
    assert.ok(result.verdict === 'clear')
    assert.deepEqual(result.record.tags, ['ci', 'run <ID_1>'])
  })
})
