import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

describe('a full disk', () => {
  it('stops writes with one code at every door, no reads, and heals without a restart', async () => {
    await using directory = await temporaryDirectory()
    const child = fileURLToPath(new URL('../../fixtures/fill-node.ts', import.meta.url))
    // A soft limit, in blocks of 1 KiB, that the child may lift.
    const run = spawn('bash', [
      '-c',
      'ulimit -S -f 900; exec "$0" --conditions=noormme-source "$1" "$2"',
      process.execPath,
      child,
      directory.path
    ])
    const [output, errors] = await Promise.all([text(run.stdout), text(run.stderr)])
    assert.match(output, /^\{/, errors)
    const { full, before, refused, reads, healed, late, stopped } = JSON.parse(output)
    assert.equal(full, 'STORE_WRITE_FAILED')
    assert.deepEqual(new Set(Object.values(refused)), new Set(['STORE_WRITE_FAILED']), output)
    assert.equal(reads.recalled, before)
    assert.equal(reads.goals, 1)
    assert.deepEqual(new Set(Object.values(healed)), new Set(['done']), output)
    assert.deepEqual(late, { found: late.facts, isComplete: true, facts: late.facts })
    assert.equal(stopped, 'done')
  })
})
