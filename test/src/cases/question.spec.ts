import assert from 'node:assert/strict'
import { questionOf } from '../../../src/cases/question.ts'

import type { CaseSide } from '../../../src/index.ts'

describe('a question about a case', () => {
  it('has of a trial only what may leave the node', async () => {
    const row = { id: 'r1', origin: 'trial', agent: 'solver', trial: 0, status: 'kept' } as const
    const side = { id: 's1', value: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', evidence: [row] }
    const claim = { entity: 'persona trait key', attribute: 'better for zorbax' }
    const asked: object[] = []
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fields that a question reads
    const question = await questionOf([side as unknown as CaseSide], claim, {
      fact: () => Promise.resolve(undefined),
      claim: (texts) => {
        asked.push(texts)
        return { entity: 'e', attribute: 'a', value: '<SECRET_1>' }
      }
    })
    assert.deepEqual(asked, [{ ...claim, value: side.value }])
    assert.partialDeepStrictEqual(question?.data, {
      entity: 'e',
      attribute: 'a',
      sides: [{ side: 's1', value: '<SECRET_1>' }]
    })
  })
})
