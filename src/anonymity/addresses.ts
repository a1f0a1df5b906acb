/** Postal addresses and places on the map. */
import { FIVE_DIGITS, ANNOUNCED, DIGIT, DOT, UPPER } from './features.ts'
import { layerOf } from './rule.ts'

const NAME = "[\\p{Lu}\\d][\\p{L}\\d'’.-]{0,30}"
const CITY = `(?:,?\\s{1,2}(?:\\d{4,6} )?${NAME}(?: ${NAME}){0,2})?(?:,?\\s{1,2}(?:[A-Z]{2} )?\\d{5}(?:-\\d{4})?|,?\\s{1,2}[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2})?`

export const addresses = layerOf([
  {
    name: 'street-after-number',
    kind: 'address',
    pattern: new RegExp(
      `(?<![\\w.])\\d{1,5}[A-Za-z]?(?:-\\d{1,5})?,? (?:${NAME} ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Square|Sq|Place|Pl|Terrace|Ter|Parkway|Pkwy|Highway|Hwy|Close|Crescent|Cres|Gardens|Row|Mews|Hill|Circle|Cir|Trail|Quay|Wharf)\\b\\.?(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|#)\\.? ?\\w{1,6})?${CITY}`,
      'gu'
    ),
    needs: DIGIT | UPPER
  },
  {
    name: 'street-before-number',
    kind: 'address',
    pattern: new RegExp(
      `(?<![\\p{L}\\d])(?:\\p{Lu}[\\p{L}-]{1,40}(?:straße|strasse|str\\.|gasse|weg|allee|platz|ring|damm|ufer|straat|laan|plein|gracht|gatan|vägen|gade|vej|katu|tie)|(?:\\p{Lu}[\\p{L}-]{1,30} ){1,3}(?:Straße|Strasse|Str\\.|Allee|Platz)|(?:Calle|Avenida|Avda\\.?|Plaza|Paseo|Carrer|Via|Viale|Piazza|Corso|Rua|Avenida|Largo|ul\\.|ulica|al\\.) (?:(?:de|del|della|di|da|do|la|las|los) ){0,2}\\p{Lu}[\\p{L}'’ -]{1,40}),? (?:n[º°.] ?)?\\d{1,5} ?[a-zA-Z]?(?![\\w])(?:,? (?:[A-Z]{1,2}-)?\\d{4,6}(?: [A-Z]{2})? \\p{Lu}[\\p{L}-]{1,30})?`,
      'gu'
    ),
    needs: DIGIT | UPPER
  },
  {
    name: 'street-french',
    kind: 'address',
    pattern: new RegExp(
      `(?<![\\w.])\\d{1,4}(?: (?:bis|ter))?,? (?:rue|avenue|boulevard|bd|place|chemin|impasse|quai|allée|cours|route) (?:(?:de|du|des|de la|de l['’]|d['’]) ?){0,2}[\\p{L}'’ -]{2,40}(?:,? \\d{5} \\p{Lu}[\\p{L}-]{1,30})?`,
      'gu'
    ),
    needs: DIGIT
  },
  {
    name: 'post-box',
    kind: 'address',
    pattern: /\b(?:P\.?\s?O\.? ?Box|Postfach|Apartado|Box postal) \d[\d ]{0,8}\b/gi,
    needs: DIGIT | ANNOUNCED
  },
  {
    name: 'city-and-code',
    kind: 'address',
    pattern: new RegExp(
      `(?<![\\p{L}\\d])(?:${NAME},? (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]) \\d{5}(?:-\\d{4})?|(?:D|A|CH|F|NL|B|I|L)-\\d{4,5} \\p{Lu}[\\p{L}-]{1,30})`,
      'gu'
    ),
    needs: DIGIT | UPPER | FIVE_DIGITS
  },
  {
    name: 'uk-postcode',
    kind: 'address',
    pattern:
      /\b(?:GIR 0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRV-Y]) \d[ABD-HJLNP-UW-Z]{2})\b/g,
    needs: DIGIT | UPPER
  },
  {
    name: 'coordinates',
    kind: 'address',
    pattern:
      /\b[NS] ?\d{1,3}\.\d{3,}°?,? ?[EW] ?\d{1,3}\.\d{3,}|(?<![\d.])[-+]?\d{1,3}\.\d{4,}°?(?:\s?[NS])?\s?[,;/ ]\s?[-+]?\d{1,3}\.\d{4,}°?(?:\s?[EW])?(?![\d.])|\b(?:lat(?:itude)?|lon(?:g|gitude)?)["']?\s?[:=]\s?(?<hit>[-+]?\d{1,3}\.\d{3,})/gi,
    needs: DOT | DIGIT
  },
  {
    name: 'announced-address',
    kind: 'address',
    pattern:
      /(?<![\w.])(?:(?:postal|home|mailing|billing|shipping|delivery|street)[ _-]?address|lives at|residing at|resides at|wohnhaft)["']?\s?[:=]?\s?["']?(?<hit>[^\n"';<>]{4,120})/gi,
    needs: ANNOUNCED
  }
])
