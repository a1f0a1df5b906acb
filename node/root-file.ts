/** The file of a root on the disk of its holder, and the passphrase that opens it. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { openSealedRoot, rootOf, sealRoot, seedOfWords } from '../crdt/index.ts'
import { messageOf, UsageError } from './exit-codes.ts'
import { standardInput } from './standard-input.ts'
import { askSecret } from './output/ask-secret.ts'
import type { Root } from '../crdt/index.ts'

/** The variable with the passphrase, for programs. */
const VARIABLE = 'HIVE_ROOT_PASSPHRASE'

/** Characters. A guess takes half a second, and a thief of the file may try for years. */
const LEAST_CHARACTERS = 12

const ROOT_WORDS = 24

const OWNER_ONLY = 0o600

/** Where the passphrase comes from: the standard input, a variable, or a terminal. */
export interface PassphraseSource {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether it is the first line of the standard input. */
  readonly fromStdin: boolean
  /** Ends the wait for a line of the standard input. */
  readonly signal: AbortSignal
}

/** For a new file: typed twice at a terminal. Throws `UsageError` if it is too short. */
export async function newPassphrase(source: PassphraseSource): Promise<string> {
  const given = await givenPassphrase(source)
  const passphrase = given ?? (await askSecret('Passphrase for the files of the root: '))
  if (passphrase.length < LEAST_CHARACTERS) {
    throw new UsageError(
      `The passphrase has ${passphrase.length} characters. Use at least ${LEAST_CHARACTERS}, such as five words chosen at random.`
    )
  }
  if (given === undefined && (await askSecret('The same again: ')) !== passphrase) {
    throw new UsageError('The two passphrases differ. Nothing was written.')
  }
  return passphrase
}

async function passphraseOf(source: PassphraseSource): Promise<string> {
  return (await givenPassphrase(source)) ?? askSecret('Passphrase of the root: ')
}

async function givenPassphrase({
  env,
  fromStdin,
  signal
}: PassphraseSource): Promise<string | undefined> {
  if (fromStdin) {
    for await (const line of createInterface({ input: standardInput(), signal })) return line
    return ''
  }
  const given = env[VARIABLE] ?? ''
  if (given !== '') return given
  if (process.stdin.isTTY) return undefined
  throw new UsageError(
    `There is no terminal to ask for the passphrase. Set ${VARIABLE}, or write it to the standard input with --passphrase-stdin.`
  )
}

/** Which root: a file with its passphrase, or the words on the standard input. */
export interface RootSource extends PassphraseSource {
  readonly file: string | undefined
  readonly wordsFromStdin: boolean
}

/** A root, and the passphrase that opened its file. */
export interface OpenedRoot {
  readonly root: Root
  /** Undefined for one that was given by its words. */
  readonly passphrase: string | undefined
}

/** Throws `UsageError` or `MemberError` (PASSPHRASE_WRONG, ROOT_FILE_DAMAGED, ROOT_WORDS_INVALID). */
export async function openRoot(source: RootSource): Promise<OpenedRoot> {
  const { file, wordsFromStdin } = source
  if (wordsFromStdin) {
    if (file !== undefined || source.fromStdin) {
      throw new UsageError('--words-stdin stands in for --root and --passphrase-stdin.')
    }
    return { root: rootOf(await seedOfWords(await readWords(source))), passphrase: undefined }
  }
  if (file === undefined) throw new UsageError('Name the file of the root: --root FILE.')
  const sealed = await readRootFile(file)
  const passphrase = await passphraseOf(source)
  return { root: rootOf(await openSealedRoot(sealed, passphrase)), passphrase }
}

/** Lines up to the last word; numbers before words are left out. */
async function readWords({ signal }: PassphraseSource): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(`The ${ROOT_WORDS} words of the root:\n`)
  const words: string[] = []
  for await (const line of createInterface({ input: standardInput(), signal })) {
    words.push(...line.split(/[\s\d.]+/).filter(Boolean))
    if (words.length >= ROOT_WORDS) break
  }
  return words.join(' ')
}

async function readRootFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new UsageError(`Cannot read the root in ${path}: ${messageOf(cause)}. Check --root.`, {
      cause
    })
  }
}

/** Throws `UsageError` if one of the files exists. */
export async function requireAbsent(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) continue
    throw new UsageError(
      `${path} exists, and is not replaced: it may be the only copy of a root. Name another file, or move it away.`
    )
  }
}

/** A new file of mode 0600. Throws if one exists. */
export async function writeRootFile(
  path: string,
  { seed }: Pick<Root, 'seed'>,
  passphrase: string
): Promise<void> {
  const sealed = await sealRoot(seed, passphrase)
  await writeFile(path, sealed, { mode: OWNER_ONLY, flag: 'wx', flush: true })
}

/** `lab.root` gives `lab.successor.root`; further successors have a number. */
export function successorPath(path: string, number = 1): string {
  const stem = path.replace(/\.root$/, '').replace(/\.successor(?:-\d+)?$/, '')
  return `${stem}.successor${number > 1 ? `-${number}` : ''}.root`
}
