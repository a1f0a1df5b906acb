import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { changesOf, PLANTED_BUGS } from './planted-bugs.ts'

/** Output of `npm run simulate` with these options. */
function simulate(...options: string[]): { readonly output: string; readonly code: number | null } {
  const flags = ['--conditions=noormme-source', '--disable-warning=ExperimentalWarning']
  const program = join(import.meta.dirname, 'main.ts')
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, program, ...options], {
    encoding: 'utf8',
    timeout: 150_000
  })
  return { output: stdout + stderr, code: status }
}

describe('a simulated swarm', function () {
  this.timeout(180_000)

  const traces = (output: string): string[] => output.match(/trace \S+/g) ?? []

  it('does the same again from the same seed, whatever ran before in the process', () => {
    // Skills run in the second one.
    const both = simulate('--from', '107', '--seeds', '2', '--traces')
    const second = simulate('--from', '108', '--seeds', '1', '--traces')
    assert.equal(traces(both.output).length, 2, both.output)
    assert.deepEqual(traces(second.output), traces(both.output).slice(1))
  })

  it('keeps its promises through crashes, partitions, full disks and liars', () => {
    const { output, code } = simulate('--seeds', '16')
    assert.equal(code, 0, output)
  })

  it('has planted bugs that fit the sources', async () => {
    const root = join(import.meta.dirname, '../..')
    for (const bug of PLANTED_BUGS) {
      for (const { file, from } of changesOf(bug)) {
        const text = await readFile(join(root, file), 'utf8')
        assert.equal(text.split(from).length, 2, `The bug "${bug.name}" does not fit ${file}.`)
      }
    }
  })
})
