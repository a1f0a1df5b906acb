import assert from 'node:assert/strict'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { HiveProcess } from '../fixtures/hive-process.ts'
import { Machine } from '../fixtures/machine.ts'
import { commandsOf, shellLines } from '../fixtures/shell-blocks.ts'
import type { ShellLine } from '../fixtures/shell-blocks.ts'

/** Of blocks for one node; the blocks of docs/MEMBERS.md have a test of their own. */
const PAGES = ['README.md', 'docs/OPERATIONS.md'] as const

/** What lines read that users have. */
const FILES = {
  'facts.jsonl': '{"entity": "Grid", "content": "Grid has subgrid.", "confidence": 0.9}\n',
  'inputs.jsonl': '{"name": "hive"}\n{"name": "swarm"}\n'
}

/** Folders of the agent clients that the pages install. */
const CLIENTS = ['.claude', '.codex', '.cursor']

/** Commands that do not end, or open a browser; other tests run them. */
const LASTING = new Set(['open', 'start'])

/** Names for what readers put in: these lines cannot run as they stand. */
const PLACEHOLDER = /^(?:ADDRESS|DIR|ID|PEER|RELAY)$/

function canRun({ text }: ShellLine): boolean {
  const commands = commandsOf(text)
  const words = commands.flat()
  return (
    commands.some(([program]) => program === 'hive') &&
    !commands.some(([, name = '']) => LASTING.has(name)) &&
    !words.some((word) => PLACEHOLDER.test(word)) &&
    // The two nodes of the README have a test of their own.
    !/swarm\.key|\.\/(?:one|two)\b/.test(text)
  )
}

describe('the blocks of commands in the pages', function () {
  this.timeout(240_000)

  it('run as they stand, those of a stopped node last', async () => {
    const lines = PAGES.flatMap(shellLines).filter(canRun)
    assert.ok(lines.length > 20)
    await using here = await Machine.create()
    await using other = await Machine.create()
    for (const [name, content] of Object.entries(FILES)) await writeFile(here.path(name), content)
    for (const client of CLIENTS) await mkdir(here.path(client))
    const dataDir = here.path('data/noormme-hive')
    await using node = new HiveProcess(['--data-dir', dataDir, '--http', '127.0.0.1:0'])
    await node.ready(AbortSignal.timeout(60_000))
    const failed: string[] = []
    const run = async ({ at, text }: ShellLine): Promise<void> => {
      const isOther = text.includes('# on the other machine')
      if (isOther) await copyFile(here.path('invite.txt'), other.path('invite.txt'))
      const line = `set -e -o pipefail; ${text.replaceAll('/backups/', './backups/')}`
      const { code, stderr } = await (isOther ? other : here).run(line)
      if (code !== 0) failed.push(`${at}: ${text}: ${code} ${stderr}`)
    }
    const isStopped = ({ text }: ShellLine): boolean => text.includes('stopped')
    for (const line of lines.filter((each) => !isStopped(each))) await run(line)
    node.kill('SIGTERM')
    await node.exit
    for (const line of lines.filter(isStopped)) await run(line)
    assert.deepEqual(failed, [])
  })
})
