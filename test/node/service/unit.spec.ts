import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { unitText } from '../../../node/service/index.ts'

const EXAMPLE = new URL('../../../deploy/hive.service', import.meta.url)

const PACKAGE = {
  node: '/usr/local/bin/node',
  script: '/usr/local/lib/node_modules/noormme-hive/dist/node/hive.js'
}

describe('the unit of a node', () => {
  it('is the example of the repository', () => {
    const text = unitText({ scope: 'system', ...PACKAGE, swarmKey: '/etc/hive/swarm.key' })
    assert.equal(readFileSync(EXAMPLE, 'utf8'), text)
  })

  it('of a user has no line that the manager of a user cannot apply', () => {
    const text = unitText({ scope: 'user', ...PACKAGE, dataDir: '/home/a b/50%' })
    assert.match(text, /^Environment="HIVE_DATA_DIR=\/home\/a b\/50%%"$/m)
    assert.match(text, /^WantedBy=default\.target$/m)
    for (const line of ['DynamicUser', 'CapabilityBoundingSet', 'StateDirectory', 'PrivateUsers']) {
      assert.ok(!text.includes(line), line)
    }
  })

  it('passes paths on as they are', () => {
    const text = unitText({ scope: 'user', node: '/opt/my node', script: '/a"b\\c$d' })
    assert.match(
      text,
      /^ExecStart="\/opt\/my node" --max-semi-space-size=4 "\/a\\"b\\\\c\$\$d" start --log-format text$/m
    )
  })
})
