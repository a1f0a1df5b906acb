import { becomes } from '../../../fixtures/anonymized.ts'

describe('directories', () => {
  becomes([
    ['Open C:\\Users\\Ada L\\My Files\\a.txt then', 'Open <PATH_1> then'],
    ['Open \\\\nas\\Team Share\\plan.docx then', 'Open <PATH_1> then'],
    ['Open /Users/ada/Library/Application Support/Shop/x then', 'Open <PATH_1> then'],
    ['Open "/srv/my shop/a.txt" then', 'Open "<PATH_1>" then'],
    ['Open file:///srv/shop/a.db then', 'Open <URL_1> then'],
    ['Open $HOME/shop/a.txt then', 'Open <PATH_1> then'],
    ['Load zorbax-prod.sql.gz then', 'Load <PATH_1> then'],
    ['Delete HKLM\\Software\\Zorbax then', 'Delete <PATH_1> then'],
    ['Use and/or, TCP/IP and text/html', 'Use and/or, TCP/IP and text/html']
  ])
})
