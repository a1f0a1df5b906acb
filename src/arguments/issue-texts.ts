/** What is wrong with an input, in words. */
import type { z } from 'zod'

/** The problems of an input, each behind the path of its field, on one line. */
export function issueTexts({ issues }: Pick<z.ZodError, 'issues'>): string {
  return issues
    .map((issue) => {
      const text = textOf(issue)
      return issue.path.length === 0 ? text : `${issue.path.join('.')}: ${text}`
    })
    .join('; ')
}

function textOf(issue: z.core.$ZodIssue): string {
  const isEmpty = issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1
  return isEmpty ? 'it must not be empty' : issue.message
}
