/** The problems of an input, on one line. */
import type { z } from 'zod'

/** The problems of an input, each behind the path of its field. */
export function issueTexts({ issues }: Pick<z.ZodError, 'issues'>): string {
  return issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
}
