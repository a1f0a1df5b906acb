/** Skills that the swarm has published, with the counts of their users. */
import { toHex } from '../../../crdt/bytes/index.ts'
import { detectInstruction, displayText } from '../../foreign-text/index.ts'
import { headStart } from '../evidence/remote-evidence.ts'
import { skillOfRecord } from '../skill-identity.ts'
import type { DisplayText, InstructionKind } from '../../foreign-text/index.ts'
import type { AttestedRecord } from '../../../crdt/index.ts'
import type { IdentifiedSkill } from '../skill-identity.ts'

/** A skill that others published and this node does not have. */
export interface SkillOffer {
  /** 64 hex digits: the same on every node. */
  readonly id: string
  readonly name: DisplayText
  readonly description: DisplayText
  readonly kind: 'code' | 'prompt'
  readonly source: DisplayText
  readonly licence?: DisplayText
  /** Why it is in quarantine: name or description read like an order to a model. */
  readonly flag?: InstructionKind
  /** Number of authors that vouch for it, and number that dispute it. */
  readonly vouches: number
  readonly disputes: number
  /** The sums over all authors; the head start caps the counts of each author. */
  readonly trials: number
  readonly successes: number
  /**
   * Value of other authors' trials as the initial stake of the trial here, if they are true: 0.5 to
   * 10.
   */
  readonly headStart: number
}

export interface ParsedOffer {
  readonly offer: SkillOffer
  readonly identified: IdentifiedSkill
}

/** Returns undefined for a record that is no skill, or that no author vouches for. */
export function offerOf(attested: AttestedRecord): ParsedOffer | undefined {
  const { digest, record, standing } = attested
  const { vouches, disputes, trials } = standing
  if (vouches === 0) return undefined
  const identified = tryReadSkill(record)
  if (identified === undefined) return undefined
  const { name, description, kind, source, licence } = identified.skill
  const flag = detectInstruction([name, description, licence ?? ''].join('\n'))
  const offer = {
    id: toHex(digest),
    name: displayText(name),
    description: displayText(description),
    kind,
    source: displayText(source),
    ...(licence === undefined ? {} : { licence: displayText(licence) }),
    ...(flag === undefined ? {} : { flag }),
    vouches,
    disputes,
    trials: trials.reduce((sum, { allTrials }) => sum + allTrials, 0),
    successes: trials.reduce((sum, { allSuccesses }) => sum + allSuccesses, 0),
    headStart: headStart(trials)
  }
  return { offer, identified }
}

/** What the offer is ordered by in lists; undefined for a record that is no offer. */
export function offerRankOf(
  attested: AttestedRecord,
  isOwn: boolean
): { support: number; headStart: number; isFlagged: boolean } | undefined {
  const { vouches, disputes, headStart: start, flag } = offerOf(attested)?.offer ?? {}
  if (vouches === undefined || disputes === undefined || start === undefined) return undefined
  return { support: vouches - disputes, headStart: start, isFlagged: flag !== undefined && !isOwn }
}

/** A signed record may contain anything. */
function tryReadSkill(record: AttestedRecord['record']): IdentifiedSkill | undefined {
  try {
    return skillOfRecord(record)
  } catch {
    return undefined
  }
}
