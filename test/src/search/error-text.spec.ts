import assert from 'node:assert/strict'
import { readQuestion } from '../../../src/search/error-text.ts'

const NODE_ERROR = (home: string, hash: string, line: number, time: string): string =>
  `\u001b[31m${time} [${line}] error\u001b[39m Cannot load build ${hash}
node:internal/modules/esm/resolve:${line}
  throw new ERR_MODULE_NOT_FOUND(packageName, fileURLToPath(base), null);
        ^

Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@scope/pkg' imported from ${home}/src/${hash}/app.js
    at packageResolve (node:internal/modules/esm/resolve:${line}:9)
    at moduleResolve (node:internal/modules/esm/resolve:${line}:18) {
  code: 'ERR_MODULE_NOT_FOUND'
}

Node.js v20.19.2
`

describe('a raw error as a question', () => {
  it('is the same whatever its paths, positions, hashes, times and colours are', () => {
    const one = NODE_ERROR('/home/ann/work', '3f9a1c77be02', 873, '2025-01-02T03:04:05.678Z')
    const other = NODE_ERROR('C:\\Users\\bob\\x', 'd41d8cd98f00b204', 41, '2026-11-28 23:59:59,001')
    assert.deepEqual(readQuestion(one), readQuestion(other))
  })

  it('keeps codes, exceptions, packages with their major version, and exit codes', () => {
    const { text, codes, isRaw } = readQuestion(
      NODE_ERROR('/srv', '3f9a1c77be02', 873, '2025-01-02T03:04:05Z')
    )
    assert.ok(isRaw)
    assert.deepEqual(
      codes.map(({ code }) => code),
      ['err-module-not-found']
    )
    assert.match(text, /ERR_MODULE_NOT_FOUND/i)
    assert.match(text, /@scope\/pkg/)
    assert.doesNotMatch(text, /873|3f9a|2025|srv|packageResolve/)
    const java = readQuestion(
      'Exception in thread "main" java.lang.UnsatisfiedLinkError: no snappy in 0x7fff12ab\n' +
        '\tat org.xerial.snappy.Snappy.load(Snappy.java:86)\n' +
        '\tat Main.main(Main.java:3)\n'
    )
    assert.match(java.text, /UnsatisfiedLinkError/)
    assert.doesNotMatch(java.text, /7fff|Snappy\.load|86/)
    const peer = readQuestion(
      'npm ERR! peer react@18.2.0 from some-lib@4.1.7\nnpm ERR! exit code 137 after 5312 ms'
    )
    assert.match(peer.text, /react @18\b/)
    assert.match(peer.text, /\b137\b/)
    assert.doesNotMatch(peer.text, /5312|18\.2/)
  })

  it('knows the codes of many tools, and no encodings, standards or versions', () => {
    const codesOf = (text: string): string[] => readQuestion(text).codes.map(({ code }) => code)
    assert.deepEqual(codesOf('error[E0308]: mismatched types'), ['e0308'])
    assert.deepEqual(codesOf("a.ts(3,1): error TS2345: Argument of type 'x'"), ['ts2345'])
    assert.deepEqual(codesOf('ORA-00942: table or view does not exist'), ['ora00942'])
    assert.deepEqual(codesOf('connect ECONNREFUSED 127.0.0.1:5432'), ['econnrefused'])
    assert.deepEqual(codesOf('x.py:3: error: Too few [call-arg]'), ['call-arg'])
    assert.deepEqual(codesOf('killed by SIGSEGV'), ['sigsegv'])
    assert.deepEqual(codesOf('UTF-8, SHA256, ES2022, HTTP 200, IPV6, RFC 9110, ARM64'), [])
  })

  it('reads the end of a trace that states its error last', () => {
    const trace = `Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/app/main.py", line 31, in run
    load(name)
${'  File "/x/y/z.py", line 7, in load\n    step()\n'.repeat(400)}KeyError: 'tokenizer'`
    const { text } = readQuestion(trace)
    assert.match(text, /KeyError/)
    assert.match(text, /tokenizer/)
    assert.doesNotMatch(text, /step/)
  })

  it('leaves words to find as they are', () => {
    for (const words of ['gap in flex containers', 'was ist der Port?', 'E0308', '', 'die']) {
      assert.deepEqual([readQuestion(words).text, readQuestion(words).isRaw], [words, false], words)
    }
  })

  it('costs a bounded time for any 64 kB', () => {
    const patterns = ['/a', 'Error: ', '0x', '\u001b[', 'at a\n', '::', 'A_', '1:', '"a.b', '@a/']
    const hostile = [...patterns, '1%', 'a.', '%#', ' ', 'https://', '\u001b]', '(1', 'e1']
    const started = process.cpuUsage()
    for (const pattern of hostile) {
      const text = pattern.repeat(Math.ceil(65_536 / pattern.length))
      readQuestion(text)
      readQuestion(text.replace(/[^\n]{1900}/g, '$&\n'))
    }
    const { user } = process.cpuUsage(started)
    assert.ok(user / 1000 < 100 * hostile.length, `${user / 1000} ms`)
  })
})
