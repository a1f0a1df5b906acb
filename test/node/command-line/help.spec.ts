import assert from 'node:assert/strict'
import { didYouMean, nearest } from '../../../node/command-line/nearest.ts'
import { commandHelp, overview } from '../../../node/command-line/help.ts'
import { COMMAND_SPECS } from '../../../node/command-line/specs.ts'
import { COMMON_OPTIONS } from '../../../node/command-line/command-spec.ts'

describe('the help of a command', () => {
  it('lists every option and at least one example, in lines that fit', () => {
    for (const [name, spec] of Object.entries(COMMAND_SPECS)) {
      const help = commandHelp(name, spec)
      for (const option of Object.keys({ ...COMMON_OPTIONS, ...spec.options }))
        assert.ok(help.includes(`  --${option}`), `${name} ${option}`)
      for (const action of Object.keys(spec.actions ?? {}))
        assert.ok(help.includes(`\n  ${action}`), `${name} ${action}`)
      assert.ok(spec.examples.length > 0, name)
      const [, explained = ''] = /^([^]*?)\nExamples:/.exec(help) ?? []
      for (const line of explained.split('\n')) assert.ok(line.length <= 100, line)
      assert.ok(overview().includes(`\n  ${name} `), name)
    }
  })

  it('has examples of existing commands and options', () => {
    for (const [name, spec] of Object.entries(COMMAND_SPECS)) {
      for (const line of spec.examples) {
        const commands = [...line.matchAll(/\bhive (\w+)/g)].map(([, word = '']) => word)
        assert.ok(commands.includes(name) || name === 'history', line)
        const options = commands.flatMap((each) => Object.keys(COMMAND_SPECS[each]?.options ?? {}))
        const known = [...options, ...Object.keys(COMMON_OPTIONS)]
        for (const [, option = ''] of line.matchAll(/ --([a-z-]+)/g))
          assert.ok(known.includes(option), `${line}: ${option}`)
      }
    }
  })
})

describe('did you mean', () => {
  it('finds the nearest word by letters that were missed, added, changed or swapped', () => {
    const commands = Object.keys(COMMAND_SPECS)
    const cases = {
      recal: 'recall',
      strat: 'start',
      isntall: 'install',
      statuss: 'status',
      dictill: 'distill',
      broad: 'broadcast'
    }
    for (const [typed, meant] of Object.entries(cases))
      assert.equal(nearest(typed, commands), meant)
    for (const typed of ['zzzzz', 'q', 'deploy']) assert.equal(nearest(typed, commands), undefined)
    assert.equal(didYouMean('limt', ['limit', 'tag'], '--'), ' Did you mean "--limit"?')
    assert.equal(didYouMean('xyz', ['limit'], '--'), '')
  })
})
