/** Runs the official conformance suite of MCP against an endpoint, and reads its checks. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { AddressInfo } from 'node:net'

export type Revision = '2025-11-25' | '2026-07-28'

export const TOOLS = fileURLToPath(new URL('../../../tools/conformance', import.meta.url))

const Checks = z.array(
  z.object({ id: z.string(), status: z.string(), errorMessage: z.string().optional() })
)

/** Each message is valid by the schema of the revision. */
const WIRE_CHECK = 'wire-schema-valid'

export interface SuiteResult {
  /** `scenario: check` of each check, and why it failed. */
  readonly passed: readonly string[]
  readonly failed: ReadonlyMap<string, string>
  /** Scenarios that checked nothing. */
  readonly empty: readonly string[]
}

/** All scenarios that a revision requires, and those that it does not score. */
export async function runSuite(url: string, revision: Revision): Promise<SuiteResult> {
  await using directory = await temporaryDirectory()
  const program = join(
    TOOLS,
    'node_modules',
    '@modelcontextprotocol',
    'conformance',
    'dist',
    'index.js'
  )
  const args = [program, 'server', '--url', url, '--requirements', revision, '-o', directory.path]
  // It ends with 1 where a check fails; what counts is in its files.
  await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 }).catch(() => undefined)
  const passed: string[] = []
  const failed = new Map<string, string>()
  const empty: string[] = []
  const folders = await readdir(directory.path)
  for (const folder of folders.toSorted()) {
    const scenario = /^server-(.*)-\d{4}-\d\d-\d\dT/.exec(folder)?.[1] ?? folder
    const text = await readFile(join(directory.path, folder, 'checks.json'), 'utf8')
    const checks = Checks.parse(JSON.parse(text)).filter(
      ({ status }) => status === 'SUCCESS' || status === 'FAILURE'
    )
    // In every scenario the suite checks each message against the schema: that is no check of its own.
    const own = checks.filter(({ id }) => id !== WIRE_CHECK)
    if (own.length === 0) empty.push(scenario)
    for (const { id, status, errorMessage = '' } of checks) {
      const name = `${scenario}: ${id}`
      if (status === 'SUCCESS') passed.push(name)
      else failed.set(name, errorMessage)
    }
  }
  return { passed, failed, empty }
}

export interface Proxy extends AsyncDisposable {
  readonly url: string
}

/** Adds the token of a node to each request: the suite has no way to send one. */
export async function tokenProxy(target: string, token: string): Promise<Proxy> {
  const server = createServer((incoming, outgoing) => {
    const onward = request(
      new URL(incoming.url ?? '', target),
      {
        method: incoming.method,
        headers: { ...incoming.headers, authorization: `Bearer ${token}` }
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      }
    )
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}
