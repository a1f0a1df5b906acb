/**
 * Closes parts in order, and goes on after a failure; throws one `AggregateError` of all failures.
 */
export async function closeAll(parts: readonly (() => unknown)[], failure: string): Promise<void> {
  const errors: unknown[] = []
  for (const part of parts) {
    try {
      await part()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, failure)
}
