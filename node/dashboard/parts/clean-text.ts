/** Text of others without characters that reorder, hide or control: each is shown as U+FFFD. */

/**
 * Controls but for line ends and tabs; characters that reorder or hide text; variation selectors and
 * tags, which hide data; lone surrogates.
 */
const UNSEEN = new RegExp(
  [
    String.raw`[\p{Cs}\p{Co}\p{Cn}]`,
    String.raw`(?![\t\n])\p{Cc}`,
    String.raw`(?!\u200d)\p{Cf}`,
    String.raw`[\u2028\u2029]|[\u{fe00}-\u{fe0e}]|[\u{e0100}-\u{e01ef}]`
  ].join('|'),
  'gu'
)

export function cleanText(text: string): string {
  return text.replaceAll(UNSEEN, '�')
}
