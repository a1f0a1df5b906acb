import { becomes } from '../../../fixtures/anonymized.ts'

describe('packages of an organisation', () => {
  becomes([
    ['Pin @zorbax/payments to 4.1', 'Pin <REPOSITORY_1> to 4.1'],
    ['Pin @zorbax/payments@4.1 first', 'Pin <REPOSITORY_1>@4.1 first'],
    ['Use npm:@zorbax-labs/ui.kit@^2 there', 'Use npm:<REPOSITORY_1>@^2 there'],
    ['import { pay } from "@zorbax/pay/retry"', 'import { pay } from "<REPOSITORY_1>"'],
    ['Import @zorbax/pay/internal/engine.js first', 'Import <REPOSITORY_1> first'],
    ['Import @zorbax/pay@4.1/lib/engine first', 'Import <REPOSITORY_1> first'],
    ['Run node_modules/@zorbax/pay/bin/start.mjs', 'Run node_modules/<REPOSITORY_1>'],
    ["Map '@zorbax/*' in the paths", "Map '<REPOSITORY_1>' in the paths"],
    ['Import @noble/curves/zorbax-engine.js first', 'Import <PATH_1> first'],
    ['Import @app/billing/engine.ts first', 'Import <PATH_1> first'],
    ['Import @my-org/billing/engine.ts first', 'Import <PATH_1> first'],
    ['"@Zorbax/payments": "^4.1.0" is old', '"<REPOSITORY_1>": "^4.1.0" is old'],
    [
      'Delete node_modules/@zorbax/ui and try again',
      'Delete node_modules/<REPOSITORY_1> and try again'
    ],
    ['Call npm init --scope=@zorbax first', 'Call npm init --scope=@<REPOSITORY_1> first'],
    ['Set "scope": "zorbax" in the file', 'Set "scope": "<REPOSITORY_1>" in the file'],
    ['composer require --dev zorbax/payments fails', 'composer require --dev <REPOSITORY_1> fails'],
    ['Zorbax.Payments.Client retries twice', '<IDENTIFIER_1> retries twice'],
    ['Add a using of Zorbax.Core here', 'Add a using of <IDENTIFIER_1> here'],
    ...[
      'Pin @tanstack/react-query to 5 and @types/node to 20',
      'Import @noble/curves and @libp2p/tcp',
      'Import @noble/curves/ed25519.js and @libp2p/interface/peer-id',
      "import { hkdf } from '@noble/hashes/hkdf.js'",
      'Open node_modules/@libp2p/tcp/dist/src/index.js:12:4 there',
      'Read @babel/core/lib/config/files/index.js first',
      'Import lodash/fp and node:fs/promises',
      'Map @app/utils and @shared/ui in tsconfig.json',
      'Install npm:@playwright/test@1.40 first',
      'Rename @my-org/package-name before the release',
      'composer require symfony/console fails',
      'Serilog.Sinks.Console and Newtonsoft.Json stay',
      'React.Fragment and Phoenix.LiveView stay',
      'The docs are in @internal and @deprecated tags'
    ].map((text): [string, string] => [text, text])
  ])
})
