/** Postal addresses and coordinates. */
import {
  ADDRESS_WORDS,
  COORDINATE_WORDS,
  FRENCH_WORDS,
  STREET_WORDS
} from '../reading/context-words.ts'
import { DIGIT, DOT } from '../reading/text-features.ts'
import { layerOf } from './rule.ts'
import {
  DIGIT_FIRST,
  FRACTION,
  HAS_DIGIT,
  POSTAL,
  THEN_SPACE,
  THREE,
  UPPER_FIRST
} from '../reading/shapes.ts'
import type { Rule } from './rule.ts'

const NAME = "[\\p{Lu}\\d][\\p{L}\\d'’.-]{0,30}"
const CITY = `(?:,?\\s{1,2}(?:\\d{4,6} )?${NAME}(?: ${NAME}){0,2})?(?:,?\\s{1,2}(?:[A-Z]{2} )?\\d{5}(?:-\\d{4})?|,?\\s{1,2}[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2})?`

export const ADDRESSES_RULES: readonly Rule[] = [
  {
    name: 'street-after-number',
    kind: 'address',
    groups: STREET_WORDS,
    at: [DIGIT_FIRST],
    pattern: new RegExp(
      `(?<![\\w.])\\d{1,5}[A-Za-z]?(?:-\\d{1,5})?,? (?:${NAME} ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Square|Sq|Place|Pl|Terrace|Ter|Parkway|Pkwy|Highway|Hwy|Close|Crescent|Cres|Gardens|Row|Mews|Hill|Circle|Cir|Trail|Quay|Wharf)\\b\\.?(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|#)\\.? ?\\w{1,6})?${CITY}`,
      'gu'
    )
  },
  {
    name: 'street-before-number',
    kind: 'address',
    needs: DIGIT,
    at: [UPPER_FIRST],
    atGroups: FRENCH_WORDS,
    pattern: new RegExp(
      `(?<![\\p{L}\\d])(?:\\p{Lu}[\\p{L}-]{1,40}(?:straße|strasse|str\\.|gasse|weg|allee|platz|ring|damm|ufer|straat|laan|plein|gracht|gatan|vägen|gade|vej|katu|tie)|(?:\\p{Lu}[\\p{L}-]{1,30} ){1,3}(?:Straße|Strasse|Str\\.|Allee|Platz)|(?:Calle|Avenida|Avda\\.?|Plaza|Paseo|Carrer|Via|Viale|Piazza|Corso|Rua|Avenida|Largo|ul\\.|ulica|al\\.) (?:(?:de|del|della|di|da|do|la|las|los) ){0,2}\\p{Lu}[\\p{L}'’ -]{1,40}),? (?:n[º°.] ?)?\\d{1,5} ?[a-zA-Z]?(?![\\w])(?:,? (?:[A-Z]{1,2}-)?\\d{4,6}(?: [A-Z]{2})? \\p{Lu}[\\p{L}-]{1,30})?`,
      'gu'
    )
  },
  {
    name: 'street-french',
    kind: 'address',
    groups: FRENCH_WORDS,
    at: [DIGIT_FIRST],
    pattern: new RegExp(
      `(?<![\\w.])\\d{1,4}(?: (?:bis|ter))?,? (?:rue|avenue|boulevard|bd|place|chemin|impasse|quai|allée|cours|route) (?:(?:de|du|des|de la|de l['’]|d['’]) ?){0,2}[\\p{L}'’ -]{2,40}(?:,? \\d{5} \\p{Lu}[\\p{L}-]{1,30})?`,
      'gu'
    )
  },
  {
    name: 'post-box',
    kind: 'address',
    needs: DIGIT,
    atGroups: ADDRESS_WORDS,
    pattern: /\b(?:P\.?\s?O\.? ?Box|Postfach|Apartado|Box postal) \d(?:[\d ]{0,7}\d)?\b/gi
  },
  {
    name: 'city-and-code',
    kind: 'address',
    shapes: POSTAL,
    at: [UPPER_FIRST, DIGIT_FIRST],
    pattern: new RegExp(
      `(?<![\\p{L}\\d])(?:${NAME},? (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]) \\d{5}(?:-\\d{4})?|(?:D|A|CH|F|NL|B|I|L)-\\d{4,5} \\p{Lu}[\\p{L}-]{1,30})`,
      'gu'
    )
  },
  {
    name: 'uk-postcode',
    kind: 'address',
    at: [UPPER_FIRST | HAS_DIGIT | THEN_SPACE, UPPER_FIRST | THREE | THEN_SPACE],
    pattern:
      /\b(?:GIR 0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRV-Y]) \d[ABD-HJLNP-UW-Z]{2})\b/g
  },
  {
    name: 'coordinates',
    kind: 'address',
    needs: DOT | DIGIT,
    atGroups: COORDINATE_WORDS,
    pattern:
      /\b[NS] ?\d{1,3}\.\d{3,}°?,? ?[EW] ?\d{1,3}\.\d{3,}|\b(?:lat(?:itude)?|lon(?:g|gitude)?)["']?\s?[:=]\s?(?<hit>[-+]?\d{1,3}\.\d{3,})/gi
  },
  {
    name: 'coordinates',
    kind: 'address',
    needs: DOT,
    shapes: FRACTION,
    pattern:
      /(?<![\d.])[-+]?\d{1,3}\.\d{4,}°?(?:\s?[NS])?\s?[,;/ ]\s?[-+]?\d{1,3}\.\d{4,}°?(?:\s?[EW])?(?![\d.])/gi
  },
  {
    name: 'announced-address',
    kind: 'address',
    atGroups: ADDRESS_WORDS,
    pattern:
      /(?<![\w.])(?:(?:postal|home|mailing|billing|shipping|delivery|street)[ _-]?address|lives at|residing at|resides at|wohnhaft)["']?\s?[:=]?\s?["']?(?<hit>[^\n"';<>]{4,120})/gi
  }
]

export const addresses = layerOf(ADDRESSES_RULES)
