/** `hive doctor`: checks what is installed in clients, and what a node needs. */
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readArguments } from '../command.ts'
import { DOCTOR } from '../command-line/specs/machine.ts'
import { findRunningNode } from '../control/running-node.ts'
import { EXIT } from '../exit-codes.ts'
import { checkClient, CLIENTS, launchHere, placeHere } from '../install/index.ts'
import { print, printJson } from '../output/terminal.ts'
import { version } from '../version.ts'
import type { Command } from '../command.ts'
import type { Finding, Place } from '../install/index.ts'

/** Bits of the group and of others. */
const OTHERS = 0o077

export const command: Command = {
  async run(argv, context) {
    const { env } = context
    const { values, dataDir } = readArguments(argv, DOCTOR, context)
    const keyFile = values['swarm-key'] ?? (await found(join(dataDir, 'swarm.key')))
    const here = placeHere(env)
    const isHome = process.cwd() === here.home
    const sections: [string, readonly Finding[]][] = [
      [
        'node',
        [
          { ok: true, text: `Node.js ${process.versions.node}` },
          await checkDirectory(dataDir),
          await checkNode(dataDir),
          ...(keyFile === undefined ? [] : [await checkKey(keyFile)])
        ]
      ],
      ...(await checkClients(here, '')),
      ...(isHome ? [] : await checkClients(placeHere(env, process.cwd()), ' in this directory'))
    ]
    const problems = sections.flatMap(([, findings]) => findings).filter(({ ok }) => !ok)
    if (values.json === true) {
      const findings = sections.flatMap(([section, list]) =>
        list.map((each) => ({ section, ...each }))
      )
      printJson({ ok: problems.length === 0, findings })
    } else {
      printSections(sections)
      print(problems.length === 0 ? '\nno problems' : `\nproblems: ${problems.length}`)
    }
    return problems.length === 0 ? EXIT.ok : EXIT.failed
  }
}

async function checkClients(place: Place, where: string): Promise<[string, readonly Finding[]][]> {
  const checked: [string, readonly Finding[]][] = []
  for (const client of CLIENTS) {
    const findings = await checkClient(client, place, launchHere(), version())
    if (findings.length > 0) checked.push([`${client.title}${where}`, findings])
  }
  if (checked.length === 0 && where === '') {
    checked.push([
      'clients',
      [{ ok: true, text: 'hive is in no client; "hive install" lists the clients' }]
    ])
  }
  return checked
}

async function checkDirectory(path: string): Promise<Finding> {
  if ((await found(path)) === undefined) {
    return { ok: true, text: `the data directory does not exist yet: ${path}` }
  }
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return { ok: true, text: `the data directory can be read and written: ${path}` }
  } catch {
    const text = `the data directory cannot be read and written: ${path}`
    return { ok: false, text, mend: `chmod u+rwx "${path}", as its owner` }
  }
}

async function checkNode(dataDir: string): Promise<Finding> {
  const node = await findRunningNode(dataDir)
  if (node === undefined) return { ok: true, text: 'no node runs on the data directory' }
  const text = `a node runs and accepts connections (process ${node.pid}, version ${node.version})`
  return node.version === version()
    ? { ok: true, text }
    : {
        ok: false,
        text: `${text}; this is version ${version()}`,
        mend: `kill ${node.pid}, then hive start`
      }
}

async function checkKey(path: string): Promise<Finding> {
  try {
    await access(path, constants.R_OK)
    const mode = (await stat(path)).mode & 0o777
    if ((mode & OTHERS) === 0 || process.platform === 'win32') {
      return { ok: true, text: `only its owner can read the swarm key: ${path}` }
    }
    const text = `other users may read the swarm key (mode 0${mode.toString(8)}): ${path}`
    return { ok: false, text, mend: `chmod 600 "${path}"` }
  } catch {
    return {
      ok: false,
      text: `the swarm key cannot be read: ${path}`,
      mend: 'hive keygen > swarm.key'
    }
  }
}

async function found(path: string): Promise<string | undefined> {
  return (await stat(path).catch(() => undefined)) === undefined ? undefined : path
}

function printSections(sections: readonly [string, readonly Finding[]][]): void {
  for (const [title, findings] of sections) {
    print(title)
    for (const { ok, text, mend } of findings) {
      print(`  ${ok ? 'ok      ' : 'PROBLEM '} ${text}`)
      if (mend !== undefined) print(`           mend: ${mend}`)
    }
  }
}
