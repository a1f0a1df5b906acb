import { becomes } from '../../../fixtures/anonymized.ts'

describe('encoded text', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  becomes([
    [`Send ${base64('password=swordfish')} to log in`, 'Send <SECRET_1> to log in'],
    [
      `Send ${Buffer.from('ada lives in Ulm').toString('hex')} to log in`,
      'Send <SECRET_1> to log in'
    ],
    [`Open ${encodeURIComponent('/home/ada/a b')} first`, 'Open <LITERAL_1> first'],
    ['Print \\x61\\x64\\x61\\x21 first', 'Print <LITERAL_1> first'],
    ['Show &#97;&#100;&#97; first', 'Show <LITERAL_1> first'],
    ['It says s w o r d f i s h 1 twice', 'It says <SECRET_1> twice'],
    ['The getElementsByClassName method works', 'The getElementsByClassName method works']
  ])
})
