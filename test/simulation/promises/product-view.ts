/**
 * What a node answers its agents, by part, as lines.
 *
 * Left out is what only memory has: which skills are warm, runs of skills that have begun, what was
 * recalled lately, how often words are in the index (counts of terms are cached while it grows a
 * little, and with them the relevance of an answer: its order, and what is left out of it), and all that is read from the disk at each call.
 */
import type { KnownSkill } from '../../../src/skills/store/skill-store.ts'
import type { Life } from '../subject.ts'

/** The part of which only common lines are compared. */
export const ANSWERS = 'answers'

/** Facts that are asked for again. */
const ASKED = 5

const SOME = { limit: 100 } as const

export async function productViewOf({ hive, parts }: Life): Promise<Record<string, string>> {
  const { cortex } = hive.agent
  const { facts, skills } = parts
  const { facts: newest } = await cortex.knowledge.newest(SOME)
  return {
    totals: JSON.stringify([facts.count, facts.bytes]),
    agents: linesOf(Array.from(facts.agents.counts(), (each) => each.join(' '))),
    'newest facts': newest.map((fact) => JSON.stringify(fact)).join('\n'),
    [ANSWERS]: linesOf(await answersOf(hive, newest.slice(0, ASKED))),
    'goals in full': linesOf(await goalsOf(hive)),
    skills: linesOf([...skills.store.all()].map(skillText)),
    'found skills': (await cortex.capabilities.find('Adds a number.', SOME))
      .map(({ capability }) => capability.id)
      .toSorted()
      .join('\n'),
    'false receipts': JSON.stringify(skills.falseReceipts.all()),
    spending: JSON.stringify(cortex.models.usage())
  }
}

async function answersOf(
  { agent: { cortex } }: Life['hive'],
  asked: readonly { readonly entity: string; readonly content: string }[]
): Promise<string[]> {
  const answers: string[] = []
  for (const { entity, content } of asked) {
    // It does not count as shown to an agent, which would make an echo of it.
    const { items } = await cortex.knowledge.consider(`${entity} ${content}`, {
      maxWait: Infinity,
      includeStale: true
    })
    for (const { fact, origin } of items) {
      answers.push(keyedLine(`${content} ${origin} ${fact.id}`, fact))
    }
  }
  return answers
}

async function goalsOf({ agent: { cortex } }: Life['hive']): Promise<string[]> {
  const { goals } = cortex.hive
  const lines: string[] = []
  for (const goal of await goals.list(SOME)) {
    using playbook = goals.playbook(goal.id)
    lines.push(JSON.stringify([goal, await playbook.steps()]))
  }
  return lines
}

/** Without its uses: a run that has begun is written with the next change. */
function skillText({ lifecycle, ...known }: KnownSkill): string {
  return JSON.stringify({ ...known, lifecycle: { ...lifecycle, uses: undefined } })
}

/** Compared with the line of the same key, if there is one. */
function keyedLine(key: string, value: unknown): string {
  return `${key}\t${JSON.stringify(value)}`
}

/** Of texts with keyed lines: the lines whose keys both have. */
export function commonLines(text: string, other: string): string {
  const keyOf = (line: string): string => line.split('\t', 1)[0] ?? ''
  const keys = new Set(other.split('\n').map(keyOf))
  return linesOf(text.split('\n').filter((line) => keys.has(keyOf(line))))
}

function linesOf(lines: readonly string[]): string {
  return lines.toSorted().join('\n')
}
