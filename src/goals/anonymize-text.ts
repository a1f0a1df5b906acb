/** Anonymises text of goals and playbooks before it leaves this node. */
import { HiveError } from '../errors.ts'
import type { Anonymizer } from '../anonymity/index.ts'

export interface TitledText {
  readonly title: string
  readonly body: string
}

/** Returns the anonymised text. Throws `HiveError` (WITHHELD) if the text may disclose too much. */
export function anonymizeText(
  anonymizer: Pick<Anonymizer, 'anonymize'>,
  { title, body }: TitledText
): TitledText {
  const result = anonymizer.anonymize({ entity: title, content: body })
  if (result.verdict === 'withheld') {
    throw new HiveError(
      'WITHHELD',
      `"${excerpt(title)}" was not published: ${result.reason}. Remove the private text and try again.`
    )
  }
  return { title: result.record.entity, body: result.record.content }
}

/** Removes tags that disclose something of this machine. */
export function anonymizeTags(
  anonymizer: Pick<Anonymizer, 'anonymize'>,
  tags: readonly string[]
): string[] {
  return tags.filter((tag) => {
    const result = anonymizer.anonymize({ entity: '', content: tag, tags: [tag] })
    const isClear = result.verdict === 'clear' && result.findings.length === 0
    return isClear && result.record.tags.includes(tag)
  })
}

function excerpt(text: string): string {
  const most = 40
  return text.length > most ? `${text.slice(0, most)}...` : text
}
