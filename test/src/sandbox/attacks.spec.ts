import assert from 'node:assert/strict'
import { createSandbox, SandboxError } from '../../../src/sandbox/index.ts'
import { moduleOf } from '../../fixtures/sandbox-attacks.ts'
import { ESCAPES } from '../../fixtures/sandbox-escapes.ts'
import { FLOODS } from '../../fixtures/sandbox-floods.ts'
import type { Json } from '../../../src/sandbox/canonical-json.ts'
import type { Attack } from '../../fixtures/sandbox-attacks.ts'

const LIMITS = { cpuMs: 300, wallMs: 500, outputBytes: 64 * 1024, hostCalls: 50 }

/** Of who comes next: on a busy machine a harmless run may wait for a core. */
const PATIENT = { ...LIMITS, cpuMs: 10_000, wallMs: 30_000 }

describe('a skill that', () => {
  const sandbox = createSandbox({ processor: process.arch })
  let globals: string[] = []
  before(() => {
    globals = Object.getOwnPropertyNames(globalThis).toSorted()
  })
  after(() => sandbox.close())

  const grants = {
    echo: (argument: Json): Json => argument,
    fail: (): never => {
      throw new Error('The host refuses.')
    },
    hang: (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('Aborted.')), { once: true })
      })
  }

  async function outcomeOf(
    source: string,
    limits = LIMITS
  ): Promise<{ code?: string; output?: unknown }> {
    try {
      const request = { source: moduleOf(source), input: { given: 1 }, grants, limits }
      return { output: (await sandbox.run(request)).output }
    } catch (error) {
      if (error instanceof SandboxError) return { code: error.code }
      throw error
    }
  }

  async function attempt({ source, is }: Attack): Promise<void> {
    const outcome = await outcomeOf(source)
    if ('output' in is) assert.deepEqual(outcome, { output: is.output })
    else
      assert.ok(
        is.code.some((code) => code === outcome.code),
        JSON.stringify(outcome)
      )
    // Nothing of it is left: neither here nor for who comes next.
    assert.deepEqual(Object.getOwnPropertyNames(globalThis).toSorted(), globals)
    assert.equal('polluted' in {}, false)
    assert.equal('isAdmin' in {}, false)
    const next = 'return [input.given, typeof globalThis.count, typeof {}.polluted]'
    assert.deepEqual(await outcomeOf(next, PATIENT), { output: [1, 'undefined', 'undefined'] })
  }

  for (const attack of ESCAPES) it(`${attack.name} gets nowhere`, () => attempt(attack))
  for (const attack of FLOODS) it(`${attack.name} harms nobody else`, () => attempt(attack))
})
