import assert from 'node:assert/strict'
import { changelogProblems } from '../../tools/release/repository.ts'

const HEAD = '# Changelog\n\nThe format is Common Changelog.\n\n'

describe('the changelog of a release', () => {
  it('begins with a dated section of the version that names changes', () => {
    const sound = `${HEAD}## 1.2.0 - 2027-01-31\n\n### Added\n\n- Something\n\n## 1.1.0 - 2026-12-01\n`
    assert.deepEqual(changelogProblems(sound, '1.2.0'), [])
    assert.deepEqual(changelogProblems(sound.replace('1.2.0 -', '[1.2.0] -'), '1.2.0'), [])
    for (const [text, problem] of [
      [sound.replace('1.2.0', 'Unreleased'), /first section .* is "Unreleased/],
      [sound.replace(' - 2027-01-31', ''), /no date/],
      [sound.replace('- Something\n', ''), /names no change/],
      [HEAD, /not 1\.2\.0/]
    ] as const) {
      assert.match(changelogProblems(text, '1.2.0').join('\n'), problem)
    }
    assert.match(changelogProblems(sound, '1.1.0').join('\n'), /not 1\.1\.0/)
  })
})
