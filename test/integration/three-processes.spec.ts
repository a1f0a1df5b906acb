import assert from 'node:assert/strict'
import { join } from 'node:path'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { TemporaryDirectory } from '../fixtures/temporary.ts'

describe('three processes over TCP', function () {
  this.timeout(180_000)
  let directory: TemporaryDirectory
  beforeEach(async () => (directory = await temporaryDirectory()))
  afterEach(() => directory[Symbol.asyncDispose]())

  const lines = (from: number, count: number): string =>
    Array.from({ length: count }, (_, i) =>
      JSON.stringify({
        entity: 'release',
        content: `Feature ${from + i} works now.`,
        confidence: 0.95
      })
    ).join('\n')

  for (const flags of [[], ['--no-gossip']]) {
    it(`end with the same knowledge ${flags.join(' ')}`.trim(), async () => {
      const signal = AbortSignal.timeout(170_000)
      const dir = (name: string): string => join(directory.path, name)
      await using a = new HiveProcess(['--data-dir', dir('a'), ...flags])
      const { multiaddrs } = await a.ready(signal)
      const bootstrap = ['--bootstrap', multiaddrs[0] ?? '']
      // With overlap, before they meet, so that the same record comes from two authors.
      for (const [name, from] of [
        ['b', 0],
        ['c', 200]
      ] as const) {
        const result = await runHive(['distill', '--data-dir', dir(name)], lines(from, 400))
        assert.equal(result.code, 0, result.stderr)
        assert.match(
          (await runHive(['broadcast', '--data-dir', dir(name)])).stdout,
          /^400 promoted/
        )
      }
      await using b = new HiveProcess(['--data-dir', dir('b'), ...bootstrap, ...flags])
      await b.ready(signal)
      await b.line(({ event }) => event === 'peer:connect', signal)
      // Without gossip C gets of A what A has when they meet.
      await a.line((line) => line.event === 'hive:change', signal)
      await using c = new HiveProcess(['--data-dir', dir('c'), ...bootstrap, ...flags])
      const status = async (name: string): Promise<{ digest: string; entries: number }> =>
        JSON.parse((await runHive(['status', '--json', '--data-dir', dir(name)])).stdout)
      await c.line((line) => line.event === 'hive:change', signal)
      const { digest, entries } = await status('c')
      assert.equal(entries, 2)
      if (flags.length > 0) {
        // Nobody gossips: B learns of C's entries when it next syncs, which a restart brings about.
        b.kill('SIGTERM')
        assert.equal(await b.exit, 0)
        await using again = new HiveProcess(['--data-dir', dir('b'), ...bootstrap, ...flags])
        await again.reached(digest, signal)
        assert.equal((await status('b')).digest, digest)
      } else {
        await b.reached(digest, signal)
      }
      assert.equal((await status('a')).digest, digest)
      const insights = await runHive([
        'insights',
        '--json',
        '--limit',
        '1000',
        '--data-dir',
        dir('a')
      ])
      const parsed = insights.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      assert.equal(parsed.length, 600)
      assert.equal(parsed.filter(({ corroboration }) => corroboration === 2).length, 200)
    })
  }
})
