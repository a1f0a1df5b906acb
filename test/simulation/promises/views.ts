/** Correct nodes that reach each other hold the same. */
import { toHex } from '../../../crdt/bytes/index.ts'
import type { Life, Subject } from '../subject.ts'

export async function differences(nodes: readonly Subject[]): Promise<string[]> {
  const [first, ...others] = await Promise.all(
    nodes.map(async ({ name, running }) => ({ name, view: await viewOf(running) }))
  )
  return others.flatMap(({ name, view }) =>
    Object.entries(view)
      .filter(([part, text]) => text !== first?.view[part])
      .map(
        ([part, text]) =>
          `${first?.name ?? ''} and ${name} differ in ${part}: ${firstDifference(first?.view[part] ?? '', text)}`
      )
  )
}

function firstDifference(a: string, b: string): string {
  const [linesA, linesB] = [a.split('\n'), b.split('\n')]
  const at = linesA.findIndex((line, i) => line !== linesB[i])
  return `${linesA[at] ?? '(nothing)'} | ${linesB[at] ?? '(nothing)'}`
}

/** What all nodes must agree on. */
async function viewOf(running: Life | undefined): Promise<Record<string, string>> {
  if (running === undefined) return {}
  const { replica } = running.parts
  const records: string[] = []
  for await (const { digest, record, standing } of replica.attestedRecords()) {
    records.push(`${toHex(digest)} ${record.kind} ${JSON.stringify(standing)}`)
  }
  const goals = await running.hive.agent.cortex.hive.goals.list({ limit: 100 })
  const playbooks = await Promise.all(
    goals.map(async ({ id }) => {
      const { steps } = await replica.playbook(Buffer.from(id, 'hex'))
      return `${id} ${JSON.stringify(steps)}`
    })
  )
  const heads = replica
    .heads()
    .map(({ author, base, seq, fork }) => `${toHex(author)} ${base} ${seq} ${fork}`)
  return {
    heads: heads.toSorted().join('\n'),
    digest: toHex(replica.digest()),
    records: records.toSorted().join('\n'),
    goals: goals
      .map(({ id, title }) => `${id} ${title}`)
      .toSorted()
      .join('\n'),
    playbooks: playbooks.toSorted().join('\n')
  }
}
