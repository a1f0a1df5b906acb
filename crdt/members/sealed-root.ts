/**
 * A root's seed in the text of a file, encrypted with a passphrase: scrypt (RFC 7914) gives the key
 * of XChaCha20-Poly1305. The header states the parameters and is authenticated. The last line is a
 * checksum of the lines before it, so that a damaged file is not taken for a wrong passphrase.
 */
import { randomBytes, scrypt } from 'node:crypto'
import { fromHex, sha256, toHex } from '../bytes/index.ts'
import { MemberError } from '../errors.ts'
import { ROOT_SEED_BYTES } from './root.ts'

const TITLE = 'noormme-hive root 1'
const SALT_BYTES = 16
const NONCE_BYTES = 24
const SEALED_BYTES = ROOT_SEED_BYTES + 16
const CHECK_BYTES = 8

/** 128 MiB and about half a second for each guess at the passphrase. */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const

/** A file must not take all the memory of the machine that opens it. */
const MAX_COST = { N: 2 ** 20, r: 16, p: 4 } as const

/** The text of a file with the seed. `cost` is for tests: a lower one protects less. */
export async function sealRoot(
  seed: Uint8Array,
  passphrase: string,
  cost: { readonly N: number; readonly r: number; readonly p: number } = COST
): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const header = [
    TITLE,
    `scrypt ${cost.N} ${cost.r} ${cost.p} ${toHex(salt)}`,
    `xchacha20-poly1305 ${toHex(nonce)}`
  ]
  const key = await keyOf(passphrase, salt, cost)
  const { xchacha20poly1305 } = await import('@noble/ciphers/chacha.js')
  const cipher = xchacha20poly1305(key, nonce, authenticated(header))
  const lines = [...header, toHex(cipher.encrypt(seed))]
  return `${[...lines, checkLine(lines)].join('\n')}\n`
}

/**
 * The seed in the text. Throws `MemberError`: ROOT_FILE_DAMAGED when the text is no such file or has
 * changed, PASSPHRASE_WRONG when the file is whole and the passphrase does not open it.
 */
export async function openSealedRoot(text: string, passphrase: string): Promise<Uint8Array> {
  const lines = text.trim().split(/\r?\n/)
  const check = lines.pop() ?? ''
  if (lines[0] !== TITLE) throw damaged('This is not the file of a root.')
  if (check !== checkLine(lines))
    throw damaged('The file of the root has changed or is incomplete.')
  const [, kdf = '', cipher = '', sealed = ''] = lines
  const [, N, r, p, salt] = /^scrypt (\d{1,8}) (\d{1,3}) (\d{1,3}) ([0-9a-f]+)$/.exec(kdf) ?? []
  const [, nonce] = /^xchacha20-poly1305 ([0-9a-f]+)$/.exec(cipher) ?? []
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  const saltBytes = fromHex(salt ?? '', SALT_BYTES)
  const nonceBytes = fromHex(nonce ?? '', NONCE_BYTES)
  const sealedBytes = fromHex(sealed, SEALED_BYTES)
  if (!isAllowed(cost) || lines.length !== 4) throw damaged('The header of the root is not valid.')
  if (saltBytes === undefined || nonceBytes === undefined || sealedBytes === undefined) {
    throw damaged('The header of the root is not valid.')
  }
  const key = await keyOf(passphrase, saltBytes, cost)
  const { xchacha20poly1305 } = await import('@noble/ciphers/chacha.js')
  try {
    const aad = authenticated(lines.slice(0, 3))
    return xchacha20poly1305(key, nonceBytes, aad).decrypt(sealedBytes)
  } catch (cause) {
    throw new MemberError('PASSPHRASE_WRONG', 'The passphrase does not open the root.', { cause })
  }
}

function isAllowed({ N, r, p }: { readonly N: number; readonly r: number; readonly p: number }) {
  const isPower = N > 1 && Number.isInteger(Math.log2(N))
  return isPower && N <= MAX_COST.N && r >= 1 && r <= MAX_COST.r && p >= 1 && p <= MAX_COST.p
}

function keyOf(
  passphrase: string,
  salt: Uint8Array,
  { N, r, p }: { readonly N: number; readonly r: number; readonly p: number }
): Promise<Uint8Array> {
  // The one form of the same text (NFKC), whatever keyboard it is typed on.
  const secret = Buffer.from(passphrase.normalize('NFKC'))
  const maxmem = 128 * (N + p + 2) * r + 1024 * 1024
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, 32, { N, r, p, maxmem }, (error, key) =>
      error === null ? resolve(new Uint8Array(key)) : reject(error)
    )
  })
}

function authenticated(header: readonly string[]): Uint8Array {
  return Buffer.from(`${header.join('\n')}\n`)
}

function checkLine(lines: readonly string[]): string {
  const digest = sha256(Buffer.from(`${lines.join('\n')}\n`))
  return `check ${toHex(digest.subarray(0, CHECK_BYTES))}`
}

function damaged(message: string): MemberError {
  return new MemberError(
    'ROOT_FILE_DAMAGED',
    `${message} Use another copy of the file, or the words of the root.`
  )
}
