/**
 * Letters that look like Latin ones, which compatibility forms leave as they are (Unicode Technical
 * Standard 39, confusables): of other scripts, small capitals, letters with strokes, and letters in
 * squares and circles.
 */

/** Each line: letters, and the Latin ones that they look like. */
const PAIRS: readonly (readonly [from: string, to: string])[] = [
  // Cyrillic, with letters that pass for Latin ones in a word (п as n, г as r).
  ['авеёікмнорстухѕјԁһԛԝӏпгьѵѡԍ', 'abeeikmhopctyxsjdhqwlnrbvwg'],
  ['АВЕЁІКМНОРСТУХЅЈҺԚԜӀПГЬѴѠԌ', 'ABEEIKMHOPCTYXSJHQWINRBVWG'],
  ['αεικνορτυχγηωβϳς', 'aeikvoptuxynwbjc'],
  ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧͿ', 'ABEZHIKMNOPTYXJ'],
  // Armenian.
  ['օսհոքցզյղ', 'ouhnpgqjn'],
  ['ՕՍԼՏՀ', 'OULSH'],
  // Cherokee, whose letters are capitals, and Lisu.
  ['ᎠᎡᎢᎫᎪᎬᎳᎷᎻᎽᏀᏃᏒᏔᏙᏚᏟᏢᏦᏧᏳᏴᎥᏞᎴᏂᎩ', 'DRTJAEWMHYGZRWVSCPKDGBILshy'],
  ['ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ', 'BPDTGKJCZFMNLSRVHWXYAEIOU'],
  // Small capitals, script and other forms of Latin letters.
  ['ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ', 'abcdefghijklmnopqrstuvwyz'],
  ['ɑɡıɩɨøłđħŧƀɗƒŋɵɾʋⲟⲣⲥ', 'agiiioldhtbdfnorvopc'],
  ['ØŁĐĦŦɃƊƑŊƟ', 'OLDHTBDFNO'],
  ['’‘ʼ‐‒–—−', "'''-----"]
]

/** Ranges of 26 letters in squares and circles, and flags: from A on. */
const ALPHABETS = [0x1f130, 0x1f150, 0x1f170, 0x1f1e6] as const

const LETTERS = 26

/** By look-alike: the Latin letters. */
export const LOOKALIKES: ReadonlyMap<string, string> = new Map([
  ...PAIRS.flatMap(([from, to]) =>
    Array.from(from, (letter, i): [string, string] => [letter, to.charAt(i)])
  ),
  ...ALPHABETS.flatMap((first) =>
    Array.from({ length: LETTERS }, (_, i): [string, string] => [
      String.fromCodePoint(first + i),
      String.fromCharCode(0x41 + i)
    ])
  ),
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe']
])
