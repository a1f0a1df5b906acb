/** Packs the package, and checks the tarball as its users will meet it. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPackages, outputOf, run } from '../run.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** A program that uses each door of the installed package. */
const PROGRAM = `
import { createHive } from 'noormme-hive'
import { createClient } from 'noormme-hive/client'
import { openStore } from 'noormme-hive/crdt'
import { generateSwarmKey } from 'noormme-hive/transport'

await using db = await createHive({ swarm: false })
const { knowledge } = db.agent.cortex
const { id } = await knowledge.distill('release', 'The package can be installed.', 0.9)
const { items: [found] } = await knowledge.recall('Can the package be installed?')
if (found?.fact.id !== id) throw new Error('the fact was not found')
await (await openStore()).close()
createClient({ url: 'http://127.0.0.1:1', token: '' })
generateSwarmKey()
`

/** Builds and packs into `into`. Returns the path of the tarball. */
export function packTarball(root: string, into: string): string {
  run('npm', ['pack', '--silent', '--pack-destination', into], { cwd: root })
  const [tarball] = readdirSync(into)
  if (tarball === undefined) throw new Error('npm packed nothing.')
  return join(into, tarball)
}

/** Throws at the first check that fails. */
export function checkTarball(tarball: string, version: string, into: string): void {
  installPackages(folder)
  const bin = join(folder, 'node_modules', '.bin')
  run(join(bin, 'publint'), [tarball, '--strict'], {})
  run(join(bin, 'attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii'], {})
  checkInstalled(tarball, version, into)
}

function checkInstalled(tarball: string, version: string, into: string): void {
  const cwd = join(into, 'user')
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), '{ "private": true, "type": "module" }\n')
  writeFileSync(join(cwd, 'program.js'), PROGRAM)
  run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd })
  const printed = outputOf(join(cwd, 'node_modules', '.bin', 'hive'), ['--version'], cwd)
  if (!printed.includes(version)) throw new Error(`"hive --version" printed ${printed}.`)
  run(process.execPath, ['program.js'], { cwd })
}
