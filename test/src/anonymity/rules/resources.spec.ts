import { becomes } from '../../../fixtures/anonymized.ts'

describe('names that clouds and clusters give', () => {
  becomes([
    ['Restart i-0abc1234def567890 first', 'Restart <ID_1> first'],
    ['Allow arn:aws:s3:::zorbax-backups first', 'Allow <ID_1> first'],
    ['Look at zorbax-7d4b9c6f5d-x2k8p first', 'Look at <HOST_1> first'],
    ['Look into projects/zorbax/topics/orders first', 'Look into <ID_1> first'],
    ['Look at request id 8f14e45f first', 'Look at request id <ID_1> first'],
    ['Run kubectl -n zorbax get all first', 'Run kubectl -n <HOST_1> get all first'],
    ['See ZORB-1234 first, and UTF-8', 'See <ID_1> first, and UTF-8'],
    ['Read from bucket: zorbax-logs first', 'Read from bucket: <ID_1> first'],
    ['Look at the request and the response first', 'Look at the request and the response first']
  ])
})
