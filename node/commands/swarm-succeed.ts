/** `hive swarm succeed`: the successor of the root takes over, and a new successor is made. */
import { resolve } from 'node:path'
import { succeedRoot } from '../../src/index.ts'
import { createRoot } from '../../crdt/index.ts'
import { withNode } from '../control/running-node.ts'
import { plainName } from '../output/member-texts.ts'
import { print, printJson } from '../output/terminal.ts'
import {
  newPassphrase,
  openRoot,
  requireAbsent,
  successorPath,
  writeRootFile
} from '../root-file.ts'
import { hexOf, statementsOfNode } from '../control/node-statements.ts'
import { printWords, wordsOf } from './root-words.ts'
import type { SwarmCall } from './swarm.ts'

export async function succeedHere({ values, dataDir, context }: SwarmCall): Promise<void> {
  const { env, signal } = context
  await withNode(dataDir, async (call) => {
    const statements = await statementsOfNode(call, signal)
    const { swarm } = statements
    const reigns = statements.list().filter(({ kind }) => kind === 'succession').length + 1
    const beside = values.root ?? `${plainName(swarm)}.root`
    const nextPath = resolve(values.successor ?? successorPath(beside, reigns + 1))
    await requireAbsent(nextPath)
    const { root, passphrase } = await openRoot({
      env,
      signal,
      file: values.root,
      fromStdin: values['passphrase-stdin'] === true,
      wordsFromStdin: values['words-stdin'] === true
    })
    const next = createRoot()
    const succession = succeedRoot(statements, root, { next: next.key })
    // The successor first: a succession whose successor is lost is the last one.
    const seal = passphrase ?? (await newPassphrase({ env, signal, fromStdin: false }))
    await writeRootFile(nextPath, next, seal)
    await call('member-add', { statements: [hexOf(succession)] }, { signal })
    const words = values.words === true ? { successorWords: await wordsOf(next) } : undefined
    if (values.json === true) {
      printJson({ swarm, root: hexOf(root.key), successor: nextPath, ...words })
      return
    }
    print(`The successor is the root of the swarm ${plainName(swarm)} now.`)
    print(`successor  ${nextPath} (of the new root: move it to another place)`)
    if (words !== undefined) {
      printWords(
        'The next successor',
        words.successorWords,
        'Keep them apart from those of the root.'
      )
    }
  })
}
