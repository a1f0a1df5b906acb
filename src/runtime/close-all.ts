/** Ends parts one after the other, past those that fail; throws one `AggregateError` of what failed. */
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
