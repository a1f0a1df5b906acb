import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { inAscii } from '../../tools/bundle/ascii.ts'
import { licencesOf } from '../../tools/bundle/licences.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

describe('the bundle of the binary', () => {
  it('has patterns in ASCII that match the same', () => {
    const source = '[äß·]+|\\u{1F600}|[😀-😂]|→'
    const code = inAscii(`const half = 6 / 3; found = /${source}/gu; next = 4 / 2`)
    const [, before, written = '', after] = code.split('/')
    assert.deepEqual([before, after], [' 3; found = ', 'gu; next = 4 '])
    assert.match(written, /^[\0-\u007f]+$/)
    for (const text of ['ä', '😁', '😀→', 'nothing', '·ß']) {
      assert.deepEqual(text.match(new RegExp(written, 'gu')), text.match(new RegExp(source, 'gu')))
    }
    for (const other of ["text = 'ä'", 'pattern = /\\ä/']) {
      assert.throws(() => inAscii(other), /not in ASCII/)
    }
  })

  it('names the licence of each package whose code it has', () => {
    const text = licencesOf(ROOT, [
      'node_modules/yjs/dist/yjs.mjs',
      'node_modules/@libp2p/tcp/dist/src/index.js',
      'node/main.ts'
    ])
    assert.match(text, /yjs \d\S* \(MIT\)\n\n.*Copyright/s)
    assert.match(text, /@libp2p\/tcp \d\S* \(Apache-2\.0 OR MIT\)/)
  })
})
