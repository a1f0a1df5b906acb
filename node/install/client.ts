/** What the installer knows of an agent client, and how it edits one of its files. */

/** The machine, the user and, for project scope, the project. All paths are absolute. */
export interface Place {
  readonly home: string
  readonly platform: 'linux' | 'darwin' | 'win32'
  readonly env: Readonly<Record<string, string | undefined>>
  /** Project scope if given, else user scope. */
  readonly project?: string
}

/** How a client starts hive. */
export interface Launch {
  /** The Node.js binary. */
  readonly node: string
  /** The script of the `hive` binary. */
  readonly script: string
  /** Only if it is not the default. */
  readonly dataDir?: string
}

/**
 * A pure edit of one file. `install` is idempotent, and `remove` takes out what any version of
 * `install` has written. Both throw `Refusal`. Texts have no byte order mark.
 */
export interface Edit {
  /** `text` is undefined if the file is missing. */
  install(text: string | undefined, options: EditOptions): string
  /** Undefined if nothing is left that a user could miss. */
  remove(text: string): string | undefined
  /** The command line of the MCP entry, if this edit writes one and the file has it. */
  command?(text: string): readonly string[] | undefined
}

export interface EditOptions {
  /** Replace an entry or a file of the same name that hive did not write. */
  readonly force: boolean
}

export type FileKind = 'mcp' | 'hooks' | 'skill' | 'rules'

export interface ClientFile {
  readonly kind: FileKind
  /** The first of these that exists, else the last. */
  readonly paths: readonly [string, ...string[]]
  readonly edit: Edit
}

export interface Client {
  readonly name: ClientName
  readonly title: string
  /** Folders and files of the client itself; one of them exists where the client is installed. */
  readonly traces: (place: Place) => readonly string[]
  readonly files: (place: Place, launch: Launch) => readonly ClientFile[]
  /** What the user has to do or to know after an installation. */
  readonly notes?: (place: Place) => readonly string[]
}

export const CLIENT_NAMES = [
  'claude-code',
  'codex',
  'cursor',
  'vscode',
  'gemini',
  'windsurf',
  'opencode',
  'goose',
  'zed'
] as const

export type ClientName = (typeof CLIENT_NAMES)[number]

/** Thrown by an edit that would lose or overwrite something; the file stays as it is. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
