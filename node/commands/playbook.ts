/** `hive playbook ID`: prints and edits the steps towards a goal. */
import { readArguments, wholeNumberOption } from '../command.ts'
import { PLAYBOOK } from '../command-line/specs/swarm.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { sanitizeText, print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { InputOf, StepResult } from '../operations/index.ts'

const MAX_PLACE = 1_000_000

type Edit = InputOf<'playbook'>['edit']

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, PLAYBOOK, context)
    const [id, ...words] = positionals
    if (id === undefined) throw new UsageError('playbook takes the id of one goal.')
    const at = values.at === undefined ? undefined : placeOf(values.at)
    const edit = editOf(words, { at, title: values.title, body: values.body })
    const steps = await withNode(dataDir, (call) => call('playbook', { id, edit }, { signal }))
    if (values.json === true) for (const step of steps) printJson(step)
    else print(steps.length === 0 ? 'No steps yet.' : steps.map(describe).join('\n'))
    return EXIT.ok
  }
}

function editOf(
  [what, first, second, ...more]: readonly string[],
  { at, title, body }: { at?: number; title?: string; body?: string }
): Edit {
  if (what === undefined) return undefined
  if (more.length === 0 && first !== undefined) {
    if (what === 'add') return { do: 'add', at: at ?? MAX_PLACE, title: first, body: second }
    if (second === undefined) {
      if (what === 'edit') return { do: 'edit', step: first, title, body }
      if (what === 'move' && at !== undefined) return { do: 'move', step: first, at }
      if (what === 'remove') return { do: 'remove', step: first }
    }
  }
  throw new UsageError(
    'playbook ID takes no more arguments, add TITLE [BODY], edit STEP --title --body, move STEP --at N, or remove STEP.'
  )
}

/** The first step has number 1. */
function placeOf(text: string): number {
  return wholeNumberOption('at', text, 1, MAX_PLACE) - 1
}

function describe({ id, title, body }: StepResult, index: number): string {
  const lines = body === '' ? [] : body.split('\n').map((line) => `     ${sanitizeText(line)}`)
  return [`${`${index + 1}.`.padEnd(4)} ${sanitizeText(title)}  (${id})`, ...lines].join('\n')
}
