import assert from 'node:assert/strict'
import { createHttpServer } from '../../../node/http/index.ts'
import { addMcpRoute, mcpHandler } from '../../../node/mcp/index.ts'
import { createHive } from '../../../src/index.ts'
import { installPackages } from '../../../tools/run.ts'
import { startApi } from '../../fixtures/api.ts'
import { EMPTY, EMPTY_WITHOUT_FIXTURES, FIXTURES, SHIPPED } from './expected.ts'
import { createFixtureServer } from './fixture-server.ts'
import { runSuite, TOOLS, tokenProxy } from './runner.ts'
import type { Expected } from './expected.ts'
import type { Revision } from './runner.ts'

const REVISIONS = ['2025-11-25', '2026-07-28'] as const

/** What does not pass, and why. */
interface Differences {
  readonly checks: readonly Expected[]
  readonly empty: Readonly<Record<string, string>>
}

async function check(
  target: { readonly url: string; readonly token: string },
  revision: Revision,
  { checks: expected, empty: emptyScenarios }: Differences,
  least: number
): Promise<void> {
  await using proxy = await tokenProxy(target.url, target.token)
  const { passed, failed, empty } = await runSuite(`${proxy.url}/mcp`, revision)
  const listed = expected.flatMap(({ checks }) => checks).toSorted()
  const unexpected = [...failed].filter(([name]) => !listed.includes(name))
  assert.deepEqual(unexpected, [])
  assert.deepEqual(
    listed.filter((name) => !failed.has(name)),
    [],
    'these pass, or are not run: take them off the list'
  )
  assert.deepEqual(
    empty.filter((scenario) => emptyScenarios[scenario] === undefined),
    [],
    'a scenario that checks nothing is no pass'
  )
  assert.ok(passed.length >= least, `${passed.length} checks passed`)
}

describe('the conformance suite of MCP', function () {
  this.timeout(600_000)
  before(() => installPackages(TOOLS))

  for (const revision of REVISIONS) {
    it(`passes on the shipped server but for what it has not, at ${revision}`, async () => {
      await using api = await startApi()
      const least = { '2025-11-25': 36, '2026-07-28': 58 }[revision]
      await check(
        api,
        revision,
        { checks: SHIPPED[revision], empty: EMPTY_WITHOUT_FIXTURES },
        least
      )
    })

    it(`passes on the same HTTP stack with the suite's own fixtures, at ${revision}`, async () => {
      await using db = await createHive({ swarm: false })
      const server = await createHttpServer({
        node: { db, dataDir: '', running: true },
        hosts: [],
        token: 'secret',
        addRoutes: (routes) =>
          addMcpRoute(routes, () => Promise.resolve(mcpHandler(createFixtureServer)))
      })
      try {
        const url = await server.listen({ host: '127.0.0.1', port: 0 })
        const least = { '2025-11-25': 34, '2026-07-28': 112 }[revision]
        await check(
          { url, token: 'secret' },
          revision,
          { checks: FIXTURES[revision], empty: EMPTY },
          least
        )
      } finally {
        await server.close()
      }
    })
  }
})
