/** `hive doctor`: finds what is wrong with a node, its surroundings and its clients. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readArguments } from '../command.ts'
import { DOCTOR } from '../command-line/specs/machine.ts'
import { withNode } from '../control/running-node.ts'
import { diagnose } from '../doctor/diagnosis.ts'
import { EXIT } from '../exit-codes.ts'
import { paint, print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { SectionFinding } from '../doctor/diagnosis.ts'

export const command: Command = {
  async run(argv, context) {
    const { env, signal } = context
    const { values, dataDir } = readArguments(argv, DOCTOR, context)
    if (values.node === true) return checkRunningNode(dataDir, values.json === true, signal)
    const findings = await diagnose({
      env,
      cwd: process.cwd(),
      dataDirOf: (settings) => readArguments(argv, DOCTOR, { env, settings }).dataDir,
      keyFile: values['swarm-key'] ?? (await found(join(dataDir, 'swarm.key'))),
      signal
    })
    return report(findings, values.json === true)
  }
}

async function checkRunningNode(
  dataDir: string,
  isJson: boolean,
  signal: AbortSignal
): Promise<ExitCode> {
  const { findings } = await withNode(dataDir, (call) => call('doctor', {}, { signal }))
  return report(findings, isJson)
}

function report(findings: readonly SectionFinding[], isJson: boolean): ExitCode {
  const problems = findings.filter(({ ok }) => !ok)
  if (isJson) printJson({ ok: problems.length === 0, findings })
  else {
    printSections(findings)
    print(problems.length === 0 ? '\nno problems' : `\nproblems: ${problems.length}`)
  }
  return problems.length === 0 ? EXIT.ok : EXIT.failed
}

async function found(path: string): Promise<string | undefined> {
  return (await stat(path).catch(() => undefined)) === undefined ? undefined : path
}

function printSections(findings: readonly SectionFinding[]): void {
  for (const [title, list] of Map.groupBy(findings, ({ section }) => section)) {
    print(title)
    for (const { ok, text, mend } of list) {
      print(`  ${ok ? paint('green', 'ok      ') : paint('red', 'PROBLEM ')} ${text}`)
      if (mend !== undefined) print(`           mend: ${mend}`)
    }
  }
}
