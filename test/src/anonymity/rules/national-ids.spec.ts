import { becomes } from '../../../fixtures/anonymized.ts'

describe('numbers of persons', () => {
  becomes([
    ['The number 1 85 05 78 006 084 was rejected', 'The number <ID_1> was rejected'],
    ['The number 12345678Z was rejected', 'The number <ID_1> was rejected'],
    ['The number ABCPE1234F was rejected', 'The number <ID_1> was rejected'],
    ['The number 811228-9874 was rejected', 'The number <ID_1> was rejected'],
    ['The number 756.1234.5678.97 was rejected', 'The number <ID_1> was rejected'],
    ['The number 44051401359 was rejected', 'The number <ID_1> was rejected'],
    ['The VAT number DE123456789 was rejected', 'The VAT number <ID_1> was rejected'],
    ['The passport no. C01234567 was rejected', 'The passport no. <ID_1> was rejected'],
    ['It took 811 228 rows and 44051 more', 'It took 811 228 rows and 44051 more']
  ])
})
