import { becomes } from '../../../fixtures/anonymized.ts'

describe('what points at a person', () => {
  becomes([
    ['Call (415) 555-0132 about it', 'Call <PHONE_1> about it'],
    ['Phone: 030 1234567, then retry', 'Phone: <PHONE_1>, then retry'],
    ['Mail ada (at) example (dot) org about it', 'Mail <EMAIL_1> about it'],
    ['She was born on 3 March 1984, they say', 'She was born on <DATE_1>, they say'],
    ['dob: 1984-03-12 was rejected', 'dob: <DATE_1> was rejected'],
    ['The SSN 512-34-6789 was rejected', 'The SSN <ID_1> was rejected'],
    ['The number AB 12 34 56 C was rejected', 'The number <ID_1> was rejected'],
    ['CPF 123.456.789-09 was rejected', 'CPF <ID_1> was rejected'],
    ['Ship to 221 Zorbax Street, then wait', 'Ship to <ADDRESS_1>, then wait'],
    ['Ship to Zorbaxstraße 12, 10115 Berlin or wait', 'Ship to <ADDRESS_1> or wait'],
    ['Ship to 12 rue de la Paix, 75002 Paris or wait', 'Ship to <ADDRESS_1> or wait'],
    ['The site is at 52.52001, 13.40495 or so', 'The site is at <ADDRESS_1> or so'],
    ['It took 3.14159 seconds in 2024', 'It took 3.14159 seconds in 2024']
  ])
})

describe('mail addresses in unusual forms', () => {
  becomes([
    ['Mail "ada zorba"@zorbax.com about it', 'Mail <EMAIL_1> about it'],
    ['Mail ada@[10.1.2.3] about it', 'Mail <EMAIL_1> about it'],
    ['Mail zorba%40zorbax.com about it', 'Mail <EMAIL_1> about it'],
    ['Mail zorba&#64;zorbax.com about it', 'Mail <EMAIL_1> about it'],
    ['Mail zorba\\u0040zorbax.com about it', 'Mail <EMAIL_1> about it'],
    ['Use "%40" for "@" in it', 'Use "%40" for "@" in it']
  ])
})
