/** Asks for a secret at a terminal, without an echo. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** The text of the line; rejects if the terminal ends before. */
export function askSecret(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true })
  process.stderr.write(question)
  return new Promise((resolve, reject) => {
    reader.once('line', (line) => {
      resolve(line)
      reader.close()
    })
    reader.once('SIGINT', () => {
      reader.close()
      // The reader has taken the key that would have interrupted the process.
      process.kill(process.pid, 'SIGINT')
    })
    reader.once('close', () => {
      process.stderr.write('\n')
      reject(new Error('No passphrase was typed.'))
    })
  })
}
