/** What must hold when nothing moves any more. */
import { countedForks, tooManyVotes, wrongCounters, wrongCounts } from './counts.ts'
import { checkDoubtedFacts, checkFacts, checkPrivacy, checkSkills } from './facts.ts'
import { brokenChains, leftRemovals, takenLies, unknownForks, wrongForks } from './feeds.ts'
import { checkFilters, checkLists, wrongReleases } from './index-lists.ts'
import { unheardInsights } from './subscriptions.ts'
import { lostSteps } from './playbooks.ts'
import { wrongTotals } from './totals.ts'
import { differences } from './views.ts'
import type { Subject } from '../subject.ts'
import type { Quiet } from './quiet.ts'

/** Each broken promise, in words. */
export async function brokenPromises(quiet: Quiet): Promise<string[]> {
  const broken: string[] = []
  const full = quiet.nodes.filter(({ mode, running }) => mode === 'full' && running !== undefined)
  const whole = full.filter((node) => !isExcused(node))
  // What a damaged disk has lost has come again from peers, or its node has reported it.
  broken.push(...(await differences(whole)))
  const areDisksCorrect = !quiet.nodes.some(
    ({ hasFlippedBit, areCopiesWhole }) => hasFlippedBit && !areCopiesWhole
  )
  for (const node of quiet.nodes) {
    const { running } = node
    if (running === undefined) continue
    const report = (text: string): number => broken.push(`${node.name}: ${text}`)
    await checkFacts(node.name, running, quiet, report)
    await checkSkills(node.name, running, quiet, report)
    if (!isExcused(node)) await checkDoubtedFacts(node.name, running, quiet, report)
    if (!isExcused(node)) for (const text of await wrongTotals(running)) report(text)
    await checkPrivacy(node.name, running, report)
    if (!isExcused(node)) await checkFilters(running, report)
    if (node.hasFoundDamage && !node.hasFlippedBit) report('found damaged values')
    if (!isExcused(node)) await checkLists(running, report)
    if (!isExcused(node)) for (const text of await leftRemovals(running)) report(text)
    if (!isExcused(node)) broken.push(...(await unheardInsights(node, quiet)))
  }
  for (const node of whole) {
    broken.push(...unknownForks(node, quiet), ...(await takenLies(node, quiet)))
    broken.push(...(await countedForks(node, quiet)), ...(await lostSteps(node, quiet)))
  }
  if (full[0]?.running !== undefined) {
    if (areDisksCorrect) {
      broken.push(...(await wrongCounts(full[0].running, quiet)))
      broken.push(...(await wrongCounters(full[0].running, quiet)))
    }
    broken.push(...(await tooManyVotes(full[0].running, quiet)))
    broken.push(...wrongForks(full[0].running, quiet))
    if (areDisksCorrect) broken.push(...(await brokenChains(full[0].running)))
  }
  for (const node of full) broken.push(...(await wrongReleases(node)))
  return broken
}

/** Something is lost, and the node says so. */
export function isExcused({ hasFlippedBit, hasFoundDamage }: Subject): boolean {
  return hasFlippedBit && hasFoundDamage
}
