/**
 * Text as it is shown: without characters that nobody sees and that change what is seen. Removed are
 * control characters (terminal escapes among them), direction marks and overrides, zero-width
 * characters, soft hyphens and tag characters (Unicode Standard Annex 9; Unicode Technical Standard
 * 39, section 3). Joiners stay where they shape letters or emoji, and single variation selectors.
 */

/** C0 and C1 but tab and line feed; invisible format characters but joiners. */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- removing control characters is the purpose
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Letters that a joiner shapes: of scripts that join, and pictographs with their modifiers. */
const SHAPED =
  '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\u{fe0f}]'

/** A joiner that shapes nothing. */
const LOOSE_JOINER = new RegExp(
  `(?<!${SHAPED})[\\u200c\\u200d]|[\\u200c\\u200d](?!${SHAPED})`,
  'gu'
)

/** Selectors of glyphs that nothing precedes which has several: a series of them can carry bytes. */
const LOOSE_SELECTOR =
  /(?<!\p{Script=Han})[\u{e0100}-\u{e01ef}]|(?<=[\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu

declare const displayed: unique symbol

/**
 * Text that `displayText` or `displayTextInPlace` returned. Public types have it where others wrote
 * the text, so that a path without this step does not compile.
 */
export type DisplayText = string & { readonly [displayed]: true }

/** A list of such texts; a search in it takes any text. */
export type DisplayTexts = readonly string[] & { readonly [displayed]: true }

/** `displayText` of each. */
export function displayTexts(texts: readonly string[]): DisplayTexts {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only place that makes it
  return texts.map(displayText) as unknown as DisplayTexts
}

/** The text without what nobody sees; a carriage return becomes a line feed. */
export function displayText(text: string): DisplayText {
  return branded(
    text
      .replace(/\r\n?/g, '\n')
      .replace(INVISIBLE, '')
      .replace(LOOSE_SELECTOR, '')
      .replace(LOOSE_JOINER, '')
  )
}

function branded(text: string): DisplayText {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only place that makes it
  return text as DisplayText
}

function replaced(found: string): string {
  return '\ufffd'.repeat(found.length)
}

/** As `displayText`, with U+FFFD for each unit that nobody sees: offsets in the text stay. */
export function displayTextInPlace(text: string): DisplayText {
  return branded(
    text
      .replaceAll('\r', '\n')
      .replace(INVISIBLE, replaced)
      .replace(LOOSE_SELECTOR, replaced)
      .replace(LOOSE_JOINER, replaced)
  )
}

// oxlint-disable-next-line no-control-regex -- those that logs and pasted texts have
const HARMLESS = /[\u0000-\u001f\u007f-\u009f\u00ad]/g

/** Whether the text has invisible characters beside control characters and soft hyphens. */
export function hasHiddenText(text: string): boolean {
  const rest = text.replace(HARMLESS, '')
  return displayText(rest) !== rest
}
