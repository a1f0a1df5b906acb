/** What skills tell of themselves. */
import type { FalseReceipt, SkillFailure, Transition } from './store/skill-values.ts'

/** What happens to skills, as a `Hive` emits it. */
export interface SkillEvents {
  /** A skill's status changed, which is on disk. */
  'skill:transition': [transition: Transition]
  /** A skill was made ready: its next run needs no compiling. */
  'skill:warm': [warm: { readonly id: string; readonly name: string; readonly seconds: number }]
  /** A skill is no longer kept ready. */
  'skill:cool': [cool: { readonly id: string; readonly name: string }]
  /** A skill was removed, which is on disk. */
  'skill:remove': [removed: { readonly id: string; readonly name: string }]
  /** A use of a skill failed. */
  'skill:fail': [failure: SkillFailure]
  /** What an author claims of a run is not so: its word on skills counts for nothing here any more. */
  'author:distrust': [lie: FalseReceipt]
  /** A skill could not be made ready; it can be used all the same. */
  'skill:warm-fail': [
    unready: { readonly id: string; readonly name: string; readonly error: unknown }
  ]
}
