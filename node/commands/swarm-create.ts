/** `hive swarm create`: a root, its successor, and this node as the first member. */
import { resolve } from 'node:path'
import { foundClosedSwarm } from '../../src/index.ts'
import { wholeNumberOption } from '../command.ts'
import { findRunningNode } from '../control/running-node.ts'
import { CommandError, EXIT, UsageError } from '../exit-codes.ts'
import { MemberDirectory, newSwarmKey, planJoin, writeJoin } from '../join/index.ts'
import { dayOf } from '../output/member-texts.ts'
import { print, printJson } from '../output/terminal.ts'
import { newPassphrase, requireAbsent, successorPath, writeRootFile } from '../root-file.ts'
import { printWords, wordsOf } from './root-words.ts'
import type { SwarmCall } from './swarm.ts'

const MAX_DAYS = 3_650

export async function createSwarmHere(
  { values, dataDir, context }: SwarmCall,
  name: string
): Promise<void> {
  const { env, signal } = context
  if (values['words-stdin'] === true) throw new UsageError('create makes a new root.')
  const days =
    values.days === undefined ? undefined : wholeNumberOption('days', values.days, 1, MAX_DAYS)
  const founded = foundClosedSwarm({ name, days, seconds: Math.floor(Date.now() / 1000) })
  const { swarm, root, successor, keys, statements } = founded
  const rootPath = resolve(values.root ?? `${name}.root`)
  const nextPath = resolve(values.successor ?? successorPath(rootPath))
  if (rootPath === nextPath) throw new UsageError('The root and its successor need two files.')
  await requireAbsent(rootPath, nextPath)
  if ((await findRunningNode(dataDir)) !== undefined) {
    throw new CommandError(
      `A node runs on ${dataDir}. Stop it first, or use another --data-dir.`,
      EXIT.directory,
      'STORE_LOCKED'
    )
  }
  const key = values.key === false ? undefined : newSwarmKey()
  const place = { env, cwd: process.cwd(), replace: values.replace === true }
  const plan = await planJoin({ swarm, key, peers: [] }, place)
  if (await MemberDirectory.exists(dataDir)) {
    // Before anybody types a passphrase for nothing.
    await using there = await MemberDirectory.open(dataDir)
    await requireNoMember(there, swarm)
  }
  const source = { env, signal, fromStdin: values['passphrase-stdin'] === true }
  const passphrase = await newPassphrase(source)
  await using directory = await MemberDirectory.open(dataDir)
  await requireNoMember(directory, swarm)
  await writeRootFile(rootPath, root, passphrase)
  await writeRootFile(nextPath, successor, passphrase)
  await directory.writeKeys(keys)
  await directory.write(swarm, statements)
  await writeJoin(plan)
  const notAfter = new Date(founded.certificate.notAfter * 1000).toISOString()
  const words =
    values.words === true
      ? { rootWords: await wordsOf(root), successorWords: await wordsOf(successor) }
      : undefined
  if (values.json === true) {
    printJson({
      swarm,
      member: Buffer.from(keys.key).toString('hex'),
      notAfter,
      root: rootPath,
      successor: nextPath,
      memberFile: directory.memberFile,
      config: plan.configPath,
      ...(plan.key === undefined ? {} : { key: plan.key.path }),
      ...words
    })
    return
  }
  print(`swarm      ${swarm}`)
  print(`root       ${rootPath}`)
  print(`successor  ${nextPath}`)
  print(`member     ${directory.memberFile} (inviter, until ${dayOf(notAfter)})`)
  if (plan.key !== undefined) print(`key        ${plan.key.path}`)
  print(`settings   ${plan.configPath}`)
  if (words !== undefined) {
    printWords(
      'The root',
      words.rootWords,
      'They restore the root without its file and passphrase.'
    )
    printWords(
      'Its successor',
      words.successorWords,
      'Keep them in another place than those of the root, so that nobody can steal both at once.'
    )
  }
  print(
    '\nMove both files off this machine, to two places. The node does not need them. Without them nobody can revoke an inviter or renew this member.'
  )
  print('"hive start" starts the node; then "hive invite" prints an invite.')
}

async function requireNoMember(directory: MemberDirectory, swarm: string): Promise<void> {
  directory.requireSwarm(swarm)
  if ((await directory.keys()) === undefined) return
  throw new CommandError(
    `${directory.memberFile} has the keys of a member already. Use another --data-dir.`,
    EXIT.directory
  )
}
