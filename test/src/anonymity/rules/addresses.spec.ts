import { becomes } from '../../../fixtures/anonymized.ts'

describe('addresses and places', () => {
  becomes([
    ['Ship to 17 Zorbax Avenue, Apt 4 today', 'Ship to <ADDRESS_1> today'],
    ['Ship to Calle de Zorbax 12 today', 'Ship to <ADDRESS_1> today'],
    ['Ship to P.O. Box 1234 today', 'Ship to <ADDRESS_1> today'],
    ['The code SW1A 1AA is rejected', 'The code <ADDRESS_1> is rejected'],
    ['The office is in D-10115 Berlin now', 'The office is in <ADDRESS_1> now'],
    ['The map says lat: 52.520 there', 'The map says lat: <ADDRESS_1> there'],
    [
      'It shipped 12 releases in 2024 and 200 in Chrome',
      'It shipped 12 releases in 2024 and 200 in Chrome'
    ]
  ])
})
