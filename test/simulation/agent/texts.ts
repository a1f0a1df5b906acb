/** What the work of a plan says. */
import { isPrivateSubject } from '../plan/step.ts'

/** Texts with this word are private: it must not be on another node. */
export const CANARY = 'Quetzalword'

const WORDS = 'amber basin cedar delta ember fjord grove heath inlet jetty knoll lagoon'.split(' ')

/** What the step's subject says: the same on all nodes, unless it is private. */
export function textOf(subject: number, node: string): { text: string; isPrivate: boolean } {
  const isPrivate = isPrivateSubject(subject)
  const word = WORDS[subject % WORDS.length] ?? ''
  const other = WORDS[(subject * 5 + 3) % WORDS.length] ?? ''
  const text = `Deploy step ${subject}: restart ${word} before ${other} and wait ${subject * 3 + 2} seconds.`
  return { text: isPrivate ? `${text} ${CANARY} of ${node}.` : text, isPrivate }
}

export function entityOf(subject: number): string {
  return `service ${WORDS[subject % WORDS.length] ?? ''}`
}
