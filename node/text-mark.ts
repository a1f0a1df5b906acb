/** The byte order mark that editors of Windows write in front of a text. */

/** The text behind its mark. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}
