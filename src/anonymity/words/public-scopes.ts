/**
 * Scopes of public packages that are ordinary words, so that no list of owners has them, and scopes
 * that name no organisation: those of path aliases and of examples.
 */
const PUBLIC_SCOPES: ReadonlySet<string> = new Set(
  'amplitude apollo architect aurelia backstage base-ui braintree bun capacitor carbon chroma clerk cypress dnsquery ember emotion expo faker-js firebase fly fresh ghost glimmer google-ai h3 iconify internationalized ionic jest koa jsr linear lit lucia middy motion next nitro noble oak okta parcel playwright polka polkadot-js postman pothos preact primer react-native-async-storage readability recoil render rescript sanity segment sentry shadow sharp slack slate smithy snowpack solid spectrum std stencil stimulus stitches stoplight storybook stripe substrate svelte swagger temporal ts-morph turbo turf types typescript unhead unified volar yarn zag'.split(
    ' '
  )
)

const ALIASES: ReadonlySet<string> = new Set(
  'admin api app assets backend client common company components config constants contexts context core data db domain example features frontend generated helpers hooks icons images interfaces internal layouts lib libs mobile models module modules my-app my-org my-scope namespace org package packages pages private project providers public root router routes scope scoped server service services shared src store stores styles team test tests types ui user username utils vendor views web workspace your-org your-scope'.split(
    ' '
  )
)

/** `scope` in lower case, without its `@`. */
export function isKnownScope(scope: string): boolean {
  return PUBLIC_SCOPES.has(scope) || ALIASES.has(scope)
}

/** Of those the ones of public packages: behind an alias is a path of this machine. */
export function isPackageScope(scope: string): boolean {
  return PUBLIC_SCOPES.has(scope)
}
