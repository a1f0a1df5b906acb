/** A real systemd, as the instance of a user in namespaces of its own, runs the unit of `hive service`. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { BINARY } from '../fixtures/build.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

/** systemd runs where it finds its own directory, and a group for its processes. */
const SCRIPT = `
set -eu
echo $$ > "$GROUP/cgroup.procs"
exec unshare --mount --pid --fork --mount-proc --cgroup sh -eu -c '
  mount -t tmpfs tmpfs /run
  mkdir -p /run/systemd/system
  /lib/systemd/systemd --user --log-target=console > "$HOME/systemd.log" 2>&1 &
  manager=$!
  until systemctl --user show-environment > /dev/null 2>&1; do kill -0 $manager; done
  hive() { "$NODE" "$BINARY" "$@"; }
  property() { systemctl --user show --property "$1" --value hive; }
  isRunning() { hive status --json 2> /dev/null | grep -q "\\"running\\":true"; }
  hive service install --json
  until isRunning; do kill -0 $manager; done
  hive distill "CSS gap" "Flex containers support gap." --json
  kill -KILL "$(property MainPID)"
  until [ "$(property NRestarts)" = 1 ] && isRunning; do kill -0 $manager; done
  hive service status --json
  systemctl --user stop hive
  property Result
  hive facts --json
  hive service uninstall --json
  kill $manager
  wait $manager
'
`

describe('the unit of a user', function () {
  this.timeout(120_000)

  it('is started, started again after a kill, and stopped by systemd', async () => {
    await using directory = await temporaryDirectory()
    const group = `/sys/fs/cgroup/systemd/hive-${process.pid}`
    const runtime = join(directory.path, 'run')
    await mkdir(runtime, { mode: 0o700 })
    await mkdir(group)
    try {
      const child = spawn('sh', ['-c', SCRIPT], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          HOME: directory.path,
          XDG_RUNTIME_DIR: runtime,
          GROUP: group,
          NODE: process.execPath,
          BINARY
        }
      })
      const [printed, said, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit')
      ])
      assert.equal(code, 0, `${printed}\n${said}`)
      const [installed, distilled, restarted, result, facts, removed] = printed.split('\n')
      assert.match(installed ?? '', /"installed":true,"active":"active","enabled":"enabled"/)
      assert.match(distilled ?? '', /"new":1/)
      assert.match(restarted ?? '', /"active":"active"/)
      assert.equal(result, 'success')
      assert.match(facts ?? '', /Flex containers support gap/)
      assert.match(removed ?? '', /"installed":false,"active":"inactive"/)
    } finally {
      await rmdir(group)
    }
  })
})
