/** `hive goals`: lists the goals of the swarm, adds one, or states the status of one. */
import { readArguments, releaseOf } from '../command.ts'
import { GOALS } from '../command-line/specs/swarm.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { choiceOf, GOAL_STATUSES } from '../operations/choices.ts'
import { withNode } from '../control/running-node.ts'
import { withWholeIndex } from './with-index.ts'
import { countOf, print, printJson, sanitizeText } from '../output/terminal.ts'
import { goalsWait } from '../output/withheld.ts'
import type { Command } from '../command.ts'
import type { GoalResult } from '../operations/index.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, GOALS, context)
    const { parent, tag: tags, json } = values
    const [what = 'list', first, second, ...more] = positionals
    if (more.length > 0)
      throw new UsageError('Too many arguments. Quote the title and the description.')
    if (what === 'add' && first !== undefined) {
      const goal = { title: first, description: second, parent, tags }
      const added = await withNode(dataDir, (call) => call('add-goal', goal, { signal }))
      if (json === true) printJson(added)
      else print(`${added.id}  ${added.status === 'new' ? 'added' : 'already exists'}`)
    } else if (what === 'status' && first !== undefined && second !== undefined) {
      const statement = { id: first, status: statusOf(second) }
      const goal = await withNode(dataDir, (call) => call('goal-status', statement, { signal }))
      if (json === true) printJson(goal)
      else print(describe(goal))
    } else if (what === 'list' && first === undefined) {
      const status = values.status === undefined ? undefined : statusOf(values.status)
      const filter = { status, parent, tags }
      const state = releaseOf(values.state)
      const wait = { seconds: values['max-wait'], signal }
      const { goals, waiting } = await withWholeIndex(dataDir, wait, async (call) => ({
        goals: await call('goals', { ...filter, state }, { signal }),
        waiting:
          json === true || state === 'quarantined'
            ? []
            : await call('goals', { ...filter, state: 'quarantined' }, { signal })
      }))
      if (json === true) for (const goal of goals) printJson(goal)
      else print(goals.length === 0 ? 'No goals yet.' : goals.map(describe).join('\n'))
      if (waiting.length > 0) print(goalsWait(waiting.length))
    } else {
      throw new UsageError(
        'goals takes no arguments, list, add TITLE [DESCRIPTION], or status ID STATUS.'
      )
    }
    return EXIT.ok
  }
}

function statusOf(text: string): GoalResult['status'] {
  const status = choiceOf(GOAL_STATUSES, text)
  if (status !== undefined) return status
  throw new UsageError(`The status of a goal is one of ${GOAL_STATUSES.join(', ')}, not "${text}".`)
}

function describe({ id, status, title, description, tags, children }: GoalResult): string {
  const tagged = tags.length === 0 ? '' : `  #${tags.map(sanitizeText).join(' #')}`
  const parts = children.length === 0 ? '' : `  ${countOf(children.length, 'subgoal')}`
  const more = description === '' ? '' : `\n  ${sanitizeText(description)}`
  return `${id}  ${status}  ${sanitizeText(title)}${parts}${tagged}${more}`
}
