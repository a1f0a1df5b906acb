import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { Client } from '@modelcontextprotocol/client'
import { NAMES } from '../../../node/client/names.ts'
import { writeRunningNode } from '../../../node/control/running-node.ts'
import { openApiDocument } from '../../../node/http/index.ts'
import { main } from '../../../node/main.ts'
import { createMcpServer } from '../../../node/mcp/index.ts'
import { isOperation, OPERATIONS, operationNames } from '../../../node/operations/index.ts'
import { parityDocument } from '../../../tools/parity/document.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Call, OperationName } from '../../../node/operations/index.ts'

/** Runs a command in this process, its output aside. */
async function run(args: readonly string[]): Promise<{ exit: number; output: string }> {
  const written: string[] = []
  const { stdout, stderr } = process
  const writes = [stdout.write, stderr.write] as const
  const take = (chunk: string | Uint8Array): boolean => {
    written.push(String(chunk))
    return true
  }
  stdout.write = take
  stderr.write = take
  try {
    return { exit: await main(args), output: written.join('') }
  } finally {
    ;[stdout.write, stderr.write] = writes
  }
}

describe('every operation', () => {
  it('has examples that its own schemas accept', () => {
    for (const name of operationNames()) {
      const { input, output, example } = OPERATIONS[name]
      assert.ok(input.safeParse(example.input).success, `input of ${name}`)
      const parsed = output.safeParse(example.output)
      assert.ok(parsed.success, `output of ${name}: ${parsed.error?.message}`)
    }
  })

  it('is called by its command, which understands the answer', async () => {
    await using directory = await temporaryDirectory()
    const called: string[] = []
    const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const name = (request.url ?? '').replace('/v1/', '').replace(/\?.*/, '')
      assert.ok(isOperation(name), name)
      const body = await text(request)
      const isJson = request.headers['content-type'] === 'application/json'
      if (isJson) OPERATIONS[name].input.parse(JSON.parse(body))
      called.push(name)
      response.end(`${JSON.stringify({ result: OPERATIONS[name].example.output })}\n`)
    }
    const server = createServer((request, response) => void onRequest(request, response))
    const socket = join(directory.path, 's')
    server.listen(socket)
    await once(server, 'listening')
    await writeRunningNode(directory.path, { pid: process.pid, socket, version: '0' })
    try {
      for (const name of operationNames()) {
        const { args } = OPERATIONS[name].cli
        for (const json of [[], ['--json']]) {
          called.length = 0
          const { exit, output } = await run([...args, ...json, '--data-dir', directory.path])
          assert.ok(called.includes(name), `${args.join(' ')} called ${called.join()}: ${output}`)
          assert.ok([0, 1].includes(exit), `${args.join(' ')}: ${output}`)
          assert.doesNotMatch(output, /undefined|NaN|\[object/)
        }
      }
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it('is named in the help of the binary', async () => {
    const { output } = await run(['--help'])
    for (const name of operationNames()) {
      const [command = '', action = ''] = OPERATIONS[name].cli.args
      assert.match(output, new RegExp(`^  ${command}\\b`, 'm'), name)
      if (command !== 'skill') continue
      const help = await run([command, '--help'])
      assert.match(help.output, new RegExp(`^  ${action}\\b`, 'm'), name)
    }
  })

  it('is a route of the HTTP API, and a method of the client', () => {
    const { paths } = openApiDocument('http://127.0.0.1') as { paths: Record<string, unknown> }
    const routes = Object.keys(paths)
    for (const name of operationNames()) assert.ok(routes.includes(`/v1/${name}`), name)
    assert.deepEqual([...NAMES].toSorted(), operationNames().toSorted())
  })

  it('is called by the MCP tool that the table names, and by no other', async () => {
    const called = new Map<string, Set<OperationName>>()
    let tool = ''
    const call: Call = (name) => {
      called.set(tool, (called.get(tool) ?? new Set()).add(name))
      return Promise.resolve(OPERATIONS[name].example.output as never)
    }
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
    const server = createMcpServer({ call, now: Date.now })
    await server.connect(serverSide)
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(clientSide)
    try {
      for (const [name, args] of [
        ['recall', { query: 'x' }],
        ['open', { ids: ['abcdef'] }],
        ['learn', { summary: 's', action: 'a', share: 'ask' }],
        ['learn', { summary: 's', action: 'a', share: 'hive' }],
        ['report', { id: 'abcdef', outcome: 'worked' }],
        ['skill', { action: 'find', skill: 's' }],
        ['skill', { action: 'show', skill: 's' }],
        ['skill', { action: 'run', skill: 's', input: 1 }]
      ] as const) {
        tool = name
        const { isError } = await client.callTool({ name, arguments: args })
        assert.notEqual(isError, true, name)
      }
    } finally {
      await client.close()
      await server.close()
    }
    const listed = operationNames().flatMap((name) => {
      const { mcp } = OPERATIONS[name]
      return 'by' in mcp ? [`${mcp.by} ${name}`] : []
    })
    // A preview is shown beside the stored text.
    const seen = [...called].flatMap(([by, names]) => [...names].map((name) => `${by} ${name}`))
    assert.deepEqual(seen.filter((line) => line !== 'learn open').toSorted(), listed.toSorted())
  })

  it('is in docs/PARITY.md as it is', async () => {
    const page = await readFile(new URL('../../../docs/PARITY.md', import.meta.url), 'utf8')
    assert.equal(page, parityDocument(), 'Run "npm run parity".')
  })
})
