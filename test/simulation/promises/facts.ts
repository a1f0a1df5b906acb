/** What one node was promised of its own facts and skills. */
import { CANARY } from '../agent/texts.ts'
import type { Life } from '../subject.ts'
import type { Quiet } from './quiet.ts'

/** Acknowledged facts are there, and forgotten ones are not. */
export async function checkFacts(
  name: string,
  { hive }: Life,
  { acknowledged }: Quiet,
  report: (text: string) => void
): Promise<void> {
  const { knowledge } = hive.agent.cortex
  for (const [id, { text, isThere }] of acknowledged.factsOf(name)) {
    if (isThere === undefined) continue
    const isFound = (await knowledge.get(id)) !== undefined
    if (isFound && !isThere) report(`the forgotten fact ${id.slice(0, 6)} is there: ${text}`)
    if (!isFound && isThere) report(`the acknowledged fact ${id.slice(0, 6)} is lost: ${text}`)
    if (!isFound || !isThere) continue
    const { items } = await knowledge.recall(text, { maxWait: Infinity, includeStale: true })
    const isRecalled = items.some(({ fact }) => fact.id === id)
    if (!isRecalled) report(`recall does not find the fact ${id.slice(0, 6)}: ${text}`)
  }
}

/** Skills that were added are there. */
export async function checkSkills(
  name: string,
  { hive }: Life,
  { acknowledged }: Quiet,
  report: (text: string) => void
): Promise<void> {
  const known = new Set((await hive.agent.cortex.capabilities.list()).map(({ id }) => id))
  for (const [id, skill] of acknowledged.skillsOf(name)) {
    if (!known.has(id)) report(`the acknowledged skill ${skill} is lost`)
  }
}

/** Nothing is lost in silence. */
export async function checkDoubtedFacts(
  name: string,
  { hive }: Life,
  { acknowledged }: Quiet,
  report: (text: string) => void
): Promise<void> {
  const { knowledge } = hive.agent.cortex
  for (const [id, text] of acknowledged.doubtedFactsOf(name)) {
    if ((await knowledge.get(id)) !== undefined) continue
    report(`the acknowledged fact ${id.slice(0, 6)} is lost in silence: ${text}`)
  }
}

/** Private text stays where it was written. */
export async function checkPrivacy(
  name: string,
  { parts }: Life,
  report: (text: string) => void
): Promise<void> {
  for await (const { record } of parts.replica.attestedRecords()) {
    const text = JSON.stringify(record)
    if (text.includes(CANARY)) report(`a private text is in the replica of ${name}: ${text}`)
  }
}
