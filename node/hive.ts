#!/usr/bin/env node
/** The `hive` binary: checks the version of Node.js before loading any code that needs it. */
const NEEDED = 24
const running = Number(process.versions.node.split('.')[0])

if (running < NEEDED) {
  process.stderr.write(
    `hive needs Node.js ${NEEDED} or newer; this is ${process.versions.node}. Install Node.js from https://nodejs.org, or add "node@${NEEDED}" to a project and run hive in an npm script.\n`
  )
  process.exitCode = 1
} else {
  const { main } = await import('./main.ts')
  process.exitCode = await main(process.argv.slice(2))
}
