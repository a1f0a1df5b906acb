#!/usr/bin/env node
/** The `hive` binary: checks the version of Node.js before loading any code that needs it. */
const NEEDED = 24
const INTERRUPTED = 130
const running = Number(process.versions.node.split('.')[0])

const [name, ...rest] = process.argv.slice(2)
const isHook = name === 'hook' && !rest.includes('--help')

if (running < NEEDED && isHook) {
  // A hook must not disturb the agent.
  process.exitCode = 0
} else if (running < NEEDED) {
  process.stderr.write(
    `hive needs Node.js ${NEEDED} or newer; this is ${process.versions.node}. Install Node.js from https://nodejs.org, or add "node@${NEEDED}" to a project and run hive in an npm script.\n`
  )
  process.exitCode = 1
} else if (isHook) {
  // Without the code of other commands: the agent waits for a hook.
  const { runHook } = await import('./hook/index.ts')
  await runHook(rest, performance.now())
  process.exit(0)
} else {
  // New files are for this user alone, those of databases too. Projects share what "install" writes.
  if (name !== 'install' && name !== 'uninstall') process.umask(0o077)
  const { main } = await import('./main.ts')
  const code = await main(process.argv.slice(2))
  process.exitCode = code
  // An input that is still open would hold the process.
  if (code === INTERRUPTED) process.exit()
}
