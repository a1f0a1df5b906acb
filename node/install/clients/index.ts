/** All clients, in the order in which they are listed. */
import { claudeCode } from './claude-code.ts'
import { codex } from './codex.ts'
import { cursor } from './cursor.ts'
import { gemini } from './gemini.ts'
import { goose } from './goose.ts'
import { openCode } from './opencode.ts'
import { vscode } from './vscode.ts'
import { windsurf } from './windsurf.ts'
import { zed } from './zed.ts'
import type { Client } from '../client.ts'

export const CLIENTS: readonly Client[] = [
  claudeCode,
  codex,
  cursor,
  vscode,
  gemini,
  windsurf,
  openCode,
  goose,
  zed
]

export function clientNamed(name: string): Client | undefined {
  return CLIENTS.find((client) => client.name === name)
}
