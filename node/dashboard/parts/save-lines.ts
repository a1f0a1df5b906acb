/** Saves items as a file of JSON Lines, on the machine of the reader. */
export function saveLines(name: string, items: readonly unknown[]): void {
  const lines = items.map((item) => `${JSON.stringify(item)}\n`)
  const url = URL.createObjectURL(new Blob(lines, { type: 'application/jsonl' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
