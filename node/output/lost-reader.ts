/**
 * Notices that nobody reads the standard output any longer, as behind `head`, although nothing is
 * written. Node.js learns of it at its next write alone. `tail -f` of GNU waits for exactly this and
 * ends with SIGPIPE; where another one is installed, the next write tells.
 */
import { spawn } from 'node:child_process'
import { fstatSync } from 'node:fs'

const OUTPUT = 1

/** Calls back once when the reader has gone. Returns what ends the watch. */
export function watchReader(onLost: () => void): () => void {
  process.stdout.once('close', onLost)
  const stop = fstatSync(OUTPUT).isFIFO() ? watchPipe(onLost) : undefined
  return () => {
    process.stdout.off('close', onLost)
    stop?.()
  }
}

function watchPipe(onLost: () => void): () => void {
  // It ends with this process too, however that ends.
  const tail = spawn('tail', ['-f', `--pid=${process.pid}`, '/dev/null'], {
    stdio: ['ignore', OUTPUT, 'ignore']
  })
  tail.unref()
  tail.on('error', () => undefined)
  tail.once('exit', (_code, signal) => {
    if (signal === 'SIGPIPE') onLost()
  })
  return () => {
    tail.removeAllListeners('exit')
    tail.kill()
  }
}
