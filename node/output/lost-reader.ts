/**
 * Notices that nobody reads the standard output any longer, as behind `head`, although nothing is
 * written. Node.js learns of it at its next write alone. `tail -f` of GNU waits for exactly this and
 * ends with SIGPIPE. Other ones do not; then Perl polls the pipe, where it is installed, and otherwise
 * the next write tells.
 */
import { spawn } from 'node:child_process'
import { fstatSync } from 'node:fs'

const OUTPUT = 1

/** Exit code of the program in Perl when nobody reads. */
const LOST = 7

const POLL = `
my $poll = IO::Poll->new;
$poll->mask(*STDOUT => POLLERR);
until ($poll->poll(1) > 0) { exit 0 if getppid != $ARGV[0] }
exit ${LOST};
`

/** Programs that end when nobody reads, and with this process, however that ends. */
const WATCHERS: readonly (readonly string[])[] = [
  ['tail', '-f', `--pid=${process.pid}`, '/dev/null'],
  ['perl', '-MIO::Poll=POLLERR', '-e', POLL, String(process.pid)]
]

/** Calls back once when the reader has gone. Returns what ends the watch. */
export function watchReader(onLost: () => void): () => void {
  process.stdout.once('close', onLost)
  const stop = fstatSync(OUTPUT).isFIFO() ? watchPipe(onLost, WATCHERS) : undefined
  return () => {
    process.stdout.off('close', onLost)
    stop?.()
  }
}

/** With the first of the programs that is there and can do it. */
function watchPipe(onLost: () => void, watchers: typeof WATCHERS): () => void {
  const [watcher, ...others] = watchers
  if (watcher === undefined) return () => undefined
  const [program = '', ...args] = watcher
  const child = spawn(program, args, { stdio: ['ignore', OUTPUT, 'ignore'] })
  let stop = (): void => {
    child.removeAllListeners('exit')
    child.kill()
  }
  const next = (): void => void (stop = watchPipe(onLost, others))
  child.unref()
  child.on('error', next)
  child.once('exit', (code, signal) => {
    if (signal === 'SIGPIPE' || code === LOST) onLost()
    else next()
  })
  return () => stop()
}
