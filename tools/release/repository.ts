/** What must be so in the repository before a version is released. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf } from '../run.ts'

const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/

/** Problems that keep `version` from being released out of `root`; none when it may be. */
export function repositoryProblems(root: string, version: string): string[] {
  const git = (...args: readonly string[]): string => outputOf('git', args, root)
  const problems: string[] = []
  if (!VERSION.test(version)) problems.push(`"${version}" is no version such as 1.2.3.`)
  if (git('status', '--porcelain') !== '') {
    problems.push('The working tree has changes. Commit them or put them away.')
  }
  if (git('tag', '--list', `v${version}`) !== '') {
    problems.push(`The tag v${version} exists already. Take the next version.`)
  }
  for (const file of ['package.json', 'package-lock.json']) {
    const stated = versionIn(readFileSync(join(root, file), 'utf8'))
    if (stated !== version) {
      problems.push(`${file} has version ${stated}. Run "npm version --no-git-tag-version".`)
    }
  }
  return [
    ...problems,
    ...changelogProblems(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version)
  ]
}

/** In Common Changelog form: a dated section of the version on top, with at least one change. */
export function changelogProblems(changelog: string, version: string): string[] {
  const sections = changelog.split(/^## /m).slice(1)
  const [first = ''] = sections
  const [heading = '', ...lines] = first.split('\n')
  const [, stated, date] = /^\[?([^\]\s]+)\]?(?: - (\d{4}-\d{2}-\d{2}))?$/.exec(heading) ?? []
  if (stated !== version) {
    return [`The first section of CHANGELOG.md is "${heading}", not ${version} with a date.`]
  }
  const problems: string[] = []
  if (date === undefined) problems.push(`The section of ${version} in CHANGELOG.md has no date.`)
  if (!lines.some((line) => line.startsWith('- '))) {
    problems.push(`The section of ${version} in CHANGELOG.md names no change.`)
  }
  return problems
}

function versionIn(json: string): string {
  const parsed: unknown = JSON.parse(json)
  const version: unknown = Reflect.get(Object(parsed), 'version')
  return typeof version === 'string' ? version : 'none'
}
