/** A file that hive writes as a whole, and that a mark shows to be of hive. */
import { Refusal } from '../client.ts'
import type { Edit } from '../client.ts'

export const OWNED_MARK = 'written by "hive install"'

/** `content` contains `OWNED_MARK`. */
export function ownedFile(content: string): Edit {
  return {
    install(text, { force }) {
      if (text !== undefined && text.trim() !== '' && !text.includes(OWNED_MARK) && !force) {
        throw new Refusal(
          'exists, and hive did not write it. Rename it, or add --force to replace it'
        )
      }
      return content
    },
    remove(text) {
      return text.includes(OWNED_MARK) ? undefined : text
    }
  }
}
