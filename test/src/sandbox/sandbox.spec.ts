import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createSandbox, SandboxError } from '../../../src/sandbox/index.ts'
import type { RunRequest, RunResult, Sandbox } from '../../../src/sandbox/index.ts'

const LOOP = 'export default () => { for (;;); }'

describe('the sandbox', () => {
  const sandbox = createSandbox({ processor: process.arch })
  after(() => sandbox.close())

  const run = (source: string, more: Partial<RunRequest> = {}): Promise<RunResult> =>
    sandbox.run({ source, input: null, ...more })

  it('gives JSON in and takes JSON out', async () => {
    const { output, log } = await run(
      'export default ({ names }) => { console.log("seen", names); return { greeting: `Hello ${names.join(" and ")}` } }',
      { input: { names: ['Ada', 'Grace'] } }
    )
    assert.deepEqual(output, { greeting: 'Hello Ada and Grace' })
    assert.deepEqual(log, ['seen ["Ada","Grace"]'])
  })

  it('shows a run nothing that depends on when garbage is collected, and names its engine', async () => {
    const { output } = await run(
      'export default () => [typeof WeakRef, typeof FinalizationRegistry, typeof WeakMap]'
    )
    assert.deepEqual(output, ['undefined', 'undefined', 'function'])
    await using other = createSandbox({ processor: process.arch })
    assert.match(await sandbox.engine(), /^[0-9a-f]{16}$/)
    assert.equal(await other.engine(), await sandbox.engine())
  })

  it('lets a run do what it is granted, in the order of its calls, and nothing else', async () => {
    const grants = {
      slow: async (it: unknown): Promise<string> => {
        await new Promise((resolve) => setImmediate(resolve))
        return `slow ${String(it)}`
      },
      fast: (it: unknown): string => `fast ${String(it)}`
    }
    const source = `export default async (_, host) => {
      const order = []
      const note = (answer) => order.push(answer)
      await Promise.all([host.slow(1).then(note), host.fast(2).then(note), host.slow(3).then(note)])
      return [order, Object.keys(host)]
    }`
    const { output, trace } = await run(source, { grants })
    assert.deepEqual(output, [
      ['slow 1', 'fast 2', 'slow 3'],
      ['slow', 'fast']
    ])
    assert.deepEqual(
      trace.calls.map(({ name, argument }) => [name, argument]),
      [
        ['slow', 1],
        ['fast', 2],
        ['slow', 3]
      ]
    )
  })

  it('tells a run why a grant failed, and ends what the run no longer waits for', async () => {
    let aborted: AbortSignal | undefined
    const grants = {
      fail: (): never => {
        throw new Error('No such file.')
      },
      hang: (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> => {
        aborted = signal
        return new Promise(() => undefined)
      }
    }
    const { output } = await run(
      'export default async (_, host) => { try { await host.fail(1) } catch ({ message }) { return message } }',
      { grants }
    )
    assert.equal(output, 'No such file.')
    const limits = { wallMs: 500 }
    const waiting = run('export default (_, host) => host.hang(1)', { grants, limits })
    await assert.rejects(waiting, { code: 'SKILL_TIMEOUT' })
    assert.equal(aborted?.aborted, true)
  })

  it('replays a run to the same output from its trace, without its grants', async () => {
    const source = `export default async (input, host) => {
      const fetched = await host.fetch({ at: Math.floor(Math.random() * 1e9) })
      return [fetched, Math.random(), new Date().toISOString()]
    }`
    let asked = 0
    const grants = { fetch: (it: unknown) => ({ it: JSON.stringify(it), asked: (asked += 1) }) }
    const first = await run(source, { grants, seed: 'a', now: 1_700_000_000_000 })
    const second = await run(source, { replay: first.trace })
    assert.equal(second.outputHash, first.outputHash)
    assert.deepEqual(second.trace, first.trace)
    assert.equal(asked, 1)
    const other = await run(source, { grants, seed: 'b' })
    assert.notEqual(other.outputHash, first.outputHash)
    await assert.rejects(run(source, { replay: { ...first.trace, seed: 'b' } }), {
      code: 'SKILL_DENIED'
    })
  })

  it('is the same run each time without a seed, warm or cold', async () => {
    const source = `const top = Math.random()
      export default () => [top, Math.random(), Date.now(), [3, 1, 2].sort()]`
    const cold = await run(source)
    await sandbox.warm(source)
    assert.equal(sandbox.isWarm(source), true)
    const warm = await run(source)
    assert.deepEqual([cold.wasWarm, warm.wasWarm], [false, true])
    assert.deepEqual(warm.output, cold.output)
    sandbox.cool(source)
    await run(source)
    assert.ok(Array.isArray((await run(source)).output))
  })

  it('leaves nothing of a warm run to the next', async () => {
    const source = `const seen = []; globalThis.all ??= 0
      export default (input) => { seen.push(input); return [seen.length, ++globalThis.all] }`
    await sandbox.warm(source)
    const results = await Promise.all([1, 2, 3, 4, 5, 6].map((input) => run(source, { input })))
    for (const { output } of results) assert.deepEqual(output, [1, 1])
  })

  it('says what is wrong with a source', async () => {
    for (const [source, message] of [
      ['export default (', /^SyntaxError: .* at line 1, column 17 of the source$/],
      ['// a\nexport default (n) =>\n  2 * * n', /at line 3, column 7 of the source$/],
      ['export const a = 1', /default export of the module must be a function/],
      ['throw new Error("no"); export default () => 1', /no/],
      [
        'await 1; await new Promise(() => {}); export default () => 1',
        /uses await at its top level/
      ]
    ] as const) {
      await assert.rejects(sandbox.check(source), (error) => {
        assert.ok(error instanceof SandboxError)
        assert.equal(error.code, 'SKILL_INVALID')
        assert.match(error.message, message)
        return true
      })
      await assert.rejects(sandbox.warm(source), { code: 'SKILL_INVALID' })
      assert.equal(sandbox.isWarm(source), false)
    }
    await sandbox.check('export default () => 1')
  })

  it('refuses limits, inputs and grants that are none', async () => {
    const source = 'export default () => 1'
    const limits: object = { cpu: 1 }
    await assert.rejects(run(source, { limits }), { code: 'SANDBOX_ARGUMENT' })
    await assert.rejects(run(source, { limits: { stackBytes: 1e9 } }), { code: 'SANDBOX_ARGUMENT' })
    await assert.rejects(run(source, { input: 'x'.repeat(5e6) }), { code: 'SANDBOX_ARGUMENT' })
    await assert.rejects(run(source, { grants: { 'a b': () => 1 } }), { code: 'SANDBOX_ARGUMENT' })
  })

  it('ends a run that is given up, whether it waits or runs', async () => {
    const giveUp = new AbortController()
    const limits = { cpuMs: 60_000, wallMs: 60_000 }
    const all = Array.from({ length: 5 }, () => run(LOOP, { signal: giveUp.signal, limits }))
    const settled = Promise.allSettled(all)
    giveUp.abort(new Error('Not needed any more.'))
    for (const result of await settled) {
      assert.equal(result.status, 'rejected')
      assert.match(String(result.status === 'rejected' && result.reason), /Not needed/)
    }
    assert.equal((await run('export default () => 7')).output, 7)
  })

  it('goes on beside runs that have to be ended', async () => {
    const limits = { cpuMs: 100, wallMs: 100 }
    const bad = Array.from({ length: 6 }, () => assert.rejects(run(LOOP, { limits })))
    const good = Array.from({ length: 20 }, (_, i) =>
      run('export default (input) => input * 2', { input: i })
    )
    await Promise.all(bad)
    assert.deepEqual(
      (await Promise.all(good)).map(({ output }) => output),
      Array.from({ length: 20 }, (_, i) => i * 2)
    )
  })

  it('says so when no thread can be started, and does not hang', async () => {
    const script = `import { createSandbox } from '${new URL('../../../src/sandbox/index.ts', import.meta.url).href}'
      const sandbox = createSandbox({ processor: process.arch })
      const run = () => sandbox.run({ source: 'export default () => 1', input: null })
      for (let i = 0; i < 2; i++) await run().catch(({ code }) => console.log(code))`
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--permission',
      '--allow-fs-read=*',
      '--input-type=module',
      '-e',
      script
    ])
    assert.equal(stdout, 'SANDBOX_FAILED\nSANDBOX_FAILED\n')
  })

  it('refuses more runs than may wait, and all once it is closed', async () => {
    const own: Sandbox = createSandbox({ threads: 1, processor: process.arch })
    const waiting = Array.from({ length: 1_001 }, () =>
      own.run({ source: 'export default () => 1', input: null })
    )
    const refused = waiting.pop()
    await assert.rejects(async () => refused, { code: 'SANDBOX_BUSY' })
    const settled = Promise.allSettled(waiting)
    await own.close()
    const reasons = (await settled).filter(({ status }) => status === 'rejected')
    for (const each of reasons) {
      assert.ok(each.status === 'rejected' && each.reason instanceof SandboxError)
      assert.equal(each.reason.code, 'SANDBOX_CLOSED')
    }
    await assert.rejects(own.run({ source: LOOP, input: null }), { code: 'SANDBOX_CLOSED' })
  })
})
