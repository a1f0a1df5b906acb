/** Opens the dashboard of the running node in the browser of the user, or prints its address. */
import { spawn } from 'node:child_process'
import { EXIT } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson, warn } from '../output/terminal.ts'
import type { ExitCode } from '../exit-codes.ts'

export interface DashboardInit {
  readonly dataDir: string
  readonly isJson: boolean
  /** Whether no browser is opened. */
  readonly isPrinted: boolean
  readonly signal: AbortSignal
}

/** The programs that open an address, by platform. */
const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler']
}

export async function openDashboard({
  dataDir,
  isJson,
  isPrinted,
  signal
}: DashboardInit): Promise<ExitCode> {
  const login = await withNode(dataDir, (call) => call('dashboard', {}, { signal }))
  if (isJson) printJson(login)
  else if (isPrinted) print(login.url)
  else if (await isOpened(login.url))
    print(`The dashboard opens in your browser: ${withoutCode(login.url)}`)
  else {
    warn('No browser was found. Open this address within a minute:')
    print(login.url)
  }
  return EXIT.ok
}

/** The code is for the browser alone. */
function withoutCode(url: string): string {
  return url.replace(/#.*/, '')
}

/** Whether a program took the address. */
function isOpened(url: string): Promise<boolean> {
  const [program = '', ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' })
  // One that goes on is the browser itself. The timer keeps this process until then.
  const timer = setTimeout(() => resolve(true), OPENED_AFTER)
  child.once('error', () => resolve(false))
  child.once('exit', (code) => resolve(code === 0))
  child.unref()
  return promise.finally(() => clearTimeout(timer))
}

/** Milliseconds after which a program that runs has taken the address. */
const OPENED_AFTER = 1_000
