import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
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
    assert.match(stderr, /^hive: [^\n{[]*[.?]\n/, `${args.join(' ')}: ${stderr}`)
    return stderr
  }

  it('leave no listeners behind in a process that runs several', async () => {
    await hive('--version')
    const count = (): number =>
      process.stdout.listenerCount('error') + process.stderr.listenerCount('error')
    const before = count()
    for (let i = 0; i < 12; i++) await hive('--version')
    assert.equal(count(), before)
  })

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

  it('finish the index before a search, or say how far behind it is', async () => {
    const facts = Array.from({ length: 6_000 }, (_, i) => ({
      entity: `e${i}`,
      content: `Word${i} of a text.`,
      confidence: 0.9
    }))
    const file = join(directory.path, 'facts.jsonl')
    await writeFile(file, facts.map((fact) => JSON.stringify(fact)).join('\n'))
    assert.match(await done('import', file), /^6000 read: 6000 new/)
    assert.match(await done('status'), /^waiting +\d\S+ items of the index: no node runs/m)
    for (const list of ['insights', 'goals']) {
      const problem = await refused(1, list, '--max-wait', '0')
      assert.match(
        problem,
        /needs the whole index, and it is behind by [\d,]+ items\. .*--max-wait/
      )
    }
    const early = await hive('recall', 'word7', '--max-wait', '0')
    assert.match(early.stderr, /^The index is behind by [\d,]+ items: .*"hive start"\.\n$/)
    const late = await hive('recall', 'word7')
    assert.equal(await done('insights', '--max-wait', '0'), 'No insights yet.\n')
    assert.deepEqual([late.stderr, /\n {2}Word7 of/.test(late.stdout)], ['', true])
    assert.match(await done('status'), /^index +complete$/m)
  })

  it('take the beginning of an id of a session, a case and a preview', async () => {
    await done('agents', 'create', 'auditor', PERSONA)
    const { id } = JSON.parse(await done('evolve', 'start', 'auditor', '--json')) as { id: string }
    const action = '{"name":"search","ok":true}'
    await done('evolve', 'record', 'auditor', id.slice(0, 8), action)
    const rows = await done('evolve', 'journal', 'auditor', '--json')
    assert.match(rows, new RegExp(`"session":"${id}"`))
    await done('evolve', 'end', 'auditor', id.slice(0, 8), 'success')
    await refused(1, 'evolve', 'end', 'auditor', id.slice(0, 5), 'success')
    for (const value of ['Node 22', 'Node 24']) {
      const claim = ['--attribute', 'runtime', '--value', value]
      await done('distill', 'build server', `It runs ${value}.`, ...claim)
    }
    const opened = await done('cases', 'open', 'build server', 'runtime', '--json')
    const found = JSON.parse(opened) as { id: string; sides: { id: string }[] }
    const short = found.id.slice(0, 8)
    assert.match(await done('cases', 'show', short, '--json'), new RegExp(found.id))
    const side = found.sides[0]?.id.slice(0, 8) ?? ''
    await done('cases', 'decide', short, side, '--why', 'It was seen.')
    await done('cases', 'reverse', short, '--why', 'It was not.')
    await refused(1, 'cases', 'show', found.id.slice(0, 5))
    const made = await done('govern', 'preview', 'auditor', '--from', '2026-01-01', '--json')
    const preview = (JSON.parse(made) as { id: string }).id.slice(0, 6)
    await done('govern', 'contain', preview, '--why', 'It is wrong.')
  })

  it('end with 1 for what is unknown and without a node, and say which it is', async () => {
    await done('distill', 'CSS', 'Flex supports gap.')
    const [goal = ''] = (await done('goals', 'add', 'Ship it')).split(' ')
    for (const args of [
      ['playbook', 'ffffff'],
      ['playbook', goal, 'remove', 'ffffff'],
      ['goals', 'status', 'ffffff', 'active'],
      ['variants', 'ffffff'],
      ['vouch', 'ffffff'],
      ['promote', 'ffffff'],
      ['stale', 'ffffff'],
      ['skill', 'show', 'ffffff'],
      ['cases', 'show', 'ffffff'],
      ['peers'],
      ['events'],
      ['netcheck'],
      ['trends']
    ]) {
      await refused(1, ...args)
    }
    assert.equal(await done('facts', '--before', '0'), 'No older facts.\n')
  })

  it('refuse --here outside of a repository', async () => {
    const { cwd } = process
    process.cwd = () => directory.path
    try {
      for (const args of [
        ['learn', 'A lesson', '--detail', 'x', '--here'],
        ['recall', 'x', '--here']
      ]) {
        assert.match(await refused(2, ...args), /is not in a git repository/)
      }
    } finally {
      process.cwd = cwd
    }
  })

  it('say what a run of a prompt without a model is worth, and which outcome counts', async () => {
    const folder = join(directory.path, 'sum-up')
    await mkdir(folder)
    const front = '---\nname: sum-up\ndescription: Sums a text up.\n---\n\nSum the text up.\n'
    await writeFile(join(folder, 'SKILL.md'), front)
    await done('skill', 'add', folder)
    const run = await hive('skill', 'run', 'sum-up', '"A text."')
    assert.equal(run.code, 0)
    assert.match(run.stderr, /^Answered by rule, without a model: /)
    const outcome = ['skill', 'outcome', 'sum-up', 'ok', '--run', 'r1']
    assert.match(await done(...outcome), /^recorded/)
    assert.match(await done(...outcome), /^not recorded: .* reported before\n$/)
  })

  it('name states, reasons and JSON in their help as their errors do', async () => {
    await done('distill', 'CSS', 'Flex supports gap.')
    const help = async (name: string): Promise<string> => (await runCommand(name, '--help')).stdout
    const wrong = await refused(2, 'cases', 'list', '--state', 'x')
    for (const state of ['open', 'deciding', 'decided', 'reversing']) {
      assert.match(wrong, new RegExp(`\\b${state}\\b`))
      assert.match(await help('cases'), new RegExp(`--state STATE .*\\b${state}\\b`))
    }
    for (const name of ['limit', 'freeze', 'unfreeze', 'contain']) {
      assert.match(await help('govern'), new RegExp(`^ +${name} +[A-Z].* --why TEXT`, 'm'))
    }
    for (const name of ['decide', 'reverse']) {
      assert.match(await help('cases'), new RegExp(`^ +${name} +CASE.* --why TEXT`, 'm'))
    }
    for (const [name, action] of [
      ['evolve', 'try'],
      ['evolve', 'record'],
      ['persona', 'mutate'],
      ['govern', 'limit']
    ] as const) {
      assert.match(await help(name), new RegExp(`hive ${name} ${action} .*'\\{"`))
    }
    assert.match(await refused(2, 'persona', 'mutate', 'x', ''), /The JSON is empty/)
  })
})
