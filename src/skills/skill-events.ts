/** Events of skills. */
import type { FalseReceipt, SkillFailure, Transition } from './store/skill-values.ts'

/** Events of skills, as a `HiveNode` emits them. */
export interface SkillEvents {
  /** A skill's status changed, on disk. */
  'skill:transition': [transition: Transition]
  /** A skill is ready: its next run needs no compiling. */
  'skill:warm': [warm: { readonly id: string; readonly name: string; readonly seconds: number }]
  /** A skill is no longer kept ready. */
  'skill:cool': [cool: { readonly id: string; readonly name: string }]
  /** A skill was removed, on disk. */
  'skill:remove': [removed: { readonly id: string; readonly name: string }]
  /** Uses of skills were counted, on disk. */
  'skill:use': []
  /** A use of a skill failed. */
  'skill:fail': [failure: SkillFailure]
  /** A receipt of an author is false: its votes on skills no longer count here. */
  'author:distrust': [lie: FalseReceipt]
  /** A skill could not be made ready; it can still be used. */
  'skill:warm-fail': [
    unready: { readonly id: string; readonly name: string; readonly error: unknown }
  ]
}
