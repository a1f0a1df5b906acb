/** `hive skills`: lists the skills of a node and their progress. */
import { readArguments } from '../command.ts'
import { SKILLS } from '../command-line/specs/skills.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { choiceOf, SKILL_STATUSES } from '../operations/choices.ts'
import { sanitizeText, print, printJson, table } from '../output/terminal.ts'
import { UNTESTED_WAIT } from '../output/withheld.ts'
import type { Command } from '../command.ts'

const SHORT = 12

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, SKILLS, context)
    const status = statusOf(values.status)
    const text = positionals.length === 0 ? undefined : positionals.join(' ')
    const skills = await withNode(dataDir, (call) => call('skills', { status, text }, { signal }))
    if (values.json === true) {
      for (const skill of skills) printJson(skill)
    } else if (skills.length === 0) {
      print('No skills. Add one with "hive skill add FOLDER".')
    } else {
      const rows = skills.map((skill) => [
        skill.id.slice(0, SHORT),
        skill.untested ? `${skill.status}, untested` : skill.status,
        skill.warmedAt === undefined ? '' : 'warm',
        `${skill.successes}/${skill.trials}`,
        `${Math.floor(100 * skill.verificationProgress)} %`,
        skill.name,
        sanitizeText(skill.description)
      ])
      print(
        table([['SKILL', 'STATUS', 'WARM', 'USES', 'PROGRESS', 'NAME', 'DESCRIPTION'], ...rows])
      )
      if (skills.some((skill) => skill.status === 'sandbox')) print(UNTESTED_WAIT)
    }
    return EXIT.ok
  }
}

function statusOf(text: string | undefined): (typeof SKILL_STATUSES)[number] | undefined {
  const status = choiceOf(SKILL_STATUSES, text)
  if (status !== undefined || text === undefined) return status
  throw new UsageError(
    `The status of a skill is one of ${SKILL_STATUSES.join(', ')}, not "${text}".`
  )
}
