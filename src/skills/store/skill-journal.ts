/** The history of a skill: changes of status and failures of runs. */
import { displayText } from '../../foreign-text/index.ts'
import { MAX_ERROR_LENGTH, MAX_FAILURES, MAX_SAMPLE_LENGTH, MAX_TRANSITIONS } from '../constants.ts'
import { verificationProgress } from '../evidence/e-process.ts'
import { readingsOf } from '../evidence/sequence.ts'
import { evidenceOf } from '../evidence/uses.ts'
import type { LifecycleState } from '../lifecycle/lifecycle.ts'
import type { StoredReceipt } from '../running/receipt.ts'
import type { SkillEntry } from './skill-entries.ts'
import type { SkillRecords } from './skill-records.ts'
import type { SkillFailure, Transition } from './skill-values.ts'
import type { SkillWriter } from './skill-writer.ts'

/** Details of a use beside its outcome. */
export interface UseDetails {
  readonly failure?: FailureSample
  readonly receipt?: StoredReceipt
  /** The id of the run, which counts once. */
  readonly run?: string
}

export interface FailureSample {
  /** JSON text. */
  readonly input?: string
  readonly error: string
}

export interface SkillJournalComponents {
  readonly records: SkillRecords
  readonly writer: Pick<SkillWriter, 'add' | 'addFollowed'>
  readonly now: () => number
}

/** Whether the swarm is to hear of a change: this node votes for or against the skill. */
export function concernsSwarm({ from, to }: Pick<Transition, 'from' | 'to'>): boolean {
  return to === 'verified' || to === 'blacklisted' || from === 'blacklisted'
}

/** Its changes are written with the next write of the skill's state. */
export class SkillJournal {
  readonly #components: SkillJournalComponents

  constructor(components: SkillJournalComponents) {
    this.#components = components
  }

  transition(
    entry: SkillEntry,
    before: LifecycleState,
    after: LifecycleState,
    reason: string,
    onWritten: (transition: Transition) => void
  ): Transition {
    const { records, writer, now } = this.#components
    const { id, skill, state } = entry
    // If a drift restarted the evidence, the evidence before the drift is recorded.
    const { counts, headStart, uses } = after.counts.trials === 0 ? before : after
    const readings = readingsOf(evidenceOf(uses).promotion)
    const progress = verificationProgress(readings, headStart)
    const transition = {
      id,
      name: skill.name,
      from: before.status,
      to: after.status,
      reason,
      evidence: { ...counts, headStart, progress },
      at: new Date(now())
    }
    const operation = records.putTransition(state.transitions, transition)
    writer.addFollowed(entry, operation, () => onWritten(transition))
    if (concernsSwarm(transition)) writer.add(entry, records.putNotice(transition))
    const outdated = state.transitions - MAX_TRANSITIONS
    if (outdated >= 0) writer.add(entry, records.removeTransition(outdated, id))
    entry.state = { ...state, transitions: state.transitions + 1 }
    return transition
  }

  failure(entry: SkillEntry, { input, error }: FailureSample): SkillFailure {
    const { records, writer, now } = this.#components
    const { id, skill, state } = entry
    const at = new Date(now())
    const failure = {
      skill: id,
      name: skill.name,
      input: input?.slice(0, MAX_SAMPLE_LENGTH),
      error: displayText(error.slice(0, MAX_ERROR_LENGTH)),
      at
    }
    writer.add(entry, records.putFailure(state.failures % MAX_FAILURES, failure))
    entry.state = { ...state, failures: state.failures + 1, lastFailure: at.getTime() }
    return failure
  }
}
