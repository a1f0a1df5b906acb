/** What announces a field: of a claim `password` and `sunflower` only both together tell a secret. */

/** Positions of fields; the last ones are those that lessons alone have. */
const VALUE_AT = 2
const CONTENT_AT = 3
const ACTION_AT = 4

/** An attribute that says nothing of its value. */
const ANY_VALUE = /^(?:value|is|current|text|content|setting)$/i

/** A tag with a value behind a name. */
const TAGGED_VALUE = /^(?<announcing>\p{L}[\p{L}._-]*)[-_.:=](?<value>(?=\S*\d)\S{4,})$/u

/** What a field may be a value of: an attribute announces its value, an entity a content of one word. */
export function announcingOf(at: number, fields: readonly string[]): readonly string[] {
  const [entity = '', attribute = ''] = fields
  const field = fields[at] ?? ''
  if (at === VALUE_AT) return ANY_VALUE.test(attribute) ? [attribute, entity] : [attribute]
  const isOwn = at === CONTENT_AT || at === ACTION_AT
  return isOwn && isToken(field) ? [entity, attribute] : []
}

/** A tag such as `pin-4711` in two parts, or two empty ones. */
export function valueInTag(tag: string): { readonly announcing: string; readonly value: string } {
  const { announcing = '', value = '' } = TAGGED_VALUE.exec(tag)?.groups ?? {}
  return { announcing: announcing.replaceAll(/[-_.]/g, ' '), value }
}

export function isToken(text: string): boolean {
  return text !== '' && !/\s/.test(text)
}
