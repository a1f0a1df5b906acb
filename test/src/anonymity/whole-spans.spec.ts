import { becomes } from '../../fixtures/anonymized.ts'

describe('identifiers of several words', () => {
  becomes([
    // Addresses with all of their parts.
    [
      'Ship it to 4821 Zorbaxvej 12 Apt. 371, Qvistrup, Denmark 40417 today',
      'Ship it to <ADDRESS_1> today'
    ],
    [
      'Ship it to\n512 Zorbaxgata 31\n Suite 204\n Qvistrup\n Norway 26601\nand wait',
      'Ship it to\n<ADDRESS_1>\nand wait'
    ],
    ['They moved to PSC 4411, Box 9023\nAPO AA 33412 in May', 'They moved to <ADDRESS_1> in May'],
    [
      'Stop at the corner of 17 Zorbax Avenue and Qvist Bridge please',
      'Stop at <ADDRESS_1> please'
    ],
    [
      'the driver stops at unit 4721 box 0912\ndpo ap 40231 every day',
      'the driver stops at <ADDRESS_1> every day'
    ],
    ['She lives on Zorbaxgata 51 street now', 'She lives on <ADDRESS_1> now'],
    // Names with all of their parts, in lists, and where they return.
    [
      'Later Moira Zorbaxson agreed, and Zorbaxson signed',
      'Later <NAME_1> agreed, and <NAME_2> signed'
    ],
    [
      'We asked Zorbaxson, Murphy and White about it',
      'We asked <NAME_1>, <NAME_2> and <NAME_3> about it'
    ],
    ['Ask Vide A. Zorbaxson about it', 'Ask <NAME_1> about it'],
    ['It says McZorbax did it', 'It says <NAME_1> did it'],
    // Names in small letters.
    ['hello, my name is john smith and it fails', 'hello, my name is <NAME_1> and it fails'],
    [
      'please follow up with tessa zorbaxson in a month',
      'please follow up with <NAME_1> in a month'
    ],
    ["we heard from roberto zorbaxson's team", "we heard from <NAME_1>'s team"],
    // Numbers of phones.
    ['Do not call 0688 872 49 99 again', 'Do not call <PHONE_1> again'],
    ['Her desk: 345-899-3560x4587 is busy', 'Her desk: <PHONE_1> is busy'],
    ['Reach them at 21 284 698 2548 today', 'Reach them at <PHONE_1> today'],
    // Words that look like parts.
    ['The test suite 2 passed in 15 minutes', 'The test suite 2 passed in 15 minutes'],
    ['Unit 3 of the course covers 120 topics', 'Unit 3 of the course covers 120 topics'],
    ['this is broken since version 2', 'this is broken since version 2'],
    ['dear maintainers, the build fails', 'dear maintainers, the build fails']
  ])
})
