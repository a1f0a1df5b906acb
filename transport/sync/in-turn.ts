/** Takes one item after the other, as their answers come on a stream; all that came of them. */
export async function inTurn<T, R>(
  items: readonly T[],
  take: (item: T) => Promise<readonly R[]>
): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(...(await take(item)))
  return results
}
