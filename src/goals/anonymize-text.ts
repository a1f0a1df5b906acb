/** Text of goals and playbooks as it may leave this node. */
import { HiveError } from '../errors.ts'
import type { Anonymizer } from '../anonymity/index.ts'

export interface TitledText {
  readonly title: string
  readonly body: string
}

/** The same text anonymised. Throws `HiveError` (WITHHELD) where it may tell too much. */
export function anonymizeText(
  anonymizer: Pick<Anonymizer, 'anonymize'>,
  { title, body }: TitledText
): TitledText {
  const result = anonymizer.anonymize({ entity: title, content: body })
  if (result.verdict === 'withheld') {
    throw new HiveError(
      'WITHHELD',
      `"${excerpt(title)}" stays on this node: ${result.reason}. Leave out what may tell too much, and try again.`
    )
  }
  return { title: result.record.entity, body: result.record.content }
}

/** Tags that say something of this machine are left out. */
export function anonymizeTags(
  anonymizer: Pick<Anonymizer, 'anonymize'>,
  tags: readonly string[]
): string[] {
  return tags.filter((tag) => {
    const result = anonymizer.anonymize({ entity: '', content: tag })
    return result.verdict === 'clear' && result.findings.length === 0
  })
}

function excerpt(text: string): string {
  const most = 40
  return text.length > most ? `${text.slice(0, most)}...` : text
}
