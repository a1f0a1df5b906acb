import assert from 'node:assert/strict'
import { join } from 'node:path'
import { runCommand } from '../../fixtures/command.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { CommandResult } from '../../fixtures/command.ts'
import type { TemporaryDirectory } from '../../fixtures/temporary.ts'

const PERSONA = '{"role":"You audit.","goal":"Find defects."}'

describe('commands without a running node', function () {
  this.timeout(60_000)
  let directory: TemporaryDirectory
  beforeEach(async () => (directory = await temporaryDirectory()))
  afterEach(() => directory[Symbol.asyncDispose]())
  const hive = (...args: string[]): Promise<CommandResult> =>
    runCommand(...args, '--data-dir', join(directory.path, 'node'))
  /** The output of a command that succeeds. */
  const done = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await hive(...args)
    assert.equal(code, 0, stderr)
    return stdout
  }
  /** The error of a command that fails: whole sentences, and no JSON. */
  const refused = async (exit: number, ...args: string[]): Promise<string> => {
    const { code, stderr } = await hive(...args)
    assert.equal(code, exit, `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, /^hive: [^\n{[]*[.?]\n/, args.join(' '))
    return stderr
  }

  it('name an agent that does not exist, and the one that was meant', async () => {
    await done('distill', 'CSS', 'Flex supports gap.')
    await done('agents', 'create', 'auditor', PERSONA)
    const why = ['--why', 'On trial.']
    for (const args of [
      ['freeze', 'audtior', ...why],
      ['unfreeze', 'audtior', ...why],
      ['limit', 'audtior', '{"factsPerDay":5}', ...why],
      ['limits', 'audtior'],
      ['history', 'audtior'],
      ['drift', 'audtior'],
      ['preview', 'audtior', '--from', '2026-01-01']
    ]) {
      const error = await refused(1, 'govern', ...args)
      assert.match(error, /no agent named "audtior"\. Did you mean "auditor"\?/)
    }
    // An agent without a persona that has stored facts.
    for (const agent of ['auditor', 'default']) {
      assert.match(await done('govern', 'freeze', agent, ...why), /freeze: On trial/)
      await done('govern', 'unfreeze', agent, ...why)
    }
    const mutation = '{"do":"edit-goal","text":"x"}'
    assert.match(await refused(1, 'evolve', 'try', 'nope', mutation), /no agent named "nope"/)
  })

  it('say in one sentence what is wrong with JSON, and with empty texts', async () => {
    await done('agents', 'create', 'auditor', PERSONA)
    for (const [args, words] of [
      [['persona', 'mutate', 'auditor', '{"do":"edit-goal","goal":"x"}'], /mutation\.text: /],
      [['persona', 'edit', 'auditor', '{"role":1}'], /parts\.role: /],
      [['evolve', 'try', 'auditor', '{"do":"x"}'], /mutation\.do: /],
      [['agents', 'create', 'other', '{"role":1}'], /persona\.role: /],
      [['govern', 'limit', 'auditor', '{"x":1}', '--why', 'y'], /limits: /],
      [['open', ''], /ids\.0: it must not be empty\./],
      [['context', ''], /goal: it must not be empty\./],
      [['distill', '   ', 'x'], /entity/]
    ] as const) {
      const exit = args[0] === 'distill' ? 5 : 2
      const { code, stderr } = await hive(...args)
      assert.equal(code, exit, args.join(' '))
      assert.match(stderr, words)
      assert.doesNotMatch(stderr, /^\s*[[{]|Too small/m)
    }
    assert.match(await done('status', '--json'), /"facts":0,/)
  })

  it('say that a budget is too small, which is no lack of matches', async () => {
    await done('distill', 'CSS', 'Flex supports gap.')
    await done('distill', 'CSS grid', 'Grid supports gap.')
    assert.match(await done('context', 'gap', '--budget', '30'), /^2 matches need more than 30 tok/)
    assert.equal(await done('context', 'nothing', '--budget', '30'), 'No matches.\n')
  })

  it('count the steps of a playbook from 1, as their help says', async () => {
    const [id = ''] = (await done('goals', 'add', 'Ship it')).split(' ')
    await done('playbook', id, 'add', 'Test')
    assert.match(await done('playbook', id, 'add', 'Freeze', '--at', '1'), /^1\. +Freeze/)
    assert.match(await refused(2, 'playbook', id, 'add', 'x', '--at', '0'), /from 1 to /)
    const { stdout } = await runCommand('playbook', '--help')
    assert.match(stdout, /--at N .*from 1/)
  })
})
