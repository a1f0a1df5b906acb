/** Texts that `hive skill` prints. */
import { countOf, sanitizeText, table } from './terminal.ts'
import { offersWait } from './withheld.ts'
import type {
  AddedSkillResult,
  ResultOf,
  SkillDetailsResult,
  SkillOfferResult,
  TestReportResult
} from '../operations/index.ts'

/** Digits of a shortened id. */
const SHORT_ID_DIGITS = 12

export function describeAdded({ id, name, outcome, status, tests }: AddedSkillResult): string {
  const was = outcome === 'new' ? 'added' : 'already exists'
  const tested = tests === undefined ? '' : `\n${describeTests(tests)}`
  return `${id}  ${sanitizeText(name)}  ${was}, ${status}${tested}`
}

export function describeRemoved({
  id,
  name,
  retracted,
  blacklisted
}: ResultOf<'remove-skill'>): string {
  const vote = retracted ? '; the vote of this node was retracted' : ''
  const mark = blacklisted ? '; it stays blacklisted' : ''
  return `${id}  ${sanitizeText(name)}  removed${vote}${mark}`
}

export function describeTests({ passed, total, failed }: TestReportResult): string {
  if (total === 0) {
    return 'The skill declares no tests. Only a prompt is usable without tests: its uses decide.'
  }
  const problems = failed.map(
    ({ test, problem }) => `\n  test ${test + 1} ${sanitizeText(problem)}`
  )
  return `${passed} of ${total} tests passed${problems.join('')}`
}

export function describeSkill({ details, history }: SkillDetailsResult): string {
  const { skill, provenance } = details
  const out = details.outstanding === 0 ? '' : `, ${details.outstanding} without an outcome`
  const warm = details.warmedAt === undefined ? '' : ', warm'
  const licence = skill.licence === undefined ? '' : `, licence ${sanitizeText(skill.licence)}`
  const steps = history.map(
    ({ at, from, to, reason }) => `  ${at}  ${from} > ${to}: ${sanitizeText(reason)}`
  )
  return [
    `${details.id}  ${sanitizeText(details.name)}`,
    sanitizeText(details.description),
    '',
    `status:  ${details.status}${details.untested ? ', untested' : ''}${warm}`,
    `uses:    ${details.successes} of ${details.trials} succeeded${out}`,
    `proof:   ${Math.floor(100 * details.verificationProgress)} %`,
    `from:    ${provenance.from}${licence}`,
    `parents: ${details.parents.length === 0 ? 'none' : details.parents.join(', ')}`,
    ...(steps.length === 0 ? [] : ['', ...steps]),
    ...(details.documentation === undefined ? [] : ['', plainLines(details.documentation.text)]),
    '',
    plainLines(skill.source)
  ].join('\n')
}

/** Text of several lines. */
function plainLines(text: string): string {
  return text.split('\n').map(sanitizeText).join('\n')
}

export function describeRepairs({ synthesized, unrepaired }: ResultOf<'repair-skills'>): string {
  const made = synthesized.map(
    ({ id, name, status, repaired, failures, how }) =>
      `${id}  ${sanitizeText(name)}  ${status}: accepts ${repaired} of ${failures} failed inputs (${how.map(sanitizeText).join(', ')})`
  )
  const left = unrepaired.map(
    ({ skill, error, count }) =>
      `${skill}  not repaired: ${sanitizeText(error)} (${countOf(count, 'time')})`
  )
  return made.length + left.length === 0
    ? 'No failed inputs to repair.'
    : [...made, ...left].join('\n')
}

export function describePublished({ id, status }: ResultOf<'publish-skill'>): string {
  const how = {
    published: 'published',
    corroborated: 'already in the swarm; this node added its vote',
    already: 'already published by this node'
  }
  return `${id}  ${how[status]}`
}

/** `waiting`: offers that are held back. */
export function describeOffers(offers: readonly SkillOfferResult[], waiting: number): string {
  const hint = waiting === 0 ? '' : `\n${offersWait(waiting)}`
  if (offers.length === 0) {
    return waiting === 0
      ? 'No offers. This node has every skill that the swarm published.'
      : `No offers.${hint}`
  }
  const rows = offers.map((offer) => [
    offer.id.slice(0, SHORT_ID_DIGITS),
    `${offer.vouches}/${offer.vouches + offer.disputes}`,
    `${offer.successes}/${offer.trials}`,
    sanitizeText(offer.licence ?? ''),
    sanitizeText(offer.name),
    sanitizeText(offer.description)
  ])
  return `${table([['SKILL', 'VOUCH', 'USES', 'LICENCE', 'NAME', 'DESCRIPTION'], ...rows])}
Run "hive skill adopt SKILL" to test an offer in the sandbox. Its source does not run before that.${hint}`
}
