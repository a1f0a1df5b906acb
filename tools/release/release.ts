/**
 * Checks a release, and publishes it when it is told to:
 *
 *   npm run release -- 1.2.3                       checks only
 *   npm run release -- 1.2.3 --publish-tag latest  publishes under that dist-tag, and tags the commit
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { run } from '../run.ts'
import { repositoryProblems } from './repository.ts'
import { checkTarball, packTarball } from './tarball.ts'

const USAGE = 'npm run release -- <version> [--dry-run | --publish-tag <dist-tag>]'

const root = fileURLToPath(new URL('../..', import.meta.url))

function release(version: string, publishTag: string | undefined): void {
  const problems = repositoryProblems(root, version)
  if (problems.length > 0 && publishTag !== undefined) throw new Error(problems.join('\n'))
  const into = mkdtempSync(join(tmpdir(), 'hive-release-'))
  try {
    const tarball = packTarball(root, into)
    checkTarball(tarball, version, into)
    if (publishTag !== undefined) run('npm', ['publish', tarball, '--tag', publishTag], {})
  } finally {
    rmSync(into, { recursive: true, force: true })
  }
  if (problems.length > 0) {
    throw new Error(['The tarball passes; the repository is not ready:', ...problems].join('\n'))
  }
  if (publishTag === undefined) {
    process.stdout.write(`${version} can be released. Publish it with --publish-tag <dist-tag>.\n`)
    return
  }
  run('git', ['tag', '--annotate', `v${version}`, '--message', `v${version}`], { cwd: root })
  process.stdout.write(`Published. Push the tag: git push origin v${version}\n`)
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean' }, 'publish-tag': { type: 'string' } }
  })
  const [version, ...rest] = positionals
  const publishTag = values['publish-tag']
  const isBoth = values['dry-run'] === true && publishTag !== undefined
  if (version === undefined || rest.length > 0 || isBoth) throw new Error(`Usage: ${USAGE}`)
  release(version, publishTag)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
