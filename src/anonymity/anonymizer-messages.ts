/** What the anonymiser's thread is asked, and what it answers: in the order of the records. */
import type { Anonymized, AnonymizerInput } from './anonymizer.ts'

export type AnonymizerRequest = readonly AnonymizerInput[]

export type AnonymizerReply = readonly Anonymized[]
