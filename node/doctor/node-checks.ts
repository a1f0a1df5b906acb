/** The running node: whether it answers, its version, its warnings, and what waits. */
import { membershipWarning } from '../../src/index.ts'
import { version } from '../version.ts'
import { bad, good } from './check.ts'
import type { Check, DoctorFinding, Examined } from './check.ts'

/** Insights in quarantine from which on the doctor asks whether that is meant. */
const MANY_WAITING = 25

export const NODE_CHECKS: readonly Check[] = [
  { section: 'node', run: checkNode },
  { section: 'node', run: checkQuarantine }
]

function checkNode({ node, status, now }: Examined): DoctorFinding[] {
  if (node === undefined) return [good('node', 'no node runs on the data directory')]
  const restart = `kill ${node.pid}, then hive start`
  if (status === undefined) {
    const text = `the node (process ${node.pid}) accepts connections, and does not answer`
    return [bad('node-silent', text, restart)]
  }
  const text = `a node runs and answers (process ${node.pid}, version ${node.version})`
  const findings = [
    node.version === version()
      ? good('node', text)
      : bad('node-version-differs', `${text}; this is version ${version()}`, restart)
  ]
  const { membership } = status
  // The check of members has it.
  const ofMember = membership === undefined ? undefined : membershipWarning(membership, now)
  for (const warning of status.warnings.filter((each) => each !== ofMember)) {
    findings.push(bad('node-warning', warning, 'docs/OPERATIONS.md, Troubleshooting'))
  }
  if (status.damaged > 0) {
    findings.push(bad('node-damage', `${status.damaged} damaged values were found`, 'hive verify'))
  }
  if (status.index.failure !== undefined) {
    findings.push(bad('index-failure', `the index is behind: ${status.index.failure}`, restart))
  }
  return findings
}

async function checkQuarantine({ call, status, signal }: Examined): Promise<DoctorFinding[]> {
  if (call === undefined || status === undefined) return []
  const waiting = await call('insights', { state: 'quarantined', limit: MANY_WAITING }, { signal })
  if (waiting.length < MANY_WAITING) return []
  const text = `${MANY_WAITING} insights or more wait in quarantine for another author (k)`
  const mend =
    'hive insights --state quarantined, then hive vouch ID; or hive start --k 1 if you trust all authors'
  return [bad('quarantine', text, mend)]
}
