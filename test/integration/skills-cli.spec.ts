import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

describe('hive skills and hive skill', function () {
  this.timeout(240_000)

  it('take in, show, test, run, repair, export, blacklist and remove, with and without a running node', async () => {
    await using directory = await temporaryDirectory()
    const dir = join(directory.path, 'node')
    const hive = async (...args: string[]): Promise<{ code: number | null; text: string }> => {
      const { code, stdout, stderr } = await runHive([...args, '--data-dir', dir])
      return { code, text: stdout + stderr }
    }
    const skill = {
      name: 'digits',
      description: 'Reads digits.',
      kind: 'code',
      source:
        "export default (text) => { if (!/^\\d+$/.test(text)) throw new Error('no digits'); return Number(text) }",
      tests: [{ input: '12', output: 12 }]
    }
    const folder = join(directory.path, 'digits')
    assert.match((await hive('skills')).text, /There is no hive/)
    {
      const options = ['--data-dir', dir, '--listen', '/ip4/127.0.0.1/tcp/0']
      await using node = new HiveProcess(options)
      await node.ready(AbortSignal.timeout(30_000))
      const added = await runHive(['skill', 'add', '-', '--data-dir', dir], JSON.stringify(skill))
      assert.equal(added.code, 0, added.stderr)
      assert.match(
        added.stdout,
        /^[0-9a-f]{64} {2}digits {2}added, experimental\n1 of 1 tests passed/
      )
      assert.deepEqual(await hive('skill', 'run', 'digits', '"7"'), { code: 0, text: '7\n' })
      const failed = await hive('skill', 'run', 'digits', '" 7 "')
      assert.equal(failed.code, 1)
      assert.match(failed.text, /Error: no digits/)
      assert.match((await hive('skill', 'run', 'digits', 'seven')).text, /not JSON/)
      assert.match((await hive('skill', 'run', 'other', '1')).text, /no skill with the id or name/)
      assert.match(
        (await hive('skill', 'repair')).text,
        /accepts 1 of 1 failed inputs \(trims texts\)/
      )
    }
    const listed = await hive('skills')
    assert.match(listed.text, /^SKILL +STATUS +WARM +USES +PROGRESS +NAME +DESCRIPTION\n/)
    assert.match(listed.text, /experimental +1\/2 +0 % +digits/)
    const [, id = ''] = /^([0-9a-f]{12}) .*1\/2/m.exec(listed.text) ?? []
    assert.match(
      (await hive('skill', 'show', id)).text,
      /sandbox > experimental: 1 of 1 declared tests/
    )
    assert.match((await hive('skill', 'test', id)).text, /1 of 1 tests passed/)
    assert.equal((await hive('skill', 'export', id, folder)).code, 0)
    assert.match((await hive('skill', 'add', folder)).text, /already exists/)
    assert.equal((await hive('skill', 'blacklist', id, 'does', 'harm')).text, 'blacklisted\n')
    const refused = await hive('skill', 'run', id, '"7"')
    assert.deepEqual([refused.code, /is blacklisted on this node/.test(refused.text)], [1, true])
    assert.match((await hive('skill', 'pardon', id, 'it was the input')).text, /untested again/)
    assert.match((await hive('skill', 'show', id)).text, /blacklisted > sandbox: it was the input/)
    assert.match((await hive('skill', 'pardon', id, 'twice')).text, /was not blacklisted/)
    assert.equal((await hive('skill', 'pardon', id)).code, 2)
    assert.equal((await hive('skill', 'blacklist', id, 'all the same')).text, 'blacklisted\n')
    assert.match(
      (await hive('skill', 'remove', id)).text,
      /digits {2}removed; it stays blacklisted\n/
    )
    assert.match((await hive('skill', 'add', folder)).text, /added, blacklisted/)
    assert.match((await hive('skill', 'remove', 'digits')).text, /digits {2}removed/)
    assert.equal((await hive('skill', 'remove', 'other')).code, 1)
    assert.equal((await hive('skill')).code, 2)
    assert.equal((await hive('skill', 'add', join(directory.path, 'none'))).code, 1)
  })

  it('use a plain SKILL.md, and count each run once, with and without a running node', async () => {
    await using directory = await temporaryDirectory()
    const dir = join(directory.path, 'node')
    const hive = async (...args: string[]): Promise<string> => {
      const { stdout, stderr } = await runHive([...args, '--data-dir', dir])
      return stdout + stderr
    }
    const folder = join(directory.path, 'brand-voice')
    await mkdir(folder)
    await writeFile(join(folder, 'SKILL.md'), '# Brand voice\n\nShort sentences.\n')
    const outcome = (...args: string[]): Promise<string> =>
      hive('skill', 'outcome', 'brand-voice', ...args)
    let run = ''
    {
      const options = ['--data-dir', dir, '--listen', '/ip4/127.0.0.1/tcp/0']
      await using node = new HiveProcess(options)
      await node.ready(AbortSignal.timeout(30_000))
      assert.match(
        await hive('skill', 'add', folder),
        /brand-voice {2}added, sandbox\nThe skill declares no tests/
      )
      assert.equal(await outcome('ok', '--run', 'one'), 'recorded\n')
      run = (await hive('skill', 'begin', 'brand-voice', '--caller', 'me')).trim()
      assert.match(
        await hive('skill', 'show', 'brand-voice'),
        /1 of 1 succeeded, 1 without an outcome/
      )
    }
    const again = /^not recorded: .* reported before\n$/
    assert.match(await outcome('ok', '--run', 'one'), again)
    assert.equal(await outcome('failed', 'too', 'long', '--run', run), 'recorded\n')
    assert.match(await outcome('failed', '--run', run), again)
    assert.match(await hive('skills'), /sandbox, untested +1\/2 +0 % +brand-voice/)
    const shown = await hive('skill', 'show', 'brand-voice')
    assert.match(shown, /status: {2}sandbox, untested\nuses: {4}1 of 2 succeeded\n/)
    assert.match(shown, /Short sentences\./)
    assert.match(await outcome('good'), /Usage: skill outcome/)
    const ran = await runHive([
      'skill',
      'run',
      'brand-voice',
      '"x"',
      '--later',
      '--run',
      'two',
      '--json',
      '--data-dir',
      dir
    ])
    assert.equal(JSON.parse(ran.stdout).run, 'two')
  })
})
